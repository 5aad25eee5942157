// SPDX-License-Identifier: MIT
//
// SQL functions and collations that are written in Go.
#ifdef GOSQLITE_SHIMS

static void gosqlite_on_scalar(sqlite3_context *ctx, int n, sqlite3_value **v) {
  gosqlite_slot *s = (gosqlite_slot *)sqlite3_user_data(ctx);
  gosqlite_cell few[GOSQLITE_FEW_ARGS], *cells = gosqlite_cells_of(n, v, few);
  if (!cells) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  s->conn->ticks++;
  gosqliteGoScalar(s->conn->host, s->slot, (uintptr_t)ctx, n, cells);
  if (cells != few) free(cells);
  gosqlite_give_result(ctx, s->conn);
}

// The aggregate's memory holds Go's name for its state, 0 before the first row.
static void gosqlite_on_step(sqlite3_context *ctx, int n, sqlite3_value **v) {
  gosqlite_slot *s = (gosqlite_slot *)sqlite3_user_data(ctx);
  gosqlite_cell few[GOSQLITE_FEW_ARGS], *cells;
  int64_t *state = (int64_t *)sqlite3_aggregate_context(ctx, sizeof *state);
  cells = state ? gosqlite_cells_of(n, v, few) : 0;
  if (!cells) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  s->conn->ticks++;
  *state = gosqliteGoStep(s->conn->host, s->slot, (uintptr_t)ctx, *state, n, cells);
  if (cells != few) free(cells);
  if (s->conn->out->code) gosqlite_give_result(ctx, s->conn);
}

static void gosqlite_on_inverse(sqlite3_context *ctx, int n, sqlite3_value **v) {
  gosqlite_slot *s = (gosqlite_slot *)sqlite3_user_data(ctx);
  gosqlite_cell few[GOSQLITE_FEW_ARGS], *cells;
  int64_t *state = (int64_t *)sqlite3_aggregate_context(ctx, sizeof *state);
  cells = state ? gosqlite_cells_of(n, v, few) : 0;
  if (!cells) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  gosqliteGoInverse(s->conn->host, s->slot, (uintptr_t)ctx, *state, n, cells);
  if (cells != few) free(cells);
  if (s->conn->out->code) gosqlite_give_result(ctx, s->conn);
}

static void gosqlite_aggregate_value(sqlite3_context *ctx, int last) {
  gosqlite_slot *s = (gosqlite_slot *)sqlite3_user_data(ctx);
  int64_t *state = (int64_t *)sqlite3_aggregate_context(ctx, 0);
  s->conn->ticks++;
  gosqliteGoValue(s->conn->host, s->slot, (uintptr_t)ctx, state ? *state : 0, last);
  if (last && state) *state = 0;
  gosqlite_give_result(ctx, s->conn);
}

static void gosqlite_on_value(sqlite3_context *ctx) { gosqlite_aggregate_value(ctx, 0); }
static void gosqlite_on_final(sqlite3_context *ctx) { gosqlite_aggregate_value(ctx, 1); }

int gosqlite_create_function(uintptr_t h, const char *name, int nargs, int flags, int kind, int slot) {
  gosqlite_slot *s = gosqlite_new_slot(h, slot);
  int rc = s ? gosqlite_result_room(h, 1) : SQLITE_NOMEM;
  if (rc) {
    if (s) gosqlite_drop_slot(s);
    return rc;
  }
  CONN(h)->foreign = 1;
  flags |= SQLITE_UTF8;
  // On failure SQLite has dropped the slot.
  if (kind == GOSQLITE_SCALAR) {
    rc = sqlite3_create_function_v2(DB(h), name, nargs, flags, s, gosqlite_on_scalar, 0, 0, gosqlite_drop_slot);
  } else if (kind == GOSQLITE_AGGREGATE) {
    rc = sqlite3_create_function_v2(DB(h), name, nargs, flags, s, 0, gosqlite_on_step, gosqlite_on_final,
                                    gosqlite_drop_slot);
  } else {
    rc = sqlite3_create_window_function(DB(h), name, nargs, flags, s, gosqlite_on_step, gosqlite_on_final,
                                        gosqlite_on_value, gosqlite_on_inverse, gosqlite_drop_slot);
  }
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

int gosqlite_delete_function(uintptr_t h, const char *name, int nargs) {
  int rc = sqlite3_create_function_v2(DB(h), name, nargs, SQLITE_UTF8, 0, 0, 0, 0, 0);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

static int gosqlite_on_collate(void *p, int na, const void *a, int nb, const void *b) {
  gosqlite_slot *s = (gosqlite_slot *)p;
  s->conn->ticks++;
  return gosqliteGoCollate(s->conn->host, s->slot, (char *)a, na, (char *)b, nb);
}

// Unlike the others, a collation that cannot be made is not dropped by SQLite.
int gosqlite_create_collation(uintptr_t h, const char *name, int slot) {
  gosqlite_slot *s = gosqlite_new_slot(h, slot);
  int rc = SQLITE_NOMEM;
  if (s) rc = sqlite3_create_collation_v2(DB(h), name, SQLITE_UTF8, s, gosqlite_on_collate, gosqlite_drop_slot);
  if (rc && s) gosqlite_drop_slot(s);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

int gosqlite_delete_collation(uintptr_t h, const char *name) {
  int rc = sqlite3_create_collation_v2(DB(h), name, SQLITE_UTF8, 0, 0, 0);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

static void gosqlite_on_collation_needed(void *p, sqlite3 *db, int enc, const char *name) {
  gosqliteGoCollationNeeded(((gosqlite_conn *)p)->host, (char *)name);
}

int gosqlite_collation_needed(uintptr_t h, int on) {
  return sqlite3_collation_needed(DB(h), CONN(h), on ? gosqlite_on_collation_needed : 0);
}

// The slot that was kept for argument i, or -1.
int64_t gosqlite_get_auxdata(uintptr_t ctx, int i) {
  gosqlite_slot *s = (gosqlite_slot *)sqlite3_get_auxdata((sqlite3_context *)ctx, i);
  return s ? s->slot : -1;
}

int gosqlite_set_auxdata(uintptr_t h, uintptr_t ctx, int i, int slot) {
  gosqlite_slot *s = gosqlite_new_slot(h, slot);
  if (!s) return SQLITE_NOMEM;
  sqlite3_set_auxdata((sqlite3_context *)ctx, i, s, gosqlite_drop_slot);
  return SQLITE_OK;
}

#endif  // GOSQLITE_SHIMS
