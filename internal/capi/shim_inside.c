// SPDX-License-Identifier: MIT
//
// What the shims ask of SQLite beyond its interface, where SQLite is part of
// this unit. shim_outside.c answers the same for a library.
#ifdef GOSQLITE_SHIMS

static int gosqlite_fits(gosqlite_conn *c) { return SQLITE_OK; }

// PRAGMA busy_timeout and sqlite3_busy_timeout replace the handler by one that
// knows no cancellation; the limit is taken over and the handler put back.
// Reading the pragma gives the limit, because busyTimeout is set to it.
static void gosqlite_take_busy(gosqlite_conn *c) {
  sqlite3 *db = (sqlite3 *)c->db;
  if (db->busyHandler.xBusyHandler == gosqlite_on_busy) return;
  c->busy_limit = db->busyTimeout;
  db->busyHandler.xBusyHandler = gosqlite_on_busy;
  db->busyHandler.pBusyArg = c;
}

static void gosqlite_keep_busy(gosqlite_stmt *s) { gosqlite_take_busy(s->conn); }

void gosqlite_busy_limit(uintptr_t h, int ms) {
  gosqlite_conn *c = CONN(h);
  c->busy_limit = ms < 0 ? 0 : ms;
  sqlite3_busy_handler(DB(h), gosqlite_on_busy, c);
  DB(h)->busyTimeout = c->busy_limit;
}

// May be called from any thread while the connection is open. The flag reaches
// the progress and busy handlers, and a statement that has not started yet,
// where SQLite itself forgets an interrupt; sqlite3_interrupt reaches the long
// single opcodes (count, sort, integrity check, checkpoint).
void gosqlite_interrupt(uintptr_t h) {
  __atomic_store_n(&CONN(h)->cancel, 1, __ATOMIC_RELEASE);
  sqlite3_interrupt(DB(h));
}

void gosqlite_interrupt_active(uintptr_t h) { sqlite3_interrupt(DB(h)); }

// Forgets an interrupt, so that it cannot reach a statement of somebody else.
void gosqlite_uninterrupt(uintptr_t h) {
  __atomic_store_n(&CONN(h)->cancel, 0, __ATOMIC_RELEASE);
  AtomicStore(&DB(h)->u1.isInterrupted, 0);
}

// To compile PRAGMA busy_timeout is to set it, whether or not it ever runs.
static void gosqlite_after_prepare(gosqlite_conn *c, int noted) { gosqlite_take_busy(c); }

// What only a library needs to be told.
static int gosqlite_before_prepare(gosqlite_conn *c, const char *sql, int n) { return 0; }
static void gosqlite_note_sql(gosqlite_stmt *s) {}
static void gosqlite_before_run(gosqlite_stmt *s) {}
static void gosqlite_on_row(gosqlite_stmt *s) {}
static int gosqlite_half_read(gosqlite_stmt *s) { return SQLITE_OK; }
static void gosqlite_halted(gosqlite_stmt *s) {}

// Ends a run; a statement that is reset is left alone.
static int gosqlite_halt(gosqlite_stmt *s) {
  if (((const Vdbe *)s->stmt)->eVdbeState == VDBE_READY_STATE) return SQLITE_OK;
  return sqlite3_reset((sqlite3_stmt *)s->stmt);
}

static int gosqlite_running(sqlite3_stmt *st) { return ((Vdbe *)st)->eVdbeState == VDBE_RUN_STATE; }

// The next step of a statement that runs ends it. The interrupt stays until
// gosqlite_uninterrupt, which whoever cancelled calls.
static int gosqlite_end(gosqlite_conn *c, sqlite3_stmt *st) {
  sqlite3_interrupt((sqlite3 *)c->db);
  return sqlite3_step(st);
}

static int gosqlite_reprepares(const gosqlite_stmt *s) {
  return (int)((Vdbe *)s->stmt)->aCounter[SQLITE_STMTSTATUS_REPREPARE];
}

// Column i of the current row.
static sqlite3_value *gosqlite_column(const gosqlite_stmt *s, int i) { return ((Vdbe *)s->stmt)->pResultRow + i; }

// gosqlite_ask for what lies ready in most columns, without a call; else 0. The
// conditions are those of sqlite3_value_type, sqlite3ValueText and sqlite3_value_blob.
static int gosqlite_ready(const Mem *m, gosqlite_cell *cell, const void **p, int64_t *n) {
  int type;
  switch (m->flags & MEM_AffMask) {
    case MEM_Int:
      cell->v = m->u.i;
      cell->n = GOSQLITE_INTEGER;
      return SQLITE_INTEGER;
    case MEM_Real:
      memcpy(&cell->v, &m->u.r, sizeof m->u.r);
      cell->n = GOSQLITE_FLOAT;
      return SQLITE_FLOAT;
    case MEM_Null:
      cell->v = 0;
      cell->n = GOSQLITE_NULL;
      return SQLITE_NULL;
    case MEM_Str:
      if (!(m->flags & MEM_Term) || m->enc != SQLITE_UTF8) return 0;
      type = SQLITE_TEXT;
      break;
    case MEM_Blob:
      if (m->flags & MEM_Zero || !m->n) return 0;
      type = SQLITE_BLOB;
      break;
    default:
      return 0;
  }
  *p = m->z;
  *n = m->n;
  return type;
}

// Texts and blobs are bound where they lie, in args.
#define GOSQLITE_ARGS_TEXT SQLITE_STATIC

// Binds NULL wherever the statement points into args. Not clear_bindings: that
// makes every statement whose plan looked at a value compile again.
static void gosqlite_unbind(gosqlite_stmt *s) {
  Vdbe *v = (Vdbe *)s->stmt;
  int i;
  for (i = 0; s->args && i < v->nVar; i++) {
    const char *z = v->aVar[i].z;
    if ((v->aVar[i].flags & MEM_Static) && z >= s->args && z <= s->args + s->args_cap) {
      sqlite3_bind_null((sqlite3_stmt *)s->stmt, i + 1);
    }
  }
}

// The memory of args is about to go.
static void gosqlite_leave_args(gosqlite_stmt *s) { gosqlite_unbind(s); }

// Gives parameter i a copy of a value that lies in args, which is about to be
// written anew. The statement is reset.
int gosqlite_own(uintptr_t h, int i) {
  gosqlite_stmt *s = STMT(h);
  const Mem *m = &((Vdbe *)s->stmt)->aVar[i - 1];
  int rc;
  if (!s->args || !(m->flags & MEM_Static) || m->z < s->args || m->z > s->args + s->args_cap) return SQLITE_OK;
  if (m->flags & MEM_Blob) {
    rc = sqlite3_bind_blob64(VM(h), i, m->z, (sqlite3_uint64)m->n, SQLITE_TRANSIENT);
  } else {
    rc = sqlite3_bind_text64(VM(h), i, m->z, (sqlite3_uint64)m->n, SQLITE_TRANSIENT, m->enc);
  }
  return rc ? gosqlite_fail(s->conn, rc) : rc;
}

// Reports whether the statement has nothing left to do but to end, as after a
// lookup by key or an aggregate. The step that ends it then costs nothing and
// gives the read lock back before Go asks.
static int gosqlite_at_end(const gosqlite_stmt *s) {
  const Vdbe *v = (const Vdbe *)s->stmt;
  return !v->explain && v->pc > 0 && v->pc < v->nOp && v->aOp[v->pc].opcode == OP_Halt;
}

// Only an outer join (and a few aggregates) makes a table's row all NULL; no
// interface tells, the program does.
int gosqlite_may_null_row(uintptr_t h) {
  const Vdbe *v = (const Vdbe *)STMT(h)->stmt;
  int i;
  for (i = 0; i < v->nOp; i++) {
    if (v->aOp[i].opcode == OP_NullRow) return 1;
  }
  return 0;
}

// A text or blob seen as a number, by SQLite's own rules: the longest numeric
// prefix, or zero.
int64_t gosqlite_as_int64(int type, const char *p, int64_t n) {
  Mem m;
  memset(&m, 0, sizeof m);
  m.flags = (type == GOSQLITE_BLOB ? MEM_Blob : MEM_Str) | MEM_Static;
  m.enc = SQLITE_UTF8;
  m.z = (char *)p;
  m.n = (int)n;
  return sqlite3VdbeIntValue(&m);
}

// Not by a Mem: that is copied for its end, with the memory of a connection.
double gosqlite_as_double(int type, const char *p, int64_t n) {
  char small[64], *z = small;
  double v = 0;
  if (n <= 0) return 0;
  if (n >= (int64_t)sizeof small && !(z = sqlite3_malloc64((sqlite3_uint64)n + 1))) return 0;
  memcpy(z, p, (size_t)n);
  z[n] = 0;
  sqlite3AtoF(z, &v);
  if (z != small) sqlite3_free(z);
  return v;
}

// A float as the text that a cast in SQL gives.
int gosqlite_double_text(uintptr_t h, double v, char *out, int n) {
  sqlite3_snprintf(n, out, "%!.*g", (int)DB(h)->nFpDigit, v);
  return (int)strlen(out);
}

#endif  // GOSQLITE_SHIMS
