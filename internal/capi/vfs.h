// SPDX-License-Identifier: MIT
//
// File systems that are written in Go. They belong to the process, not to a
// connection.
#ifndef GOSQLITE_VFS_H
#define GOSQLITE_VFS_H

#include "capi.h"

int gosqlite_vfs_register(const char *name, uintptr_t handle, int max_pathname, uintptr_t *out);
void gosqlite_vfs_unregister(uintptr_t vfs);
int gosqlite_vfs_known(const char *name);
void gosqlite_free_region(uintptr_t at);

#endif  // GOSQLITE_VFS_H
