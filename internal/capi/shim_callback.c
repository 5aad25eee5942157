// SPDX-License-Identifier: MIT
//
// What all callbacks into Go share: their names, arguments and results.
#ifdef GOSQLITE_SHIMS

// What SQLite keeps for a Go callback until it is replaced.
typedef struct gosqlite_slot {
  gosqlite_conn *conn;
  int slot;
} gosqlite_slot;

static gosqlite_slot *gosqlite_new_slot(uintptr_t h, int slot) {
  gosqlite_slot *s = (gosqlite_slot *)malloc(sizeof *s);
  if (!s) return 0;
  s->conn = (gosqlite_conn *)h;
  s->slot = slot;
  return s;
}

static void gosqlite_drop_slot(void *p) {
  gosqlite_slot *s = (gosqlite_slot *)p;
  gosqliteGoDrop(s->conn->host, s->slot);
  free(s);
}

// The address goes into the cell; it is good until the callback returns.
static int gosqlite_cell_of(sqlite3_value *v, gosqlite_cell *cell) {
  int type = sqlite3_value_type(v);
  const void *p;
  double d;
  cell->v = 0;
  cell->n = type;
  switch (type) {
    case SQLITE_INTEGER:
      cell->v = sqlite3_value_int64(v);
      break;
    case SQLITE_FLOAT:
      d = sqlite3_value_double(v);
      memcpy(&cell->v, &d, sizeof d);
      break;
    case SQLITE_TEXT:
    case SQLITE_BLOB:
      p = type == SQLITE_TEXT ? (const void *)sqlite3_value_text(v) : sqlite3_value_blob(v);
      cell->n = (int64_t)sqlite3_value_bytes(v) << 4 | GOSQLITE_FAR | type;
      cell->v = (int64_t)(intptr_t)p;
      if (!p && (type == SQLITE_TEXT || cell->n >> 4)) return SQLITE_NOMEM;
  }
  return SQLITE_OK;
}

enum { GOSQLITE_FEW_ARGS = 8 };

// Views the arguments in few, or in memory to be freed when they are many.
static gosqlite_cell *gosqlite_cells_of(int n, sqlite3_value **v, gosqlite_cell *few) {
  gosqlite_cell *cells = few;
  int i;
  if (n > GOSQLITE_FEW_ARGS) cells = (gosqlite_cell *)malloc((size_t)n * sizeof *cells);
  for (i = 0; cells && i < n; i++) {
    if (gosqlite_cell_of(v[i], cells + i) == SQLITE_OK) continue;
    if (cells != few) free(cells);
    return 0;
  }
  return cells;
}

int gosqlite_result_room(uintptr_t h, int64_t n) {
  gosqlite_conn *c = (gosqlite_conn *)h;
  char *p;
  if (!c->out) {
    c->out = (gosqlite_result *)calloc(1, sizeof *c->out);
    if (!c->out) return SQLITE_NOMEM;
  }
  if (n <= c->out->cap) return SQLITE_OK;
  if (n < 512) n = 512;
  if (n > PTRDIFF_MAX) return SQLITE_NOMEM;
  p = (char *)malloc((size_t)n);
  if (!p) return SQLITE_NOMEM;
  free(c->out->buf);
  c->out->buf = p;
  c->out->cap = n;
  return SQLITE_OK;
}

static void gosqlite_free_result(gosqlite_conn *c) {
  if (!c->out) return;
  free(c->out->buf);
  free(c->out);
}

// Hands the callback's result to SQLite, which copies it.
static void gosqlite_give_result(sqlite3_context *ctx, gosqlite_conn *c) {
  gosqlite_result *r = c->out;
  int64_t n = r->cell.n >> 4;
  const char *p = n ? r->buf : "";  // an address, as an empty text is not NULL
  double d;
  if (r->code) {
    sqlite3_result_error(ctx, p, (int)n);
    sqlite3_result_error_code(ctx, r->code);
    return;
  }
  switch (r->cell.n & 7) {
    case GOSQLITE_INTEGER:
      sqlite3_result_int64(ctx, r->cell.v);
      break;
    case GOSQLITE_FLOAT:
      memcpy(&d, &r->cell.v, sizeof d);
      sqlite3_result_double(ctx, d);
      break;
    case GOSQLITE_TEXT:
      sqlite3_result_text64(ctx, p, (sqlite3_uint64)n, SQLITE_TRANSIENT, SQLITE_UTF8);
      break;
    case GOSQLITE_BLOB:
      sqlite3_result_blob64(ctx, p, (sqlite3_uint64)n, SQLITE_TRANSIENT);
      break;
    case GOSQLITE_ZEROBLOB:
      if (sqlite3_result_zeroblob64(ctx, (sqlite3_uint64)n)) sqlite3_result_error_toobig(ctx);
      break;
    default:
      sqlite3_result_null(ctx);
  }
  if (r->subtype) sqlite3_result_subtype(ctx, (unsigned)r->subtype);
  if (r->cap > GOSQLITE_ARGS_KEPT) {
    free(r->buf);
    r->buf = 0;
    r->cap = 0;
    gosqlite_result_room((uintptr_t)c, 0);
  }
}

#endif  // GOSQLITE_SHIMS
