// SPDX-License-Identifier: MIT
//
// The floor under every driver: the workload scan-low as a loop in C over the
// same SQLite, compiled with the same options. It speaks the protocol of
// ../../process and offers nothing else.
#include "sqlite3_options.h"
#include "sqlite3.c"

#include <stdio.h>
#include <time.h>

static long long nanos(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what) {
  printf("{\"error\":\"%s\"}\n", what);
  exit(0);
}

// The same weights as sumOf and textSum of ../../workload/people.go.
static long long sum_of(long long id, long long born, const unsigned char *name, int size, long long score) {
  long long text = size ? 7LL * size + 11LL * name[size - 1] + name[0] : 1;
  return id + 3 * born + 5 * score + text;
}

static long long fill(sqlite3 *db, int n) {
  sqlite3_stmt *insert;
  long long want = 0;
  if (sqlite3_exec(db, "PRAGMA synchronous=2; PRAGMA foreign_keys=1; CREATE TABLE people(id INTEGER PRIMARY KEY,"
                       " born INTEGER NOT NULL, name TEXT NOT NULL, score INTEGER NOT NULL); BEGIN", 0, 0, 0)) fail("create");
  if (sqlite3_prepare_v2(db, "INSERT INTO people VALUES(?, ?, ?, ?)", -1, &insert, 0)) fail("prepare insert");
  for (int i = 1; i <= n; i++) {
    char name[32];
    int size = snprintf(name, sizeof name, "person %017lld", i * 7919LL % 1000000);
    sqlite3_bind_int64(insert, 1, i);
    sqlite3_bind_int64(insert, 2, 1900 + i % 120);
    sqlite3_bind_text(insert, 3, name, size, SQLITE_TRANSIENT);
    sqlite3_bind_int64(insert, 4, i * 31LL);
    if (sqlite3_step(insert) != SQLITE_DONE) fail("insert");
    sqlite3_reset(insert);
    want += sum_of(i, 1900 + i % 120, (unsigned char *)name, size, i * 31LL);
  }
  sqlite3_finalize(insert);
  if (sqlite3_exec(db, "COMMIT", 0, 0, 0)) fail("commit");
  return want;
}

int main(void) {
  char line[4096], name[64] = "", dir[3000] = "", file[3100], *at;
  int size = 0;
  setvbuf(stdout, 0, _IOLBF, 0);
  if (!fgets(line, sizeof line, stdin)) return 1;
  if ((at = strstr(line, "\"workload\":\""))) sscanf(at + 12, "%63[^\"]", name);
  if ((at = strstr(line, "\"size\":"))) size = atoi(at + 7);
  if ((at = strstr(line, "\"dir\":\""))) sscanf(at + 7, "%2999[^\"]", dir);
  if (strcmp(name, "scan-low")) return printf("{\"not_offered\":true}\n") < 0;

  // The counts of scanLow in ../../workload/scan.go.
  int n = size == 0 ? 100000 : size == 1 ? 40000 : 400;
  sqlite3 *db;
  sqlite3_stmt *scan;
  snprintf(file, sizeof file, "%s/bench.db", dir);
  if (sqlite3_open_v2(file, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, 0)) fail("open");
  long long want = fill(db, n);
  if (sqlite3_prepare_v2(db, "SELECT id, born, name, score FROM people", -1, &scan, 0)) fail("prepare");
  printf("{\"about\":{\"driver\":\"floor\",\"version\":\"this tree\",\"go\":\"none\",\"sqlite\":\"%s\",\"options\":[", sqlite3_libversion());
  for (int i = 0; sqlite3_compileoption_get(i); i++) printf("%s\"%s\"", i ? "," : "", sqlite3_compileoption_get(i));
  printf("]}}\n");

  while (fgets(line, sizeof line, stdin)) {
    long long sum = 0, rows = 0, cpu = nanos(CLOCK_PROCESS_CPUTIME_ID), start = nanos(CLOCK_MONOTONIC);
    while (sqlite3_step(scan) == SQLITE_ROW) {
      const unsigned char *text = sqlite3_column_text(scan, 2);
      sum += sum_of(sqlite3_column_int64(scan, 0), sqlite3_column_int64(scan, 1), text, sqlite3_column_bytes(scan, 2),
                    sqlite3_column_int64(scan, 3));
      rows++;
    }
    sqlite3_reset(scan);
    long long wall = nanos(CLOCK_MONOTONIC) - start;
    cpu = nanos(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    if (rows != n || sum != want) fail("did other work");
    printf("{\"wall\":%lld,\"cpu\":%lld,\"ops\":%lld}\n", wall, cpu, rows);
  }
  return 0;
}
