// SPDX-License-Identifier: MIT
//
// What somebody does with a release's libsqlite3.a and sqlite3.h: it links only if the library's names are public, and
// says "ok" only if library and header are of one source. tools/smoke/run builds and runs it on each row.
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  sqlite3 *db;
  sqlite3_stmt *stmt;
  if (strcmp(sqlite3_sourceid(), SQLITE_SOURCE_ID) != 0) {
    printf("the library is of %s, its header of %s\n", sqlite3_sourceid(), SQLITE_SOURCE_ID);
    return 1;
  }
  if (sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE, 0) != SQLITE_OK ||
      sqlite3_exec(db, "CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f VALUES('one two'),('two three')", 0, 0, 0) != SQLITE_OK ||
      sqlite3_prepare_v2(db, "SELECT count(*) FROM f('two')", -1, &stmt, 0) != SQLITE_OK ||
      sqlite3_step(stmt) != SQLITE_ROW || sqlite3_column_int(stmt, 0) != 2) {
    printf("SQL failed: %s\n", sqlite3_errmsg(db));
    return 1;
  }
  sqlite3_finalize(stmt);
  sqlite3_close_v2(db);
  puts("ok");
  return 0;
}
