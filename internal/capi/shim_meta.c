// SPDX-License-Identifier: MIT
//
// Facts about result columns, all texts of a statement in one call.
#ifdef GOSQLITE_SHIMS

typedef const char *(*gosqlite_text_fn)(sqlite3_stmt *, int);

// Fills meta with GOSQLITE_META_TEXTS cells per column; a text that SQLite does
// not know (the table of an expression) is GOSQLITE_NULL.
int gosqlite_column_meta(uintptr_t h) {
  static const gosqlite_text_fn texts[GOSQLITE_META_TEXTS] = {
      sqlite3_column_name, sqlite3_column_decltype, sqlite3_column_database_name,
      sqlite3_column_table_name, sqlite3_column_origin_name};
  gosqlite_stmt *s = STMT(h);
  int i, k, n = sqlite3_column_count(VM(h));
  int64_t len = 0, at = 0;
  gosqlite_cell *cells;
  char *data;
  for (i = 0; i < n; i++) {
    for (k = 0; k < GOSQLITE_META_TEXTS; k++) {
      const char *z = texts[k](VM(h), i);
      if (z) len += (int64_t)strlen(z);
    }
  }
  cells = (gosqlite_cell *)malloc(sizeof *cells * GOSQLITE_META_TEXTS * (size_t)(n > 0 ? n : 1));
  data = (char *)malloc((size_t)len + 1);
  if (!cells || !data) {
    free(cells);
    free(data);
    return SQLITE_NOMEM;
  }
  for (i = 0; i < n; i++) {
    for (k = 0; k < GOSQLITE_META_TEXTS; k++) {
      gosqlite_cell *cell = cells + i * GOSQLITE_META_TEXTS + k;
      const char *z = texts[k](VM(h), i);
      int64_t zn = z ? (int64_t)strlen(z) : 0;
      cell->v = at;
      cell->n = z ? zn << 4 | GOSQLITE_TEXT : GOSQLITE_NULL;
      if (z) memcpy(data + at, z, (size_t)zn);
      at += zn;
    }
  }
  free(s->meta);
  free(s->meta_data);
  s->meta = cells;
  s->meta_data = data;
  s->meta_len = at;
  s->ncol = n;
  return SQLITE_OK;
}

int gosqlite_table_column(uintptr_t h, const char *schema, const char *table,
                          const char *column, int *notnull, int *pk, int *autoinc) {
  const char *type, *coll;
  int rc = sqlite3_table_column_metadata(DB(h), schema, table, column, &type, &coll, notnull, pk, autoinc);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

#endif  // GOSQLITE_SHIMS
