// SPDX-License-Identifier: MIT
//
// FTS5 tokenizers and auxiliary functions that are written in Go.
// https://sqlite.org/fts5.html#extending_fts5
#ifdef GOSQLITE_SHIMS

static fts5_api *gosqlite_fts5_api(sqlite3 *db) {
  fts5_api *api = 0;
  sqlite3_stmt *st = 0;
  if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &st, 0) != SQLITE_OK) return 0;
  sqlite3_bind_pointer(st, 1, (void *)&api, "fts5_api_ptr", 0);
  sqlite3_step(st);
  sqlite3_finalize(st);
  return api;
}

static int gosqlite_tokenizer_create(void *p, const char **argv, int argc, Fts5Tokenizer **out) {
  gosqlite_slot *module = (gosqlite_slot *)p;
  int slot = gosqliteGoTokenizerNew(module->conn->host, module->slot, (char **)argv, argc);
  *out = 0;
  if (slot < 0) return SQLITE_ERROR;
  *out = (Fts5Tokenizer *)gosqlite_new_slot((uintptr_t)module->conn, slot);
  if (*out) return SQLITE_OK;
  gosqliteGoDrop(module->conn->host, slot);
  return SQLITE_NOMEM;
}

static void gosqlite_tokenizer_delete(Fts5Tokenizer *t) {
  if (t) gosqlite_drop_slot(t);
}

// Where the tokens of one text go.
typedef struct gosqlite_sink {
  void *ctx;
  int (*token)(void *, int, const char *, int, int, int);
} gosqlite_sink;

static int gosqlite_tokenizer_run(Fts5Tokenizer *t, void *ctx, int flags, const char *text, int n, const char *locale,
                                  int nlocale, int (*token)(void *, int, const char *, int, int, int)) {
  gosqlite_slot *s = (gosqlite_slot *)t;
  gosqlite_sink sink = {ctx, token};
  return gosqliteGoTokenize(s->conn->host, s->slot, flags, (char *)text, n, (char *)locale, nlocale, (uintptr_t)&sink);
}

int gosqlite_fts5_emit(uintptr_t h, int flags, const char *token, int n, int start, int end) {
  gosqlite_sink *sink = (gosqlite_sink *)h;
  return sink->token(sink->ctx, flags, n ? token : "", n, start, end);
}

int gosqlite_fts5_tokenizer(uintptr_t h, const char *name, int slot) {
  static fts5_tokenizer_v2 methods = {2, gosqlite_tokenizer_create, gosqlite_tokenizer_delete, gosqlite_tokenizer_run};
  fts5_api *api = gosqlite_fts5_api(DB(h));
  gosqlite_slot *s = gosqlite_new_slot(h, slot);
  int rc = SQLITE_NOMEM;
  CONN(h)->foreign = 1;
  if (!api) rc = SQLITE_ERROR;
  if (s && api) rc = api->xCreateTokenizer_v2(api, name, s, &methods, gosqlite_drop_slot);
  if (rc && s) gosqlite_drop_slot(s);
  return rc;
}

// What a function is called for.
typedef struct gosqlite_match {
  const Fts5ExtensionApi *api;
  Fts5Context *fts;
} gosqlite_match;

#define MATCH(h) ((gosqlite_match *)(h))

static void gosqlite_on_fts5(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *ctx, int n,
                             sqlite3_value **v) {
  gosqlite_slot *s = (gosqlite_slot *)api->xUserData(fts);
  gosqlite_match match = {api, fts};
  gosqlite_cell few[GOSQLITE_FEW_ARGS], *cells = gosqlite_cells_of(n, v, few);
  if (!cells) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  gosqliteGoFTS5(s->conn->host, s->slot, (uintptr_t)ctx, (uintptr_t)&match, n, cells);
  if (cells != few) free(cells);
  gosqlite_give_result(ctx, s->conn);
}

int gosqlite_fts5_function(uintptr_t h, const char *name, int slot) {
  fts5_api *api = gosqlite_fts5_api(DB(h));
  gosqlite_slot *s = gosqlite_new_slot(h, slot);
  int rc = s ? gosqlite_result_room(h, 1) : SQLITE_NOMEM;
  CONN(h)->foreign = 1;
  if (!api) rc = SQLITE_ERROR;
  if (rc == SQLITE_OK) rc = api->xCreateFunction(api, name, s, gosqlite_on_fts5, gosqlite_drop_slot);
  if (rc && s) gosqlite_drop_slot(s);
  return rc;
}

int gosqlite_fts5_number(uintptr_t h, int what, int i, int64_t *out) {
  const Fts5ExtensionApi *api = MATCH(h)->api;
  Fts5Context *fts = MATCH(h)->fts;
  sqlite3_int64 wide = 0;
  int n = 0, rc = SQLITE_OK;
  switch (what) {
    case GOSQLITE_FTS5_COLUMNS:
      wide = api->xColumnCount(fts);
      break;
    case GOSQLITE_FTS5_ROWS:
      rc = api->xRowCount(fts, &wide);
      break;
    case GOSQLITE_FTS5_TOTAL_SIZE:
      rc = api->xColumnTotalSize(fts, i, &wide);
      break;
    case GOSQLITE_FTS5_PHRASES:
      wide = api->xPhraseCount(fts);
      break;
    case GOSQLITE_FTS5_PHRASE_SIZE:
      wide = api->xPhraseSize(fts, i);
      break;
    case GOSQLITE_FTS5_INSTANCES:
      rc = api->xInstCount(fts, &n);
      wide = n;
      break;
    case GOSQLITE_FTS5_ROWID:
      wide = api->xRowid(fts);
      break;
    case GOSQLITE_FTS5_COLUMN_SIZE:
      rc = api->xColumnSize(fts, i, &n);
      wide = n;
      break;
    default:
      rc = SQLITE_MISUSE;
  }
  *out = wide;
  return rc;
}

int gosqlite_fts5_instance(uintptr_t h, int i, int *phrase, int *column, int *offset) {
  return MATCH(h)->api->xInst(MATCH(h)->fts, i, phrase, column, offset);
}

static void gosqlite_text_cell(const char *p, int n, gosqlite_cell *cell) {
  cell->v = (int64_t)(intptr_t)p;
  cell->n = (int64_t)n << 4 | GOSQLITE_FAR | GOSQLITE_TEXT;
}

int gosqlite_fts5_column_text(uintptr_t h, int i, gosqlite_cell *cell) {
  const char *p = 0;
  int n = 0, rc = MATCH(h)->api->xColumnText(MATCH(h)->fts, i, &p, &n);
  gosqlite_text_cell(p, n, cell);
  return rc;
}

int gosqlite_fts5_query_token(uintptr_t h, int phrase, int token, gosqlite_cell *cell) {
  const char *p = 0;
  int n = 0, rc = MATCH(h)->api->xQueryToken(MATCH(h)->fts, phrase, token, &p, &n);
  gosqlite_text_cell(p, n, cell);
  return rc;
}

static int gosqlite_on_phrase(const Fts5ExtensionApi *api, Fts5Context *fts, void *p) {
  gosqlite_slot *s = (gosqlite_slot *)p;
  gosqlite_match match = {api, fts};
  return gosqliteGoFTS5Phrase(s->conn->host, s->slot, (uintptr_t)&match);
}

int gosqlite_fts5_query_phrase(uintptr_t h, uintptr_t conn, int phrase, int slot) {
  gosqlite_slot s = {CONN(conn), slot};
  return MATCH(h)->api->xQueryPhrase(MATCH(h)->fts, phrase, &s, gosqlite_on_phrase);
}

#endif  // GOSQLITE_SHIMS
