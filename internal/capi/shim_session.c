// SPDX-License-Identifier: MIT
//
// Sessions: recording, reading, combining and applying changesets.
#ifdef GOSQLITE_SHIMS

#define SESSION(h) ((sqlite3_session *)(h))
#define CHANGE(h) ((sqlite3_changeset_iter *)(h))
#define GROUP(h) ((sqlite3_changegroup *)(h))
#define REBASER(h) ((sqlite3_rebaser *)(h))

int gosqlite_session_create(uintptr_t h, const char *schema, uintptr_t *out) {
  sqlite3_session *s = 0;
  int rc = sqlite3session_create(DB(h), schema, &s);
  *out = (uintptr_t)s;
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

void gosqlite_session_delete(uintptr_t s) { sqlite3session_delete(SESSION(s)); }
int gosqlite_session_rowid(uintptr_t s, int on) {
  return sqlite3session_object_config(SESSION(s), SQLITE_SESSION_OBJCONFIG_ROWID, &on);
}
int gosqlite_session_enable(uintptr_t s, int on) { return sqlite3session_enable(SESSION(s), on); }
int gosqlite_session_indirect(uintptr_t s, int on) { return sqlite3session_indirect(SESSION(s), on); }
int gosqlite_session_isempty(uintptr_t s) { return sqlite3session_isempty(SESSION(s)); }
int64_t gosqlite_session_memory(uintptr_t s) { return sqlite3session_memory_used(SESSION(s)); }

int gosqlite_session_attach(uintptr_t h, uintptr_t s, const char *table) {
  int rc = sqlite3session_attach(SESSION(s), table);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

static int gosqlite_on_session_filter(void *p, const char *table) {
  gosqlite_slot *s = (gosqlite_slot *)p;
  return gosqliteGoSessionFilter(s->conn->host, s->slot, (char *)table);
}

// *kept stays the session's until it is deleted, then goes to unfilter.
int gosqlite_session_filter(uintptr_t h, uintptr_t s, int slot, uintptr_t *kept) {
  gosqlite_slot *p = gosqlite_new_slot(h, slot);
  *kept = (uintptr_t)p;
  if (!p) return SQLITE_NOMEM;
  sqlite3session_table_filter(SESSION(s), gosqlite_on_session_filter, p);
  return SQLITE_OK;
}

void gosqlite_session_unfilter(uintptr_t kept) { gosqlite_drop_slot((void *)kept); }

// The message of a failed comparison is not in the connection but handed out.
int gosqlite_session_diff(uintptr_t h, uintptr_t s, const char *from, const char *table) {
  gosqlite_conn *c = CONN(h);
  char *msg = 0;
  int rc = sqlite3session_diff(SESSION(s), from, table, &msg);
  if (rc == SQLITE_OK) return rc;
  rc = gosqlite_fail(c, rc);
  if (msg) {
    sqlite3_free(c->errmsg);
    c->errmsg = msg;
  }
  return rc;
}

// The caller frees *data with gosqlite_free.
int gosqlite_session_output(uintptr_t h, uintptr_t s, int patchset, int *n, void **data) {
  int rc = patchset ? sqlite3session_patchset(SESSION(s), n, data) : sqlite3session_changeset(SESSION(s), n, data);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

// gosqlite_changeset: an iterator and the copy of the bytes that it walks.
struct gosqlite_changeset {
  sqlite3_changeset_iter *iter;
  char data[];
};

int gosqlite_changes_start(const char *data, int n, int flags, gosqlite_changeset **out) {
  gosqlite_changeset *c = (gosqlite_changeset *)malloc(sizeof *c + (size_t)n + 1);
  int rc;
  *out = 0;
  if (!c) return SQLITE_NOMEM;
  if (n) memcpy(c->data, data, (size_t)n);
  rc = sqlite3changeset_start_v2(&c->iter, n, c->data, flags);
  if (rc) {
    free(c);
    return rc;
  }
  *out = c;
  return SQLITE_OK;
}

int gosqlite_changes_next(gosqlite_changeset *c) { return sqlite3changeset_next(c->iter); }
uintptr_t gosqlite_changes_iter(gosqlite_changeset *c) { return (uintptr_t)c->iter; }

int gosqlite_changes_finish(gosqlite_changeset *c) {
  int rc = sqlite3changeset_finalize(c->iter);
  free(c);
  return rc;
}

int gosqlite_change_op(uintptr_t it, const char **table, int *ncol, int *op, int *indirect) {
  return sqlite3changeset_op(CHANGE(it), table, ncol, op, indirect);
}

int gosqlite_change_pk(uintptr_t it, unsigned char **pk, int *ncol) {
  int rc = sqlite3changeset_pk(CHANGE(it), pk, ncol);
  // The number is that of rows which violate a foreign key, where there is no key.
  return rc == SQLITE_OK && !*pk && *ncol ? SQLITE_MISUSE : rc;
}

// A column that the change does not touch is not present.
int gosqlite_change_value(uintptr_t it, int which, int i, gosqlite_cell *cell, int *present) {
  sqlite3_value *v = 0;
  int rc;
  if (which == GOSQLITE_CHANGE_OLD) {
    rc = sqlite3changeset_old(CHANGE(it), i, &v);
  } else if (which == GOSQLITE_CHANGE_NEW) {
    rc = sqlite3changeset_new(CHANGE(it), i, &v);
  } else {
    rc = sqlite3changeset_conflict(CHANGE(it), i, &v);
  }
  *present = v != 0;
  return rc || !v ? rc : gosqlite_cell_of(v, cell);
}

int gosqlite_change_fk_conflicts(uintptr_t it, int *n) { return sqlite3changeset_fk_conflicts(CHANGE(it), n); }

int gosqlite_changeset_invert(const char *in, int nin, int *nout, void **out) {
  return sqlite3changeset_invert(nin, in, nout, out);
}

static int gosqlite_on_apply_filter(void *p, sqlite3_changeset_iter *it) {
  gosqlite_slot *s = (gosqlite_slot *)p;
  return gosqliteGoApplyFilter(s->conn->host, s->slot, (uintptr_t)it);
}

static int gosqlite_on_conflict(void *p, int kind, sqlite3_changeset_iter *it) {
  gosqlite_slot *s = (gosqlite_slot *)p;
  return gosqliteGoConflict(s->conn->host, s->slot, kind, (uintptr_t)it);
}

// The caller frees *rebase with gosqlite_free. data may be Go memory: the
// iterator over it ends with this call.
int gosqlite_changeset_apply(uintptr_t h, const char *data, int n, int slot, int filter, int flags, void **rebase,
                             int *nrebase) {
  gosqlite_slot s = {CONN(h), slot};
  int rc = sqlite3changeset_apply_v3(DB(h), n, (void *)data, filter ? gosqlite_on_apply_filter : 0,
                                     gosqlite_on_conflict, &s, rebase, nrebase, flags);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

int gosqlite_group_new(uintptr_t *out) {
  sqlite3_changegroup *g = 0;
  int rc = sqlite3changegroup_new(&g);
  *out = (uintptr_t)g;
  return rc;
}

int gosqlite_group_schema(uintptr_t h, uintptr_t g, const char *schema) {
  int rc = sqlite3changegroup_schema(GROUP(g), DB(h), schema);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

int gosqlite_group_add(uintptr_t g, const char *data, int n) {
  return sqlite3changegroup_add(GROUP(g), n, (void *)data);
}
int gosqlite_group_add_change(uintptr_t g, uintptr_t it) { return sqlite3changegroup_add_change(GROUP(g), CHANGE(it)); }
int gosqlite_group_output(uintptr_t g, int *n, void **out) { return sqlite3changegroup_output(GROUP(g), n, out); }
void gosqlite_group_delete(uintptr_t g) { sqlite3changegroup_delete(GROUP(g)); }

int gosqlite_rebaser_new(uintptr_t *out) {
  sqlite3_rebaser *r = 0;
  int rc = sqlite3rebaser_create(&r);
  *out = (uintptr_t)r;
  return rc;
}

int gosqlite_rebaser_configure(uintptr_t r, const char *data, int n) {
  return sqlite3rebaser_configure(REBASER(r), n, data);
}
int gosqlite_rebaser_rebase(uintptr_t r, const char *in, int nin, int *nout, void **out) {
  return sqlite3rebaser_rebase(REBASER(r), nin, in, nout, out);
}
void gosqlite_rebaser_delete(uintptr_t r) { sqlite3rebaser_delete(REBASER(r)); }

#endif  // GOSQLITE_SHIMS
