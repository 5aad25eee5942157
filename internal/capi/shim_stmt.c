// SPDX-License-Identifier: MIT
//
// Statements: prepare, bind, finalize. Text and blobs are bound either from
// args, memory that the statement owns, or as SQLite's own copy; memory of the
// caller never stays bound.
#ifdef GOSQLITE_SHIMS

// One call gives the handle and every fact that Go asks of a new statement.
// *out is 0 for text that holds only space and comments.
int gosqlite_prepare(uintptr_t h, const char *sql, int n, int flags, gosqlite_stmt **out) {
  gosqlite_conn *c = CONN(h);
  sqlite3_stmt *st = 0;
  const char *tail = sql;
  gosqlite_stmt *s;
  int busy = gosqlite_before_prepare(c, sql, n);
  int rc = sqlite3_prepare_v3(DB(h), sql, n, (unsigned)flags, &st, &tail);
  gosqlite_after_prepare(c, busy);
  *out = 0;
  c->tail = tail ? tail - sql : n;
  if (rc != SQLITE_OK) return gosqlite_fail(c, rc);
  if (!st) return SQLITE_OK;
  s = (gosqlite_stmt *)calloc(1, sizeof *s);
  if (!s) {
    sqlite3_finalize(st);
    return SQLITE_NOMEM;
  }
  s->stmt = st;
  s->conn = c;
  s->ncol = sqlite3_column_count(st);
  s->nparam = sqlite3_bind_parameter_count(st);
  s->readonly = sqlite3_stmt_readonly(st);
  s->explain = sqlite3_stmt_isexplain(st);
  gosqlite_note_sql(s);
  s->ahead = s->readonly ? gosqlite_may_ahead(s) : 0;
  *out = s;
  return SQLITE_OK;
}

int gosqlite_finalize(uintptr_t h) {
  gosqlite_stmt *s = STMT(h);
  gosqlite_halted(s);
  // The code is that of the last step, which was reported then.
  sqlite3_finalize(VM(h));
  free(s->args);
  free(s->cells);
  free(s->data);
  free(s->meta);
  free(s->meta_data);
  free(s);
  return SQLITE_OK;
}

int gosqlite_reset(uintptr_t h) {
  gosqlite_stmt *s = STMT(h);
  int rc = gosqlite_halt(s);
  s->nrow = 0;
  s->autocommit = sqlite3_get_autocommit((sqlite3 *)s->conn->db);
  gosqlite_keep_busy(s);
  return rc ? gosqlite_fail(s->conn, rc) : rc;
}

// Sets every parameter to NULL.
int gosqlite_clear(uintptr_t h) {
  int i, rc = SQLITE_OK;
  gosqlite_halt(STMT(h));
  for (i = 1; i <= STMT(h)->nparam && rc == SQLITE_OK; i++) rc = sqlite3_bind_null(VM(h), i);
  return rc ? gosqlite_fail(STMT(h)->conn, rc) : rc;
}

// Makes room for n bytes of arguments. Ends a run that is still open, because
// its bindings may point into the memory that is about to change.
int gosqlite_args(uintptr_t h, int64_t n) {
  gosqlite_stmt *s = STMT(h);
  char *p;
  gosqlite_halt(s);
  if (n <= s->args_cap && (n > GOSQLITE_ARGS_KEPT || s->args_cap <= GOSQLITE_ARGS_KEPT)) return SQLITE_OK;
  if (n < 256) n = 256;
  if (n > PTRDIFF_MAX || n > 4 * (int64_t)SQLITE_MAX_LENGTH) return SQLITE_TOOBIG;
  p = (char *)malloc((size_t)n);
  if (!p) return SQLITE_NOMEM;
  gosqlite_leave_args(s);
  free(s->args);
  s->args = p;
  s->args_cap = n;
  return SQLITE_OK;
}

static void gosqlite_trim_args(gosqlite_stmt *s) {
  if (s->args_cap <= GOSQLITE_ARGS_KEPT) return;
  gosqlite_unbind(s);
  free(s->args);
  s->args = 0;
  s->args_cap = 0;
}

// Binds n cells of args, from the one at first on, to parameters 1..n of a
// statement that is reset.
static int gosqlite_bind_all(gosqlite_stmt *s, int64_t first, int n) {
  sqlite3_stmt *st = (sqlite3_stmt *)s->stmt;
  const gosqlite_cell *a = (const gosqlite_cell *)s->args + first;
  int i, rc = SQLITE_OK;
  s->bound = first;
  for (i = 0; i < n && rc == SQLITE_OK; i++) {
    int64_t len = a[i].n >> 4;
    double d;
    switch (a[i].n & 7) {
      case GOSQLITE_KEEP:
        break;
      case GOSQLITE_INTEGER:
        rc = sqlite3_bind_int64(st, i + 1, a[i].v);
        break;
      case GOSQLITE_FLOAT:
        memcpy(&d, &a[i].v, sizeof d);
        rc = sqlite3_bind_double(st, i + 1, d);
        break;
      case GOSQLITE_TEXT:
        rc = sqlite3_bind_text64(st, i + 1, s->args + a[i].v, (sqlite3_uint64)len, GOSQLITE_ARGS_TEXT, SQLITE_UTF8);
        break;
      case GOSQLITE_BLOB:
        rc = sqlite3_bind_blob64(st, i + 1, s->args + a[i].v, (sqlite3_uint64)len, GOSQLITE_ARGS_TEXT);
        break;
      case GOSQLITE_ZEROBLOB:
        rc = sqlite3_bind_zeroblob64(st, i + 1, (sqlite3_uint64)len);
        break;
      default:
        rc = sqlite3_bind_null(st, i + 1);
    }
  }
  if (rc != SQLITE_OK) {
    rc = gosqlite_fail(s->conn, rc);
    gosqlite_unbind(s);
  }
  return rc;
}

int gosqlite_bind_int64(uintptr_t h, int i, int64_t v) {
  int rc = sqlite3_bind_int64(VM(h), i, v);
  return rc ? gosqlite_fail(STMT(h)->conn, rc) : rc;
}

int gosqlite_bind_double(uintptr_t h, int i, double v) {
  int rc = sqlite3_bind_double(VM(h), i, v);
  return rc ? gosqlite_fail(STMT(h)->conn, rc) : rc;
}

int gosqlite_bind_null(uintptr_t h, int i) {
  int rc = sqlite3_bind_null(VM(h), i);
  return rc ? gosqlite_fail(STMT(h)->conn, rc) : rc;
}

// p may be Go memory: SQLite copies it before this returns. An empty blob needs
// an address that is not NULL, else it would be bound as NULL.
int gosqlite_bind_bytes(uintptr_t h, int i, const char *p, int64_t n, int blob) {
  int rc;
  if (n == 0) p = "";
  if (blob) {
    rc = sqlite3_bind_blob64(VM(h), i, p, (sqlite3_uint64)n, SQLITE_TRANSIENT);
  } else {
    rc = sqlite3_bind_text64(VM(h), i, p, (sqlite3_uint64)n, SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  return rc ? gosqlite_fail(STMT(h)->conn, rc) : rc;
}

int gosqlite_bind_zeroblob(uintptr_t h, int i, int64_t n) {
  int rc = sqlite3_bind_zeroblob64(VM(h), i, (sqlite3_uint64)n);
  return rc ? gosqlite_fail(STMT(h)->conn, rc) : rc;
}

int gosqlite_bind_index(uintptr_t h, const char *name) { return sqlite3_bind_parameter_index(VM(h), name); }
const char *gosqlite_bind_name(uintptr_t h, int i) { return sqlite3_bind_parameter_name(VM(h), i); }
int gosqlite_stmt_status(uintptr_t h, int op, int reset) { return sqlite3_stmt_status(VM(h), op, reset); }

// The caller frees the text with gosqlite_free.
char *gosqlite_expanded_sql(uintptr_t h) { return sqlite3_expanded_sql(VM(h)); }
void gosqlite_free(void *p) { sqlite3_free(p); }

#endif  // GOSQLITE_SHIMS
