// SPDX-License-Identifier: MIT
//
// Hooks: each is switched on and off; Go keeps the function.
#ifndef GOSQLITE_HOOK_H
#define GOSQLITE_HOOK_H

#include "capi.h"

void gosqlite_progress(uintptr_t conn, int ops);
void gosqlite_busy_go(uintptr_t conn, int on);
void gosqlite_commit_hook(uintptr_t conn, int on);
void gosqlite_guard_commit(uintptr_t conn);
void gosqlite_rollback_hook(uintptr_t conn, int on);
void gosqlite_update_hook(uintptr_t conn, int on);
void gosqlite_preupdate_hook(uintptr_t conn, int on);
int gosqlite_preupdate_value(uintptr_t conn, int new_value, int i, gosqlite_cell *cell);
int gosqlite_preupdate_count(uintptr_t conn);
int gosqlite_preupdate_depth(uintptr_t conn);
int gosqlite_preupdate_blobwrite(uintptr_t conn);
void gosqlite_wal_hook(uintptr_t conn, int on);
int gosqlite_wal_autocheckpoint(uintptr_t conn, int pages);
int gosqlite_autovacuum_pages(uintptr_t conn, int on);
int gosqlite_authorizer(uintptr_t conn, int on);
int gosqlite_trace(uintptr_t conn, int mask);
const char *gosqlite_trace_sql(uintptr_t sqlite3_stmt);
char *gosqlite_trace_expanded(uintptr_t sqlite3_stmt);
int gosqlite_file_control(uintptr_t conn, const char *schema, int op, int64_t *value, int wide);
int gosqlite_file_control_text(uintptr_t conn, const char *schema, int op, char **text);

#endif  // GOSQLITE_HOOK_H
