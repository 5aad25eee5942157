// SPDX-License-Identifier: MIT
//
// Hooks that call Go, and control of the files below a connection.
#ifdef GOSQLITE_SHIMS

#define HOST(p) (((gosqlite_conn *)(p))->host)

void gosqlite_progress(uintptr_t h, int ops) {
  gosqlite_conn *c = CONN(h);
  c->progress_ops = ops > 0 ? ops : 0;
  c->progress_ran = 0;
  sqlite3_progress_handler(DB(h), gosqlite_progress_period(c), gosqlite_on_progress, c);
}

void gosqlite_busy_go(uintptr_t h, int on) { CONN(h)->busy_go = on; }

// Not zero rolls back.
static int gosqlite_on_commit(void *p) {
  const gosqlite_conn *c = (const gosqlite_conn *)p;
  if (c->aborted) return 1;
  return c->commit_go ? gosqliteGoCommit(c->host) : 0;
}
static void gosqlite_on_rollback(void *p) { gosqliteGoRollback(HOST(p)); }

static void gosqlite_on_update(void *p, int op, const char *schema, const char *table, sqlite3_int64 rowid) {
  gosqliteGoUpdate(HOST(p), op, (char *)schema, (char *)table, rowid);
}

static void gosqlite_on_preupdate(void *p, sqlite3 *db, int op, const char *schema, const char *table,
                                  sqlite3_int64 from, sqlite3_int64 to) {
  gosqliteGoPreUpdate(HOST(p), op, (char *)schema, (char *)table, from, to);
}

static int gosqlite_on_wal(void *p, sqlite3 *db, const char *schema, int pages) {
  return gosqliteGoWAL(HOST(p), (char *)schema, pages);
}

static unsigned int gosqlite_on_autovacuum(void *p, const char *schema, unsigned int pages, unsigned int free_pages,
                                           unsigned int page_size) {
  return gosqliteGoAutovacuum(HOST(p), (char *)schema, pages, free_pages, page_size);
}

static int gosqlite_on_authorize(void *p, int action, const char *a, const char *b, const char *schema,
                                 const char *inner) {
  return gosqliteGoAuthorize(HOST(p), action, (char *)a, (char *)b, (char *)schema, (char *)inner);
}

static int gosqlite_on_trace(unsigned event, void *c, void *p, void *x) {
  char *text = event == SQLITE_TRACE_STMT ? (char *)x : 0;
  int64_t ns = event == SQLITE_TRACE_PROFILE ? *(sqlite3_int64 *)x : 0;
  gosqliteGoTrace(HOST(c), event, event == SQLITE_TRACE_CLOSE ? 0 : (uintptr_t)p, text, ns);
  return 0;
}

void gosqlite_commit_hook(uintptr_t h, int on) { CONN(h)->commit_go = on; }
void gosqlite_guard_commit(uintptr_t h) { sqlite3_commit_hook(DB(h), gosqlite_on_commit, CONN(h)); }
void gosqlite_rollback_hook(uintptr_t h, int on) {
  sqlite3_rollback_hook(DB(h), on ? gosqlite_on_rollback : 0, CONN(h));
}
void gosqlite_update_hook(uintptr_t h, int on) { sqlite3_update_hook(DB(h), on ? gosqlite_on_update : 0, CONN(h)); }
void gosqlite_preupdate_hook(uintptr_t h, int on) {
  sqlite3_preupdate_hook(DB(h), on ? gosqlite_on_preupdate : 0, CONN(h));
}

// The value's address is good until the hook returns.
int gosqlite_preupdate_value(uintptr_t h, int new_value, int i, gosqlite_cell *cell) {
  sqlite3_value *v = 0;
  int rc = new_value ? sqlite3_preupdate_new(DB(h), i, &v) : sqlite3_preupdate_old(DB(h), i, &v);
  return rc ? rc : gosqlite_cell_of(v, cell);
}

int gosqlite_preupdate_count(uintptr_t h) { return sqlite3_preupdate_count(DB(h)); }
int gosqlite_preupdate_depth(uintptr_t h) { return sqlite3_preupdate_depth(DB(h)); }
int gosqlite_preupdate_blobwrite(uintptr_t h) { return sqlite3_preupdate_blobwrite(DB(h)); }

void gosqlite_wal_hook(uintptr_t h, int on) { sqlite3_wal_hook(DB(h), on ? gosqlite_on_wal : 0, CONN(h)); }
int gosqlite_wal_autocheckpoint(uintptr_t h, int pages) { return sqlite3_wal_autocheckpoint(DB(h), pages); }

int gosqlite_autovacuum_pages(uintptr_t h, int on) {
  return sqlite3_autovacuum_pages(DB(h), on ? gosqlite_on_autovacuum : 0, CONN(h), 0);
}

int gosqlite_authorizer(uintptr_t h, int on) {
  return sqlite3_set_authorizer(DB(h), on ? gosqlite_on_authorize : 0, CONN(h));
}

int gosqlite_trace(uintptr_t h, int mask) {
  return sqlite3_trace_v2(DB(h), (unsigned)mask, mask ? gosqlite_on_trace : 0, CONN(h));
}

const char *gosqlite_trace_sql(uintptr_t st) { return sqlite3_sql((sqlite3_stmt *)st); }
char *gosqlite_trace_expanded(uintptr_t st) { return sqlite3_expanded_sql((sqlite3_stmt *)st); }

// Controls take an int or a 64-bit integer, as the page of each says; wide
// tells which. The answer replaces the value.
int gosqlite_file_control(uintptr_t h, const char *schema, int op, int64_t *value, int wide) {
  sqlite3_int64 v64 = *value;
  int v = (int)*value;
  int rc = sqlite3_file_control(DB(h), schema, op, wide ? (void *)&v64 : (void *)&v);
  *value = wide ? v64 : v;
  return rc;
}

// The caller frees *text with gosqlite_free.
int gosqlite_file_control_text(uintptr_t h, const char *schema, int op, char **text) {
  *text = 0;
  return sqlite3_file_control(DB(h), schema, op, text);
}

#endif  // GOSQLITE_SHIMS
