// SPDX-License-Identifier: MIT
//
// Connections: open with handlers installed, errors, interruption.
#ifdef GOSQLITE_SHIMS

#define CONN(h) ((gosqlite_conn *)(h))
#define DB(h) ((sqlite3 *)CONN(h)->db)
#define STMT(h) ((gosqlite_stmt *)(h))
#define VM(h) ((sqlite3_stmt *)STMT(h)->stmt)

const char *gosqlite_version(void) { return sqlite3_libversion(); }
const char *gosqlite_sourceid(void) { return sqlite3_sourceid(); }
const char *gosqlite_compileoption(int i) { return sqlite3_compileoption_get(i); }
const char *gosqlite_errstr(int code) { return sqlite3_errstr(code); }
int gosqlite_complete(const char *sql) { return sqlite3_complete(sql); }

int gosqlite_status(int op, int reset, int64_t *now, int64_t *high) {
  sqlite3_int64 a = 0, b = 0;
  int rc = sqlite3_status64(op, &a, &b, reset);
  *now = a;
  *high = b;
  return rc;
}

// How many opcodes run between two looks at the cancel flag: some 10 to 50
// microseconds of work.
#define GOSQLITE_PROGRESS_OPS 1000

static int gosqlite_progress_period(const gosqlite_conn *c) {
  if (!c->progress_ops || c->progress_ops > GOSQLITE_PROGRESS_OPS) return GOSQLITE_PROGRESS_OPS;
  return c->progress_ops;
}

static int gosqlite_cancelled(gosqlite_conn *c) {
  return __atomic_load_n(&c->cancel, __ATOMIC_ACQUIRE);
}

// Keeps the error's text before a later call replaces it. SQLite owns the
// original only until then.
static int gosqlite_fail(gosqlite_conn *c, int rc) {
  sqlite3 *db = (sqlite3 *)c->db;
  sqlite3_free(c->errmsg);
  c->errmsg = 0;
  c->erroffset = -1;
  if (db && (sqlite3_errcode(db) & 0xff) == (rc & 0xff)) {
    if (sqlite3_extended_errcode(db) != (rc & 0xff)) rc = sqlite3_extended_errcode(db);
    c->errmsg = sqlite3_mprintf("%s", sqlite3_errmsg(db));
    c->erroffset = sqlite3_error_offset(db);
  } else {
    c->errmsg = sqlite3_mprintf("%s", sqlite3_errstr(rc));
  }
  return rc;
}

// Go's handler shares the one that SQLite has with the cancel flag.
static int gosqlite_on_progress(void *p) {
  gosqlite_conn *c = (gosqlite_conn *)p;
  c->ticks++;
  if (gosqlite_cancelled(c)) return 1;
  if (!c->progress_ops) return 0;
  c->progress_ran += gosqlite_progress_period(c);
  if (c->progress_ran < c->progress_ops) return 0;
  c->progress_ran = 0;
  return gosqliteGoProgress(c->host);
}

// Waits in slices of at most 5 ms, so that a cancelled context ends the wait
// within one slice. The limit counts what was asked of sleep, not a clock.
static int gosqlite_on_busy(void *p, int count) {
  gosqlite_conn *c = (gosqlite_conn *)p;
  static const unsigned char delays[] = {1, 1, 1, 2, 2, 3, 5};
  int ms = delays[count < (int)sizeof delays ? count : (int)sizeof delays - 1];
  if (count == 0) c->busy_waited = 0;
  if (gosqlite_cancelled(c)) return 0;
  if (c->busy_go) return gosqliteGoBusy(c->host, count) && !gosqlite_cancelled(c);
  if (c->busy_waited + ms > c->busy_limit) ms = c->busy_limit - c->busy_waited;
  if (ms <= 0) return 0;
  sqlite3_sleep(ms);
  c->busy_waited += ms;
  return !gosqlite_cancelled(c);
}

// ---- shim_inside.c, or shim_outside.c
static int gosqlite_fits(gosqlite_conn *c);

// Opens and installs the handlers in one call. A failed open leaves *out set
// for its message; the caller closes it either way.
int gosqlite_open(const char *name, int flags, const char *vfs, gosqlite_conn **out) {
  sqlite3 *db = 0;
  int rc;
  gosqlite_conn *c = (gosqlite_conn *)calloc(1, sizeof *c);
  *out = c;
  if (!c) return SQLITE_NOMEM;
  rc = gosqlite_fits(c);
  if (rc != SQLITE_OK) return rc;
  rc = sqlite3_open_v2(name, &db, flags, vfs);
  c->db = db;
  if (rc != SQLITE_OK) return gosqlite_fail(c, rc);
  sqlite3_extended_result_codes(db, 1);
  sqlite3_progress_handler(db, GOSQLITE_PROGRESS_OPS, gosqlite_on_progress, c);
  gosqlite_busy_limit((uintptr_t)c, 0);
  return SQLITE_OK;
}

// Refuses while statements, backups or blobs are open, so that no handle in Go
// outlives the memory it points to.
int gosqlite_close(uintptr_t h) {
  gosqlite_conn *c = CONN(h);
  int rc = sqlite3_close((sqlite3 *)c->db);
  if (rc != SQLITE_OK) return gosqlite_fail(c, rc);
  gosqlite_free_result(c);
  sqlite3_free(c->errmsg);
  free(c);
  return SQLITE_OK;
}

int gosqlite_dbconfig(uintptr_t h, int op, int on, int *now) {
  int rc = sqlite3_db_config(DB(h), op, on, now);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

int gosqlite_limit(uintptr_t h, int id, int value) { return sqlite3_limit(DB(h), id, value); }
int gosqlite_autocommit(uintptr_t h) { return sqlite3_get_autocommit(DB(h)); }
int64_t gosqlite_last_insert_rowid(uintptr_t h) { return sqlite3_last_insert_rowid(DB(h)); }
void gosqlite_set_last_insert_rowid(uintptr_t h, int64_t id) { sqlite3_set_last_insert_rowid(DB(h), id); }

int64_t gosqlite_changes(uintptr_t h, int total) {
  return total ? sqlite3_total_changes64(DB(h)) : sqlite3_changes64(DB(h));
}

const char *gosqlite_filename(uintptr_t h, const char *schema) { return sqlite3_db_filename(DB(h), schema); }
int gosqlite_readonly(uintptr_t h, const char *schema) { return sqlite3_db_readonly(DB(h), schema); }
int gosqlite_txn_state(uintptr_t h, const char *schema) { return sqlite3_txn_state(DB(h), schema); }

int gosqlite_cacheflush(uintptr_t h) {
  int rc = sqlite3_db_cacheflush(DB(h));
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

int gosqlite_db_status(uintptr_t h, int op, int reset, int64_t *now, int64_t *high) {
  sqlite3_int64 a = 0, b = 0;
  int rc = sqlite3_db_status64(DB(h), op, &a, &b, reset);
  *now = a;
  *high = b;
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

// The message of a failed load is not in the connection but handed out.
int gosqlite_load_extension(uintptr_t h, const char *file, const char *entry) {
  gosqlite_conn *c = CONN(h);
  char *msg = 0;
  int rc = sqlite3_load_extension(DB(h), file, entry, &msg);
  c->foreign = 1;
  if (rc == SQLITE_OK) return rc;
  rc = gosqlite_fail(c, rc);
  if (msg) {
    sqlite3_free(c->errmsg);
    c->errmsg = msg;
  }
  return rc;
}

int gosqlite_checkpoint(uintptr_t h, const char *schema, int mode, int *log, int *done) {
  int rc = sqlite3_wal_checkpoint_v2(DB(h), schema, mode, log, done);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

#endif  // GOSQLITE_SHIMS
