// SPDX-License-Identifier: MIT
//
// Changesets as streams: SQLite asks for bytes and gives them piece by piece.
// https://sqlite.org/session/sqlite3changegroup_add_strm.html
#ifdef GOSQLITE_SHIMS

// p is Go's name for a stream, not an address.
static int gosqlite_on_input(void *p, void *data, int *n) { return gosqliteGoStreamRead((uintptr_t)p, (char *)data, n); }
static int gosqlite_on_output(void *p, const void *data, int n) {
  return gosqliteGoStreamWrite((uintptr_t)p, (char *)data, n);
}

int gosqlite_session_write(uintptr_t h, uintptr_t s, int patchset, uintptr_t out) {
  int rc = patchset ? sqlite3session_patchset_strm(SESSION(s), gosqlite_on_output, (void *)out)
                    : sqlite3session_changeset_strm(SESSION(s), gosqlite_on_output, (void *)out);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

int gosqlite_changes_read(uintptr_t in, int flags, gosqlite_changeset **out) {
  gosqlite_changeset *c = (gosqlite_changeset *)malloc(sizeof *c);
  int rc;
  *out = 0;
  if (!c) return SQLITE_NOMEM;
  rc = sqlite3changeset_start_v2_strm(&c->iter, gosqlite_on_input, (void *)in, flags);
  if (rc) {
    free(c);
    return rc;
  }
  *out = c;
  return SQLITE_OK;
}

int gosqlite_changeset_apply_read(uintptr_t h, uintptr_t in, int slot, int filter, int flags, void **rebase,
                                  int *nrebase) {
  gosqlite_slot s = {CONN(h), slot};
  int rc = sqlite3changeset_apply_v3_strm(DB(h), gosqlite_on_input, (void *)in, filter ? gosqlite_on_apply_filter : 0,
                                          gosqlite_on_conflict, &s, rebase, nrebase, flags);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

int gosqlite_changeset_invert_stream(uintptr_t in, uintptr_t out) {
  return sqlite3changeset_invert_strm(gosqlite_on_input, (void *)in, gosqlite_on_output, (void *)out);
}

int gosqlite_group_read(uintptr_t g, uintptr_t in) {
  return sqlite3changegroup_add_strm(GROUP(g), gosqlite_on_input, (void *)in);
}

int gosqlite_group_write(uintptr_t g, uintptr_t out) {
  return sqlite3changegroup_output_strm(GROUP(g), gosqlite_on_output, (void *)out);
}

int gosqlite_rebaser_stream(uintptr_t r, uintptr_t in, uintptr_t out) {
  return sqlite3rebaser_rebase_strm(REBASER(r), gosqlite_on_input, (void *)in, gosqlite_on_output, (void *)out);
}

#endif  // GOSQLITE_SHIMS
