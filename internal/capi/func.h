// SPDX-License-Identifier: MIT
//
// SQL functions and collations that are written in Go.
#ifndef GOSQLITE_FUNC_H
#define GOSQLITE_FUNC_H

#include "capi.h"

enum { GOSQLITE_SCALAR = 0, GOSQLITE_AGGREGATE = 1, GOSQLITE_WINDOW = 2 };

int gosqlite_create_function(uintptr_t conn, const char *name, int nargs, int flags, int kind, int slot);
int gosqlite_delete_function(uintptr_t conn, const char *name, int nargs);
int gosqlite_create_collation(uintptr_t conn, const char *name, int slot);
int gosqlite_delete_collation(uintptr_t conn, const char *name);
int gosqlite_collation_needed(uintptr_t conn, int on);
int64_t gosqlite_get_auxdata(uintptr_t ctx, int i);
int gosqlite_set_auxdata(uintptr_t conn, uintptr_t ctx, int i, int slot);

#endif  // GOSQLITE_FUNC_H
