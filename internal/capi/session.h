// SPDX-License-Identifier: MIT
//
// Sessions, changesets and snapshots.
#ifndef GOSQLITE_SESSION_H
#define GOSQLITE_SESSION_H

#include "capi.h"

int gosqlite_session_create(uintptr_t conn, const char *schema, uintptr_t *out);
void gosqlite_session_delete(uintptr_t session);
int gosqlite_session_rowid(uintptr_t session, int on);
int gosqlite_session_enable(uintptr_t session, int on);
int gosqlite_session_indirect(uintptr_t session, int on);
int gosqlite_session_attach(uintptr_t conn, uintptr_t session, const char *table);
int gosqlite_session_filter(uintptr_t conn, uintptr_t session, int slot, uintptr_t *kept);
void gosqlite_session_unfilter(uintptr_t kept);
int gosqlite_session_diff(uintptr_t conn, uintptr_t session, const char *from, const char *table);
int gosqlite_session_output(uintptr_t conn, uintptr_t session, int patchset, int *n, void **data);
int gosqlite_session_isempty(uintptr_t session);
int64_t gosqlite_session_memory(uintptr_t session);

typedef struct gosqlite_changeset gosqlite_changeset;
int gosqlite_changes_start(const char *data, int n, int flags, gosqlite_changeset **out);
int gosqlite_changes_next(gosqlite_changeset *c);
uintptr_t gosqlite_changes_iter(gosqlite_changeset *c);
int gosqlite_changes_finish(gosqlite_changeset *c);

enum { GOSQLITE_CHANGE_OLD = 0, GOSQLITE_CHANGE_NEW = 1, GOSQLITE_CHANGE_CONFLICT = 2 };
int gosqlite_change_op(uintptr_t iter, const char **table, int *ncol, int *op, int *indirect);
int gosqlite_change_pk(uintptr_t iter, unsigned char **pk, int *ncol);
int gosqlite_change_value(uintptr_t iter, int which, int i, gosqlite_cell *cell, int *present);
int gosqlite_change_fk_conflicts(uintptr_t iter, int *n);

int gosqlite_changeset_invert(const char *in, int nin, int *nout, void **out);
int gosqlite_changeset_apply(uintptr_t conn, const char *data, int n, int slot, int filter, int flags,
                             void **rebase, int *nrebase);

int gosqlite_group_new(uintptr_t *out);
int gosqlite_group_schema(uintptr_t conn, uintptr_t group, const char *schema);
int gosqlite_group_add(uintptr_t group, const char *data, int n);
int gosqlite_group_add_change(uintptr_t group, uintptr_t iter);
int gosqlite_group_output(uintptr_t group, int *n, void **out);
void gosqlite_group_delete(uintptr_t group);

int gosqlite_rebaser_new(uintptr_t *out);
int gosqlite_rebaser_configure(uintptr_t rebaser, const char *data, int n);
int gosqlite_rebaser_rebase(uintptr_t rebaser, const char *in, int nin, int *nout, void **out);
void gosqlite_rebaser_delete(uintptr_t rebaser);

// ---- shim_stream.c; in and out are Go's names for streams
int gosqlite_session_write(uintptr_t conn, uintptr_t session, int patchset, uintptr_t out);
int gosqlite_changes_read(uintptr_t in, int flags, gosqlite_changeset **out);
int gosqlite_changeset_apply_read(uintptr_t conn, uintptr_t in, int slot, int filter, int flags, void **rebase,
                                  int *nrebase);
int gosqlite_changeset_invert_stream(uintptr_t in, uintptr_t out);
int gosqlite_group_read(uintptr_t group, uintptr_t in);
int gosqlite_group_write(uintptr_t group, uintptr_t out);
int gosqlite_rebaser_stream(uintptr_t rebaser, uintptr_t in, uintptr_t out);

int gosqlite_snapshot_get(uintptr_t conn, const char *schema, uintptr_t *out);
int gosqlite_snapshot_open(uintptr_t conn, const char *schema, uintptr_t snapshot);
int gosqlite_snapshot_cmp(uintptr_t a, uintptr_t b);
int gosqlite_snapshot_recover(uintptr_t conn, const char *schema);
void gosqlite_snapshot_free(uintptr_t snapshot);

int gosqlite_bind_array(uintptr_t stmt, int i, int type, const char *data, int n, const char *text, int64_t ntext);

#endif  // GOSQLITE_SESSION_H
