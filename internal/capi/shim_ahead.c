// SPDX-License-Identifier: MIT
//
// Which statements may be run ahead of the caller. A row that is read early
// must not have been asked for to be harmless: what the program calls has to be
// SQLite's own or declared to have no effect.
#ifdef GOSQLITE_SHIMS

// Virtual tables that only read. Those of the program and of extensions, which
// may do anything at any row, are not among them.
static int gosqlite_quiet_module(const char *name) {
  static const char *const quiet[] = {"bytecode", "carray", "dbstat", "fts5", "fts5vocab", "geopoly", "json_each",
                                      "json_tree", "jsonb_each", "jsonb_tree", "rtree", "rtree_i32", "sqlite_stmt",
                                      "tables_used"};
  size_t i;
  for (i = 0; i < sizeof quiet / sizeof *quiet; i++) {
    if (sqlite3_stricmp(name, quiet[i]) == 0) return 1;
  }
  return sqlite3_strnicmp(name, "pragma_", 7) == 0;
}

// Built-in, deterministic, or belonging to a virtual table (EPHEM).
static int gosqlite_quiet_function(const FuncDef *f) {
  return (f->funcFlags & (SQLITE_FUNC_BUILTIN | SQLITE_FUNC_CONSTANT | SQLITE_FUNC_EPHEM)) != 0;
}

// Reports whether nothing that the program calls can tell when it is called: 2
// with a virtual table, one step of which may be a long search.
static int gosqlite_may_ahead(const gosqlite_stmt *s) {
  const Vdbe *v = (const Vdbe *)s->stmt;
  int i, may = 1;
  for (i = 0; i < v->nOp; i++) {
    const Op *op = &v->aOp[i];
    if (op->p4type == P4_FUNCCTX && !gosqlite_quiet_function(op->p4.pCtx->pFunc)) return 0;
    if (op->p4type == P4_FUNCDEF && !gosqlite_quiet_function(op->p4.pFunc)) return 0;
    if (op->opcode != OP_VOpen || op->p4type != P4_VTAB) continue;
    if (!gosqlite_quiet_module(op->p4.pVtab->pMod->zName)) return 0;
    may = 2;
  }
  return may;
}

#endif  // GOSQLITE_SHIMS
