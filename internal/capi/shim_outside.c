// SPDX-License-Identifier: MIT
//
// What shim_inside.c does, by the interface of a library alone. It costs reading
// ahead on connections with functions or tables of their own, copies of bound
// texts, and what the comments below say.
#ifdef GOSQLITE_SHIMS

// What the driver's behaviour rests on.
static const char *const gosqlite_needed[] = {
    "DQS=0", "ENABLE_BYTECODE_VTAB", "ENABLE_CARRAY", "ENABLE_COLUMN_METADATA", "ENABLE_DBSTAT_VTAB", "ENABLE_FTS5",
    "ENABLE_GEOPOLY", "ENABLE_MATH_FUNCTIONS", "ENABLE_PERCENTILE", "ENABLE_PREUPDATE_HOOK", "ENABLE_RTREE",
    "ENABLE_SESSION", "ENABLE_SNAPSHOT", "ENABLE_STMTVTAB", "LIKE_DOESNT_MATCH_BLOBS", "SOUNDEX"};

// Refuses a library that is older than the header or lacks an option, by name.
static int gosqlite_fits(gosqlite_conn *c) {
  char *lacks = 0;
  const char *option;
  size_t i;
  int k;
  c->erroffset = -1;
  sqlite3_initialize();  // a library may leave it to its user, and memory is needed to say so
  if (sqlite3_libversion_number() < SQLITE_VERSION_NUMBER) {
    c->errmsg = sqlite3_mprintf("libsqlite3 is version %s: this driver needs %s or newer; link the libsqlite3.a of its release",
                                sqlite3_libversion(), SQLITE_VERSION);
    return SQLITE_MISMATCH;
  }
  if (!sqlite3_threadsafe()) lacks = sqlite3_mprintf(" THREADSAFE=2");
  for (i = 0; i < sizeof gosqlite_needed / sizeof *gosqlite_needed; i++) {
    if (sqlite3_compileoption_used(gosqlite_needed[i])) continue;
    lacks = sqlite3_mprintf("%z %s", lacks, gosqlite_needed[i]);
  }
  for (k = 0; (option = sqlite3_compileoption_get(k)) != 0; k++) {
    if (strncmp(option, "OMIT_", 5) || !strcmp(option, "OMIT_DEPRECATED") || !strcmp(option, "OMIT_SHARED_CACHE")) continue;
    lacks = sqlite3_mprintf("%z no %s", lacks, option);
  }
  if (!lacks) return SQLITE_OK;
  c->errmsg = sqlite3_mprintf("libsqlite3 %s was compiled without these options:%z; link the libsqlite3.a of the driver's release",
                              sqlite3_libversion(), lacks);
  return SQLITE_MISMATCH;
}

void gosqlite_busy_limit(uintptr_t h, int ms) {
  CONN(h)->busy_limit = ms < 0 ? 0 : ms;
  sqlite3_busy_handler(DB(h), gosqlite_on_busy, CONN(h));
}

// A statement that names the pragma is compiled, which sets the limit or looks
// at it, with SQLite's own handler; the row that it gives tells the new one.
static int gosqlite_before_prepare(gosqlite_conn *c, const char *sql, int n) {
  static const char name[] = "busy_timeout";
  int i, len = (int)sizeof name - 1;
  for (i = 0; i + len <= n; i++) {
    if ((sql[i] | 32) != 'b' || sqlite3_strnicmp(sql + i, name, len)) continue;
    sqlite3_busy_timeout((sqlite3 *)c->db, c->busy_limit);
    return 1;
  }
  return 0;
}

static void gosqlite_note_sql(gosqlite_stmt *s) {
  s->busy_limit = !s->explain && sqlite3_strlike("%busy\\_timeout%", sqlite3_sql((sqlite3_stmt *)s->stmt), '\\') == 0;
}

static void gosqlite_unhalf(gosqlite_stmt *s) {
  if (!s->half_read) return;
  s->half_read = 0;
  __atomic_sub_fetch(&s->conn->half_read, 1, __ATOMIC_ACQ_REL);
}

static void gosqlite_before_run(gosqlite_stmt *s) {
  gosqlite_unhalf(s);
  if (s->busy_limit) sqlite3_busy_timeout((sqlite3 *)s->conn->db, s->conn->busy_limit);
}

static void gosqlite_on_row(gosqlite_stmt *s) {
  sqlite3_stmt *st = (sqlite3_stmt *)s->stmt;
  if (s->busy_limit && sqlite3_column_count(st) == 1 && strcmp(sqlite3_column_name(st, 0), "timeout") == 0) {
    s->conn->busy_limit = sqlite3_column_int(st, 0);
  }
}

static void gosqlite_keep_busy(gosqlite_stmt *s) {
  if (s->busy_limit) gosqlite_busy_limit((uintptr_t)s->conn, s->conn->busy_limit);
}

static void gosqlite_half_read(gosqlite_stmt *s) {
  gosqlite_keep_busy(s);
  if (s->half_read) return;
  s->half_read = 1;
  __atomic_add_fetch(&s->conn->half_read, 1, __ATOMIC_ACQ_REL);
}

static void gosqlite_halted(gosqlite_stmt *s) { gosqlite_unhalf(s); }

static int gosqlite_halt(gosqlite_stmt *s) {
  gosqlite_unhalf(s);
  return sqlite3_reset((sqlite3_stmt *)s->stmt);
}

// SQLite cannot be told to forget an interrupt, which would reach a neighbour
// that is half read. While there is one the flag has to do, and the long single
// opcodes (count, sort, integrity check) are not ended early.
void gosqlite_interrupt_active(uintptr_t h) {
  if (__atomic_load_n(&CONN(h)->half_read, __ATOMIC_ACQUIRE) == 0) sqlite3_interrupt(DB(h));
}

void gosqlite_interrupt(uintptr_t h) {
  __atomic_store_n(&CONN(h)->cancel, 1, __ATOMIC_RELEASE);
  gosqlite_interrupt_active(h);
}

void gosqlite_uninterrupt(uintptr_t h) { __atomic_store_n(&CONN(h)->cancel, 0, __ATOMIC_RELEASE); }

static int gosqlite_running(sqlite3_stmt *st) { return sqlite3_stmt_busy(st); }

// The next step of a statement that runs ends it: the progress handler, which
// looks at the flag, is asked at once.
static int gosqlite_end(gosqlite_conn *c, sqlite3_stmt *st) {
  int rc;
  sqlite3_progress_handler((sqlite3 *)c->db, 1, gosqlite_on_progress, c);
  rc = sqlite3_step(st);
  sqlite3_progress_handler((sqlite3 *)c->db, gosqlite_progress_period(c), gosqlite_on_progress, c);
  return rc;
}

static int gosqlite_reprepares(const gosqlite_stmt *s) {
  return sqlite3_stmt_status((sqlite3_stmt *)s->stmt, SQLITE_STMTSTATUS_REPREPARE, 0);
}

static sqlite3_value *gosqlite_column(const gosqlite_stmt *s, int i) {
  return sqlite3_column_value((sqlite3_stmt *)s->stmt, i);
}

// SQLite's own functions cannot tell when they are called.
static int gosqlite_may_ahead(const gosqlite_stmt *s) { return !s->conn->foreign; }

static int gosqlite_at_end(const gosqlite_stmt *s) { return 0; }

// Nobody knows: every column may be NULL.
int gosqlite_may_null_row(uintptr_t h) { return 1; }

// SQLite copies what is bound, so nothing points into args.
#define GOSQLITE_ARGS_TEXT SQLITE_TRANSIENT

int gosqlite_own(uintptr_t h, int i) { return SQLITE_OK; }

// Large arguments are given back after the run; so are the copies.
static void gosqlite_unbind(gosqlite_stmt *s) {
  const gosqlite_cell *a = (const gosqlite_cell *)s->args + s->bound;
  int i;
  for (i = 0; s->args && i < s->nparam && (char *)(a + i + 1) <= s->args + s->args_cap; i++) {
    int type = (int)(a[i].n & 7);
    if (type == GOSQLITE_TEXT || type == GOSQLITE_BLOB) sqlite3_bind_null((sqlite3_stmt *)s->stmt, i + 1);
  }
}

// The longest numeric prefix of a text or blob, as SQLite's casts take it.
static int gosqlite_number_prefix(const char *p, int64_t n, int real, char *out, int cap) {
  int64_t i = 0;
  int k = 0, digits = 0;
  while (i < n && (p[i] == ' ' || (p[i] >= '\t' && p[i] <= '\r'))) i++;
  if (i < n && (p[i] == '-' || p[i] == '+')) out[k++] = p[i++];
  for (; i < n && k < cap - 8 && p[i] >= '0' && p[i] <= '9'; digits++) out[k++] = p[i++];
  if (real && i < n && p[i] == '.') {
    out[k++] = p[i++];
    for (; i < n && k < cap - 8 && p[i] >= '0' && p[i] <= '9'; digits++) out[k++] = p[i++];
  }
  if (real && digits && i + 1 < n && (p[i] == 'e' || p[i] == 'E')) {
    int sign = p[i + 1] == '-' || p[i + 1] == '+';
    if (i + 1 + sign < n && p[i + 1 + sign] >= '0' && p[i + 1 + sign] <= '9') {
      out[k++] = p[i++];
      if (sign) out[k++] = p[i++];
      for (; i < n && k < cap - 1 && p[i] >= '0' && p[i] <= '9'; i++) out[k++] = p[i];
    }
  }
  out[k] = 0;
  return digits;
}

enum { GOSQLITE_DIGITS = 800 };  // enough to round every double

int64_t gosqlite_as_int64(int type, const char *p, int64_t n) {
  char text[GOSQLITE_DIGITS];
  return gosqlite_number_prefix(p, n, 0, text, sizeof text) ? strtoll(text, 0, 10) : 0;
}

double gosqlite_as_double(int type, const char *p, int64_t n) {
  char text[GOSQLITE_DIGITS];
  return gosqlite_number_prefix(p, n, 1, text, sizeof text) ? strtod(text, 0) : 0;
}

int gosqlite_double_text(uintptr_t h, double v, char *out, int n) {
  int digits = 17;
#ifdef SQLITE_DBCONFIG_FP_DIGITS
  sqlite3_db_config(DB(h), SQLITE_DBCONFIG_FP_DIGITS, 0, &digits);
#endif
  sqlite3_snprintf(n, out, "%!.*g", digits, v);
  return (int)strlen(out);
}

// What a lost connection holds cannot be reached: its files stay locked until
// the process ends.
void gosqlite_abandon(uintptr_t h) {}

#endif  // GOSQLITE_SHIMS
