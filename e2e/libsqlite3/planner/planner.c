// SPDX-License-Identifier: MIT
//
// Counts how often SQLite compiles prepared statements again when their bound
// values change: SQLITE_STMTSTATUS_REPREPARE after 1,000 executions, for a range
// on an indexed column of a table that ANALYZE has looked at. With the argument
// "qpsg" the planner promises stable plans (SQLITE_DBCONFIG_ENABLE_QPSG).
#include <stdio.h>
#include <string.h>

#include "sqlite3.h"

static int must(sqlite3 *db, int rc, int want, const char *what) {
  if (rc == want) return 0;
  fprintf(stderr, "planner: %s: %s\n", what, sqlite3_errmsg(db));
  return 1;
}

int main(int argc, char **argv) {
  sqlite3 *db = 0;
  sqlite3_stmt *s = 0;
  int i;
  if (must(db, sqlite3_open(":memory:", &db), SQLITE_OK, "open")) return 1;
  if (argc > 1 && strcmp(argv[1], "qpsg") == 0 &&
      must(db, sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, (int *)0), SQLITE_OK, "qpsg")) return 1;
  if (must(db, sqlite3_exec(db,
                            "CREATE TABLE u(id INTEGER PRIMARY KEY, age, name); CREATE INDEX i ON u(age);"
                            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
                            "INSERT INTO u SELECT i, i * i % 97, i FROM n; ANALYZE",
                            0, 0, 0), SQLITE_OK, "table")) return 1;
  if (must(db, sqlite3_prepare_v3(db, "SELECT count(*) FROM u WHERE age > ?", -1, SQLITE_PREPARE_PERSISTENT, &s, 0), SQLITE_OK, "prepare")) return 1;
  for (i = 0; i < 1000; i++) {
    if (must(db, sqlite3_bind_int(s, 1, i % 97), SQLITE_OK, "bind")) return 1;
    if (must(db, sqlite3_step(s), SQLITE_ROW, "step")) return 1;
    if (must(db, sqlite3_reset(s), SQLITE_OK, "reset")) return 1;
  }
  printf("%d\n", sqlite3_stmt_status(s, SQLITE_STMTSTATUS_REPREPARE, 0));
  sqlite3_finalize(s);
  return must(db, sqlite3_close(db), SQLITE_OK, "close");
}
