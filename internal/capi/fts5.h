// SPDX-License-Identifier: MIT
//
// FTS5 tokenizers and auxiliary functions that are written in Go.
#ifndef GOSQLITE_FTS5_H
#define GOSQLITE_FTS5_H

#include "capi.h"

int gosqlite_fts5_tokenizer(uintptr_t conn, const char *name, int slot);
int gosqlite_fts5_emit(uintptr_t sink, int flags, const char *token, int n, int start, int end);
int gosqlite_fts5_function(uintptr_t conn, const char *name, int slot);

enum {
  GOSQLITE_FTS5_COLUMNS,
  GOSQLITE_FTS5_ROWS,
  GOSQLITE_FTS5_TOTAL_SIZE,
  GOSQLITE_FTS5_PHRASES,
  GOSQLITE_FTS5_PHRASE_SIZE,
  GOSQLITE_FTS5_INSTANCES,
  GOSQLITE_FTS5_ROWID,
  GOSQLITE_FTS5_COLUMN_SIZE,
};
int gosqlite_fts5_number(uintptr_t match, int what, int i, int64_t *out);
int gosqlite_fts5_instance(uintptr_t match, int i, int *phrase, int *column, int *offset);
int gosqlite_fts5_column_text(uintptr_t match, int i, gosqlite_cell *cell);
int gosqlite_fts5_query_token(uintptr_t match, int phrase, int token, gosqlite_cell *cell);
int gosqlite_fts5_query_phrase(uintptr_t match, uintptr_t conn, int phrase, int slot);

#endif  // GOSQLITE_FTS5_H
