// SPDX-License-Identifier: MIT
//
// Virtual tables that are written in Go.
#ifndef GOSQLITE_VTAB_H
#define GOSQLITE_VTAB_H

#include "capi.h"

enum {
  GOSQLITE_VTAB_INNOCUOUS = 1,       // else DIRECTONLY
  GOSQLITE_VTAB_EPONYMOUS = 2,       // there is one without CREATE VIRTUAL TABLE
  GOSQLITE_VTAB_EPONYMOUS_ONLY = 4,  // and no other
  GOSQLITE_VTAB_SHADOW = 8,          // tables named after it are its own
};

int gosqlite_vtab_module(uintptr_t conn, const char *name, int flags, int slot);
int gosqlite_vtab_unmodule(uintptr_t conn, const char *name);
int gosqlite_vtab_declare(uintptr_t conn, const char *sql);

// What xBestIndex asks and is told. Constraints and terms are copies.
typedef struct gosqlite_constraint {
  int32_t column, op, usable;
  int32_t argv, omit;  // answers
} gosqlite_constraint;

typedef struct gosqlite_order {
  int32_t column, desc;
} gosqlite_order;

typedef struct gosqlite_index {
  gosqlite_constraint *constraints;
  gosqlite_order *orders;
  int32_t nconstraint, norder;
  uint64_t columns_used;
  // Answers.
  int32_t num, ordered, unique;
  double cost;
  int64_t rows;
  uintptr_t info;  // sqlite3_index_info
} gosqlite_index;

int gosqlite_vtab_plan(uintptr_t info, const char *text, int n);
const char *gosqlite_vtab_collation(uintptr_t info, int i);
int gosqlite_vtab_rhs(uintptr_t info, int i, gosqlite_cell *cell);
int gosqlite_vtab_distinct(uintptr_t info);
int gosqlite_vtab_in(uintptr_t info, int i, int handle);
// The first or next member of a list among xFilter's arguments; SQLITE_DONE after the last, SQLITE_ERROR for no list.
int gosqlite_vtab_member(uintptr_t values, int i, int next, gosqlite_cell *cell);

enum {
  GOSQLITE_VTAB_BEGIN,
  GOSQLITE_VTAB_SYNC,
  GOSQLITE_VTAB_COMMIT,
  GOSQLITE_VTAB_ROLLBACK,
  GOSQLITE_VTAB_SAVEPOINT,
  GOSQLITE_VTAB_RELEASE,
  GOSQLITE_VTAB_ROLLBACK_TO,
};

#endif  // GOSQLITE_VTAB_H
