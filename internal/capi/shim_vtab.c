// SPDX-License-Identifier: MIT
//
// Virtual tables that are written in Go. A callback that fails leaves its text
// in the connection's result. https://sqlite.org/vtab.html
#ifdef GOSQLITE_SHIMS

typedef struct gosqlite_module {
  gosqlite_slot slot;  // first: what drops a slot drops this
  int flags;
  sqlite3_module methods;
} gosqlite_module;

// A function that a table has for its own columns, until the table ends.
typedef struct gosqlite_vtab_function {
  gosqlite_slot slot;  // first: gosqlite_on_scalar takes it for that
  struct gosqlite_vtab_function *next;
} gosqlite_vtab_function;

typedef struct gosqlite_vtab {
  sqlite3_vtab base;
  gosqlite_conn *conn;
  int slot;
  gosqlite_vtab_function *functions;
} gosqlite_vtab;

typedef struct gosqlite_cursor {
  sqlite3_vtab_cursor base;
  gosqlite_conn *conn;
  int slot;
  int eof;
} gosqlite_cursor;

#define VTAB(v) ((gosqlite_vtab *)(v))
#define CURSOR(c) ((gosqlite_cursor *)(c))

static char *gosqlite_vtab_text(gosqlite_conn *c) {
  return sqlite3_mprintf("%.*s", (int)(c->out->cell.n >> 4), c->out->buf ? c->out->buf : "");
}

static int gosqlite_vtab_rc(sqlite3_vtab *v, int rc) {
  if (rc == SQLITE_OK) return rc;
  sqlite3_free(v->zErrMsg);
  v->zErrMsg = gosqlite_vtab_text(VTAB(v)->conn);
  return rc;
}

static int gosqlite_vtab_start(int create, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **err) {
  gosqlite_module *m = (gosqlite_module *)aux;
  gosqlite_vtab *v = (gosqlite_vtab *)sqlite3_malloc(sizeof *v);
  int rc;
  if (!v) return SQLITE_NOMEM;
  memset(v, 0, sizeof *v);
  v->conn = m->slot.conn;
  sqlite3_vtab_config((sqlite3 *)v->conn->db,
                      m->flags & GOSQLITE_VTAB_INNOCUOUS ? SQLITE_VTAB_INNOCUOUS : SQLITE_VTAB_DIRECTONLY);
  rc = gosqliteGoVTabConnect(v->conn->host, m->slot.slot, create, argc, (char **)argv, &v->slot);
  if (rc) {
    *err = gosqlite_vtab_text(v->conn);
    sqlite3_free(v);
    return rc;
  }
  *out = &v->base;
  return SQLITE_OK;
}

static int gosqlite_vtab_create(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                                char **err) {
  return gosqlite_vtab_start(1, aux, argc, argv, out, err);
}
static int gosqlite_vtab_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                                 char **err) {
  return gosqlite_vtab_start(0, aux, argc, argv, out, err);
}

static int gosqlite_vtab_end(sqlite3_vtab *v, int destroy) {
  int rc = gosqliteGoVTabEnd(VTAB(v)->conn->host, VTAB(v)->slot, destroy);
  gosqlite_vtab_function *f, *next;
  if (rc && destroy) return gosqlite_vtab_rc(v, rc);  // the table stays
  for (f = VTAB(v)->functions; f; f = next) {
    next = f->next;
    gosqlite_drop_slot(f);
  }
  gosqliteGoDrop(VTAB(v)->conn->host, VTAB(v)->slot);
  sqlite3_free(v->zErrMsg);  // that of a failed xIntegrity nobody takes
  sqlite3_free(v);
  return SQLITE_OK;
}
static int gosqlite_vtab_disconnect(sqlite3_vtab *v) { return gosqlite_vtab_end(v, 0); }
static int gosqlite_vtab_destroy(sqlite3_vtab *v) { return gosqlite_vtab_end(v, 1); }

static int gosqlite_vtab_best(sqlite3_vtab *v, sqlite3_index_info *info) {
  gosqlite_index x;
  size_t nc = (size_t)info->nConstraint, no = (size_t)info->nOrderBy, i;
  int rc;
  memset(&x, 0, sizeof x);
  x.constraints = (gosqlite_constraint *)calloc(nc + 1, sizeof *x.constraints);
  x.orders = (gosqlite_order *)calloc(no + 1, sizeof *x.orders);
  if (!x.constraints || !x.orders) {
    free(x.constraints);
    free(x.orders);
    return SQLITE_NOMEM;
  }
  x.nconstraint = (int)nc;
  x.norder = (int)no;
  for (i = 0; i < nc; i++) {
    x.constraints[i].column = info->aConstraint[i].iColumn;
    x.constraints[i].op = info->aConstraint[i].op;
    x.constraints[i].usable = info->aConstraint[i].usable;
  }
  for (i = 0; i < no; i++) {
    x.orders[i].column = info->aOrderBy[i].iColumn;
    x.orders[i].desc = info->aOrderBy[i].desc;
  }
  x.columns_used = info->colUsed;
  x.cost = info->estimatedCost;
  x.rows = info->estimatedRows;
  x.info = (uintptr_t)info;
  rc = gosqliteGoVTabBest(VTAB(v)->conn->host, VTAB(v)->slot, &x);
  for (i = 0; rc == SQLITE_OK && i < nc; i++) {
    info->aConstraintUsage[i].argvIndex = x.constraints[i].argv;
    info->aConstraintUsage[i].omit = (unsigned char)x.constraints[i].omit;
  }
  info->idxNum = x.num;
  info->orderByConsumed = x.ordered;
  info->estimatedCost = x.cost;
  info->estimatedRows = x.rows;
  if (x.unique) info->idxFlags |= SQLITE_INDEX_SCAN_UNIQUE;
  free(x.constraints);
  free(x.orders);
  // No plan fits these constraints: no failure, and no text.
  return rc == SQLITE_CONSTRAINT ? rc : gosqlite_vtab_rc(v, rc);
}

int gosqlite_vtab_plan(uintptr_t h, const char *text, int n) {
  sqlite3_index_info *info = (sqlite3_index_info *)h;
  info->idxStr = sqlite3_mprintf("%.*s", n, text);
  info->needToFreeIdxStr = 1;
  return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

const char *gosqlite_vtab_collation(uintptr_t h, int i) { return sqlite3_vtab_collation((sqlite3_index_info *)h, i); }

int gosqlite_vtab_rhs(uintptr_t h, int i, gosqlite_cell *cell) {
  sqlite3_value *v = 0;
  int rc = sqlite3_vtab_rhs_value((sqlite3_index_info *)h, i, &v);
  return rc ? rc : gosqlite_cell_of(v, cell);
}

int gosqlite_vtab_distinct(uintptr_t h) { return sqlite3_vtab_distinct((sqlite3_index_info *)h); }
int gosqlite_vtab_in(uintptr_t h, int i, int handle) { return sqlite3_vtab_in((sqlite3_index_info *)h, i, handle); }

int gosqlite_vtab_member(uintptr_t h, int i, int next, gosqlite_cell *cell) {
  sqlite3_value *list = ((sqlite3_value **)h)[i], *v = 0;
  int rc = next ? sqlite3_vtab_in_next(list, &v) : sqlite3_vtab_in_first(list, &v);
  return rc ? rc : gosqlite_cell_of(v, cell);
}

static int gosqlite_vtab_open(sqlite3_vtab *v, sqlite3_vtab_cursor **out) {
  gosqlite_cursor *c = (gosqlite_cursor *)sqlite3_malloc(sizeof *c);
  int rc;
  if (!c) return SQLITE_NOMEM;
  memset(c, 0, sizeof *c);
  c->conn = VTAB(v)->conn;
  c->eof = 1;
  rc = gosqliteGoVTabOpen(c->conn->host, VTAB(v)->slot, &c->slot);
  if (rc) {
    sqlite3_free(c);
    return gosqlite_vtab_rc(v, rc);
  }
  *out = &c->base;
  return SQLITE_OK;
}

static int gosqlite_vtab_close(sqlite3_vtab_cursor *c) {
  gosqliteGoCursorClose(CURSOR(c)->conn->host, CURSOR(c)->slot);
  gosqliteGoDrop(CURSOR(c)->conn->host, CURSOR(c)->slot);
  sqlite3_free(c);
  return SQLITE_OK;
}

// Go gives SQLITE_DONE when there is no row.
static int gosqlite_vtab_moved(sqlite3_vtab_cursor *c, int rc) {
  CURSOR(c)->eof = rc != SQLITE_OK;
  return rc == SQLITE_DONE ? SQLITE_OK : gosqlite_vtab_rc(c->pVtab, rc);
}

static int gosqlite_vtab_filter(sqlite3_vtab_cursor *c, int num, const char *text, int n, sqlite3_value **v) {
  gosqlite_cell few[GOSQLITE_FEW_ARGS], *cells = gosqlite_cells_of(n, v, few);
  int rc;
  if (!cells) return SQLITE_NOMEM;
  rc = gosqliteGoCursorFilter(CURSOR(c)->conn->host, CURSOR(c)->slot, num, (char *)text, n, cells, (uintptr_t)v);
  if (cells != few) free(cells);
  return gosqlite_vtab_moved(c, rc);
}

static int gosqlite_vtab_next(sqlite3_vtab_cursor *c) {
  return gosqlite_vtab_moved(c, gosqliteGoCursorNext(CURSOR(c)->conn->host, CURSOR(c)->slot));
}

static int gosqlite_vtab_eof(sqlite3_vtab_cursor *c) { return CURSOR(c)->eof; }

static int gosqlite_vtab_column(sqlite3_vtab_cursor *c, sqlite3_context *ctx, int i) {
  // Without a value SQLite tells xUpdate that the column does not change.
  int unchanged = sqlite3_vtab_nochange(ctx);
  if (gosqliteGoCursorColumn(CURSOR(c)->conn->host, CURSOR(c)->slot, i, unchanged)) return SQLITE_OK;
  gosqlite_give_result(ctx, CURSOR(c)->conn);
  return SQLITE_OK;
}

static int gosqlite_vtab_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *out) {
  int64_t rowid = 0;
  int rc = gosqliteGoCursorRowID(CURSOR(c)->conn->host, CURSOR(c)->slot, &rowid);
  *out = rowid;
  return gosqlite_vtab_rc(c->pVtab, rc);
}

static int gosqlite_vtab_update(sqlite3_vtab *v, int n, sqlite3_value **values, sqlite3_int64 *out) {
  gosqlite_cell few[GOSQLITE_FEW_ARGS], *cells = gosqlite_cells_of(n, values, few);
  int64_t rowid = 0;
  int i, rc;
  if (!cells) return SQLITE_NOMEM;
  for (i = 2; i < n; i++) {
    if (sqlite3_value_nochange(values[i])) cells[i].n = GOSQLITE_KEEP;
  }
  rc = gosqliteGoVTabUpdate(VTAB(v)->conn->host, VTAB(v)->slot, n, cells, &rowid);
  if (cells != few) free(cells);
  if (n > 1) *out = rowid;  // a row was inserted
  return gosqlite_vtab_rc(v, rc);
}

static int gosqlite_vtab_txn(sqlite3_vtab *v, int what, int n) {
  return gosqlite_vtab_rc(v, gosqliteGoVTabTxn(VTAB(v)->conn->host, VTAB(v)->slot, what, n));
}
static int gosqlite_vtab_begin(sqlite3_vtab *v) { return gosqlite_vtab_txn(v, GOSQLITE_VTAB_BEGIN, 0); }
static int gosqlite_vtab_sync(sqlite3_vtab *v) { return gosqlite_vtab_txn(v, GOSQLITE_VTAB_SYNC, 0); }
static int gosqlite_vtab_commit(sqlite3_vtab *v) { return gosqlite_vtab_txn(v, GOSQLITE_VTAB_COMMIT, 0); }
static int gosqlite_vtab_rollback(sqlite3_vtab *v) { return gosqlite_vtab_txn(v, GOSQLITE_VTAB_ROLLBACK, 0); }
static int gosqlite_vtab_savepoint(sqlite3_vtab *v, int n) { return gosqlite_vtab_txn(v, GOSQLITE_VTAB_SAVEPOINT, n); }
static int gosqlite_vtab_release(sqlite3_vtab *v, int n) { return gosqlite_vtab_txn(v, GOSQLITE_VTAB_RELEASE, n); }
static int gosqlite_vtab_rollbackto(sqlite3_vtab *v, int n) {
  return gosqlite_vtab_txn(v, GOSQLITE_VTAB_ROLLBACK_TO, n);
}

static int gosqlite_vtab_rename(sqlite3_vtab *v, const char *name) {
  return gosqlite_vtab_rc(v, gosqliteGoVTabRename(VTAB(v)->conn->host, VTAB(v)->slot, (char *)name));
}

// The problem's text, "" for none, is what Go left as the result.
static int gosqlite_vtab_integrity(sqlite3_vtab *v, const char *schema, const char *table, int flags, char **problem) {
  gosqlite_conn *c = VTAB(v)->conn;
  int rc = gosqliteGoVTabIntegrity(c->host, VTAB(v)->slot, (char *)schema, (char *)table, flags & 1);
  if (rc) return gosqlite_vtab_rc(v, rc);
  if (c->out->cell.n >> 4) *problem = gosqlite_vtab_text(c);
  return SQLITE_OK;
}

// Go gives SQLite's answer: 0, 1 or an operator for xBestIndex. It names the
// same slot whenever the same function is asked for, which a table that lives
// long is at each statement that calls it.
static int gosqlite_vtab_find(sqlite3_vtab *v, int n, const char *name,
                              void (**function)(sqlite3_context *, int, sqlite3_value **), void **aux) {
  gosqlite_vtab *t = VTAB(v);
  int slot = 0, answer = gosqliteGoVTabFunction(t->conn->host, t->slot, n, (char *)name, &slot);
  gosqlite_vtab_function *f;
  if (!answer) return 0;
  for (f = t->functions; f && f->slot.slot != slot; f = f->next) {
  }
  if (!f) {
    f = (gosqlite_vtab_function *)malloc(sizeof *f);
    if (!f) return 0;  // Go names the slot again when it is asked again
    f->slot.conn = t->conn;
    f->slot.slot = slot;
    f->next = t->functions;
    t->functions = f;
  }
  *function = gosqlite_on_scalar;
  *aux = f;
  return answer;
}

// SQLite asks for the part of a name after "table_", without saying of which module.
static int gosqlite_vtab_shadow(const char *name) { return 1; }

static const sqlite3_module gosqlite_vtab_methods = {
    4,
    gosqlite_vtab_create,
    gosqlite_vtab_connect,
    gosqlite_vtab_best,
    gosqlite_vtab_disconnect,
    gosqlite_vtab_destroy,
    gosqlite_vtab_open,
    gosqlite_vtab_close,
    gosqlite_vtab_filter,
    gosqlite_vtab_next,
    gosqlite_vtab_eof,
    gosqlite_vtab_column,
    gosqlite_vtab_rowid,
    gosqlite_vtab_update,
    gosqlite_vtab_begin,
    gosqlite_vtab_sync,
    gosqlite_vtab_commit,
    gosqlite_vtab_rollback,
    gosqlite_vtab_find,
    gosqlite_vtab_rename,
    gosqlite_vtab_savepoint,
    gosqlite_vtab_release,
    gosqlite_vtab_rollbackto,
    0,
    gosqlite_vtab_integrity,
};

int gosqlite_vtab_module(uintptr_t h, const char *name, int flags, int slot) {
  gosqlite_module *m = (gosqlite_module *)malloc(sizeof *m);
  int rc = m ? gosqlite_result_room(h, 1) : SQLITE_NOMEM;
  if (rc) {
    free(m);
    gosqliteGoDrop(CONN(h)->host, slot);
    return rc;
  }
  m->methods = gosqlite_vtab_methods;
  if (flags & GOSQLITE_VTAB_EPONYMOUS) {
    m->methods.xCreate = gosqlite_vtab_connect;
    m->methods.xDestroy = gosqlite_vtab_disconnect;
  }
  if (flags & GOSQLITE_VTAB_EPONYMOUS_ONLY) {
    m->methods.xCreate = 0;
    m->methods.xDestroy = 0;
  }
  if (flags & GOSQLITE_VTAB_SHADOW) m->methods.xShadowName = gosqlite_vtab_shadow;
  CONN(h)->foreign = 1;
  m->slot.conn = CONN(h);
  m->slot.slot = slot;
  m->flags = flags;
  // On failure SQLite has dropped the slot.
  rc = sqlite3_create_module_v2(DB(h), name, &m->methods, m, gosqlite_drop_slot);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

int gosqlite_vtab_unmodule(uintptr_t h, const char *name) {
  int rc = sqlite3_create_module_v2(DB(h), name, 0, 0, 0);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

int gosqlite_vtab_declare(uintptr_t h, const char *sql) {
  int rc = sqlite3_declare_vtab(DB(h), sql);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

#endif  // GOSQLITE_SHIMS
