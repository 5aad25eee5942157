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

// A library must not have what takes a part of SQLite away, what lets a commit
// be lost with the power, what makes a plain file name a URI, what takes away
// the bound on nested expressions, or what compiles a statement again because of
// a value that is bound. Where it lists no SYNCHRONOUS it has SQLite's own, which
// is 2.
static int gosqlite_unfit(const char *option) {
  static const char *const full[] = {"DEFAULT_SYNCHRONOUS=", "DEFAULT_WAL_SYNCHRONOUS="};
  size_t i;
  for (i = 0; i < sizeof full / sizeof *full; i++) {
    size_t n = strlen(full[i]);
    if (!strncmp(option, full[i], n)) return strcmp(option + n, "2") != 0;
  }
  if (!strcmp(option, "USE_URI") || !strcmp(option, "ENABLE_STAT4") || !strcmp(option, "MAX_EXPR_DEPTH=0")) return 1;
  return !strncmp(option, "OMIT_", 5) && strcmp(option, "OMIT_DEPRECATED") && strcmp(option, "OMIT_SHARED_CACHE");
}

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
    if (!gosqlite_unfit(option)) continue;
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

// Where the first word of a text begins: after space, semicolons and comments.
static int gosqlite_first_word(const char *sql, int n) {
  int i = 0;
  while (i < n) {
    if (sql[i] == ' ' || sql[i] == ';' || (sql[i] >= '\t' && sql[i] <= '\r')) {
      i++;
    } else if (i + 1 < n && sql[i] == '-' && sql[i + 1] == '-') {
      while (i < n && sql[i] != '\n') i++;
    } else if (i + 1 < n && sql[i] == '/' && sql[i + 1] == '*') {
      for (i += 3; i < n && !(sql[i - 1] == '*' && sql[i] == '/'); i++) {
      }
      i++;
    } else {
      break;
    }
  }
  return i < n ? i : n;
}

// Skips a keyword at the start of a text.
static int gosqlite_keyword(const char **sql, int *n, const char *word) {
  int i = gosqlite_first_word(*sql, *n), len = (int)strlen(word);
  if (*n - i < len || sqlite3_strnicmp(*sql + i, word, len)) return 0;
  *sql += i + len;
  *n -= i + len;
  return 1;
}

// Reports whether a text is a pragma that names busy_timeout. The name in a
// value or a comment of any other statement is none of its business.
static int gosqlite_busy_pragma(const char *sql, int n) {
  static const char name[] = "busy_timeout";
  int i, len = (int)sizeof name - 1;
  // EXPLAIN [QUERY PLAN] PRAGMA is compiled too, and that sets it.
  if (gosqlite_keyword(&sql, &n, "explain") && gosqlite_keyword(&sql, &n, "query")) gosqlite_keyword(&sql, &n, "plan");
  if (!gosqlite_keyword(&sql, &n, "pragma")) return 0;
  for (i = 0; i + len <= n; i++) {
    if ((sql[i] | 32) == 'b' && !sqlite3_strnicmp(sql + i, name, len)) return 1;
  }
  return 0;
}

// The pragma is compiled, which sets the limit or looks at it, with SQLite's own
// handler; the row that it gives tells the new one.
static int gosqlite_before_prepare(gosqlite_conn *c, const char *sql, int n) {
  if (!gosqlite_busy_pragma(sql, n)) return 0;
  sqlite3_busy_timeout((sqlite3 *)c->db, c->busy_limit);
  return 1;
}

static void gosqlite_after_prepare(gosqlite_conn *c, int noted) {
  if (noted) gosqlite_busy_limit((uintptr_t)c, c->busy_limit);
}

static void gosqlite_note_sql(gosqlite_stmt *s) {
  const char *sql = sqlite3_sql((sqlite3_stmt *)s->stmt);
  s->busy_limit = !s->explain && gosqlite_busy_pragma(sql, (int)strlen(sql));
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

// Whoever interrupts looks at half_read and then calls SQLite, with nothing in
// between.
static void gosqlite_gate(gosqlite_conn *c) {
  while (__atomic_exchange_n(&c->gate, 1, __ATOMIC_ACQUIRE)) {
  }
}

static void gosqlite_ungate(gosqlite_conn *c) { __atomic_store_n(&c->gate, 0, __ATOMIC_RELEASE); }

// An interrupt that came while the statement ran is for this statement. SQLite
// would remember it, past the end of the context that sent it, for as long as
// the statement is half read, and end others by it: it ends this one at once.
static int gosqlite_half_read(gosqlite_stmt *s) {
  gosqlite_conn *c = s->conn;
  gosqlite_keep_busy(s);
  if (!s->half_read) {
    gosqlite_gate(c);
    s->half_read = 1;
    __atomic_add_fetch(&c->half_read, 1, __ATOMIC_ACQ_REL);
    gosqlite_ungate(c);
  }
  if (!sqlite3_is_interrupted((sqlite3 *)c->db)) return SQLITE_OK;
  gosqlite_unhalf(s);
  s->nrow = 0;  // a large value goes with the step
  return sqlite3_step((sqlite3_stmt *)s->stmt);
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
  gosqlite_gate(CONN(h));
  if (__atomic_load_n(&CONN(h)->half_read, __ATOMIC_ACQUIRE) == 0) sqlite3_interrupt(DB(h));
  gosqlite_ungate(CONN(h));
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

// Only SQLite knows what lies ready.
static int gosqlite_ready(sqlite3_value *m, gosqlite_cell *cell, const void **p, int64_t *n) { return 0; }

// SQLite's own functions cannot tell when they are called.
static int gosqlite_may_ahead(const gosqlite_stmt *s) { return !s->conn->foreign; }

static int gosqlite_at_end(const gosqlite_stmt *s) { return 0; }

// Nobody knows: every column may be NULL.
int gosqlite_may_null_row(uintptr_t h) { return 1; }

// SQLite copies what is bound, so nothing points into args.
#define GOSQLITE_ARGS_TEXT SQLITE_TRANSIENT

int gosqlite_own(uintptr_t h, int i) { return SQLITE_OK; }

// The memory of args is about to go, and nothing that is bound with it: a
// parameter that the next run keeps has its copy.
static void gosqlite_leave_args(gosqlite_stmt *s) {}

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
