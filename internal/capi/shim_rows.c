// SPDX-License-Identifier: MIT
//
// The hot path: bind, step and read columns of many rows in one call.
#ifdef GOSQLITE_SHIMS

#ifndef _WIN32
# include <sys/time.h>
#endif

// Reading ahead ends when a fetch has taken this long: rows that are at hand
// should not wait for slow ones.
#define GOSQLITE_AHEAD_MICROS 200

// A value longer than this is handed over by address and ends the batch, which
// saves copying it twice.
#define GOSQLITE_NEAR_MAX 8192

static int gosqlite_grow_data(gosqlite_stmt *s, int64_t n) {
  int64_t cap = s->data_cap ? s->data_cap : 1024;
  char *p;
  while (cap < n) cap *= 2;
  p = (char *)realloc(s->data, (size_t)cap);
  if (!p) return SQLITE_NOMEM;
  s->data = p;
  s->data_cap = cap;
  return SQLITE_OK;
}

// Gives the type of a value and the cell of a number or NULL, or where the bytes of
// a text or blob are.
static int gosqlite_ask(sqlite3_value *m, gosqlite_cell *cell, const void **p, int64_t *n) {
  int type = sqlite3_value_type(m);
  double d;
  cell->v = 0;
  cell->n = type;
  switch (type) {
    case SQLITE_INTEGER:
      cell->v = sqlite3_value_int64(m);
      break;
    case SQLITE_FLOAT:
      d = sqlite3_value_double(m);
      memcpy(&cell->v, &d, sizeof d);
      break;
    case SQLITE_TEXT:
    case SQLITE_BLOB:
      *p = type == SQLITE_TEXT ? (const void *)sqlite3_value_text(m) : sqlite3_value_blob(m);
      *n = sqlite3_value_bytes(m);
  }
  return type;
}

// Appends the current row to cells. *large is set when a value went by address,
// which stays good until the next step.
static int gosqlite_store_row(gosqlite_stmt *s, int *large) {
  gosqlite_cell *cell = s->cells + (int64_t)s->nrow * s->ncol;
  gosqlite_cell *end = cell + s->ncol;
  int i;
  for (i = 0; cell < end; cell++, i++) {
    sqlite3_value *m = gosqlite_column(s, i);
    const void *p = 0;
    int64_t n = 0;
    int type = gosqlite_ready(m, cell, &p, &n);
    if (!type) type = gosqlite_ask(m, cell, &p, &n);
    if (type != SQLITE_TEXT && type != SQLITE_BLOB) continue;
    if (!p && (type == SQLITE_TEXT || n > 0)) return SQLITE_NOMEM;
    if (n > GOSQLITE_NEAR_MAX) {
      cell->v = (int64_t)(intptr_t)p;
      cell->n = n << 4 | GOSQLITE_FAR | type;
      *large = 1;
      continue;
    }
    if (s->data_len + n > s->data_cap) {
      int rc = gosqlite_grow_data(s, s->data_len + n);
      if (rc) return rc;
    }
    if (n > 0) memcpy(s->data + s->data_len, p, (size_t)n);
    cell->v = s->data_len;
    cell->n = n << 4 | type;
    s->data_len += n;
  }
  s->nrow++;
  return SQLITE_OK;
}

// A statement that was compiled again may call other functions than before, and
// have other columns.
static void gosqlite_note_reprepare(gosqlite_stmt *s) {
  int n = gosqlite_reprepares(s);
  if (n == s->reprepare) return;
  s->reprepare = n;
  s->ncol = sqlite3_column_count((sqlite3_stmt *)s->stmt);
  s->ahead = s->readonly ? gosqlite_may_ahead(s) : 0;
}

// Columns may have changed with the schema; the room for cells follows.
static int gosqlite_room(gosqlite_stmt *s, int maxrows) {
  int64_t n;
  void *p;
  s->ncol = sqlite3_column_count((sqlite3_stmt *)s->stmt);
  n = (int64_t)s->ncol * maxrows;
  if (n <= s->cells_cap) return SQLITE_OK;
  p = realloc(s->cells, (size_t)n * sizeof(gosqlite_cell));
  if (!p) return SQLITE_NOMEM;
  s->cells = (gosqlite_cell *)p;
  s->cells_cap = n;
  return SQLITE_OK;
}

// sqlite3_step unless the connection's context has ended. A statement that has
// begun to run is ended by SQLite itself: to reset it here would commit what it
// has done so far.
static int gosqlite_step(gosqlite_conn *c, sqlite3_stmt *st) {
  if (!gosqlite_cancelled(c)) return sqlite3_step(st);
  if (!gosqlite_running(st)) return SQLITE_INTERRUPT;
  return gosqlite_end(c, st);
}

// The time of day, which SQLite reads too. On Windows it moves in steps of some
// milliseconds. One that is set back makes a fetch look slow, which does no harm.
static uint64_t gosqlite_micros(void) {
#ifdef _WIN32
  FILETIME t;
  GetSystemTimeAsFileTime(&t);
  return ((uint64_t)t.dwHighDateTime << 32 | t.dwLowDateTime) / 10;
#else
  struct timeval t;
  gettimeofday(&t, 0);
  return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec;
#endif
}

static int gosqlite_is_slow(uint64_t start) { return gosqlite_micros() - start > GOSQLITE_AHEAD_MICROS; }

// A fetch of so few rows is not timed where all work is SQLite's: ticks, which come
// after so many opcodes each, bound it.
#define GOSQLITE_FEW_ROWS 8
#define GOSQLITE_FEW_TICKS 4

// Reports whether only the clock tells how long the rows take: they are many, or
// were slow before, or Go may be called. A single row is timed only to find that
// slow rows have become fast.
static int gosqlite_needs_clock(const gosqlite_stmt *s, int maxrows) {
  if (!s->ahead) return 0;
  if (s->slow || maxrows > GOSQLITE_FEW_ROWS) return 1;
  return maxrows > 1 && (s->ahead == 2 || s->conn->host);
}

// Reports whether it is time to look at the clock, which is not free beside a fast
// row. Work that SQLite or Go does shows in ticks, so that one slow row ends the
// fetch; what does not show (a disk, one huge value) ends it after 8 rows at most.
static int gosqlite_look(const gosqlite_stmt *s, int maxrows, int32_t *ticks) {
  if (s->conn->ticks == *ticks && s->ahead != 2 && s->nrow & 7 && s->nrow < maxrows) return 0;
  *ticks = s->conn->ticks;
  return 1;
}

// Runs the statement until maxrows rows or maxbytes bytes are in cells, a large
// value was met, the rows turned out to be slow, or it ended (done=1, reset).
// Rows that came before an error are in cells; the error's code is returned.
int gosqlite_fetch(uintptr_t h, int flags, int nargs, int maxrows, int64_t maxbytes) {
  gosqlite_stmt *s = STMT(h);
  gosqlite_conn *c = s->conn;
  sqlite3_stmt *st = VM(h);
  sqlite3 *db = (sqlite3 *)c->db;
  int rc = SQLITE_OK, large = 0, slow = 0, timed;
  int32_t ticks = c->ticks, first = ticks;
  uint64_t start = 0;

  s->nrow = 0;
  s->data_len = 0;
  s->done = 0;
  s->changes = 0;
  if (flags & GOSQLITE_BIND || !gosqlite_running(st)) {
    s->before = sqlite3_total_changes64(db);
    s->slow = 0;
  }
  // Should the first step of a run compile it again, ahead changes below. Go asks
  // for one row with that step, which needs no clock either way.
  timed = gosqlite_needs_clock(s, maxrows);
  if (timed) start = gosqlite_micros();
  gosqlite_before_run(s);
  if (flags & GOSQLITE_BIND) {
    gosqlite_halt(s);
    rc = gosqlite_bind_all(s, 0, nargs);
    if (rc) {
      s->done = 1;
      s->autocommit = sqlite3_get_autocommit(db);
      return rc;
    }
  }
  for (;;) {
    rc = gosqlite_step(c, st);
    if (rc != SQLITE_ROW) break;
    gosqlite_on_row(s);
    if (flags & GOSQLITE_DRAIN) continue;
    if (s->nrow == 0) {
      gosqlite_note_reprepare(s);
      if (!s->ahead) maxrows = 1;
      rc = gosqlite_room(s, maxrows);
      if (rc) break;
    }
    rc = gosqlite_store_row(s, &large);
    if (rc) break;
    if (timed) {
      slow = (gosqlite_look(s, maxrows, &ticks) || large) && gosqlite_is_slow(start);
    } else {
      slow = maxrows > 1 && c->ticks - first > GOSQLITE_FEW_TICKS;
    }
    if (large) break;
    if ((s->nrow >= maxrows || s->data_len >= maxbytes || slow) && !gosqlite_at_end(s)) break;
    if (s->nrow >= maxrows) {
      rc = sqlite3_step(st);
      break;
    }
  }
  s->slow = slow;
  gosqlite_note_reprepare(s);
  if (rc == SQLITE_OK) rc = gosqlite_half_read(s);
  if (rc == SQLITE_OK) {
    s->autocommit = sqlite3_get_autocommit(db);
    return SQLITE_OK;
  }
  s->done = 1;
  if (rc == SQLITE_DONE) {
    rc = sqlite3_reset(st);
  } else {
    if (rc == SQLITE_ROW) rc = SQLITE_INTERNAL;
    rc = gosqlite_fail(c, rc);
    sqlite3_reset(st);
  }
  gosqlite_trim_args(s);
  gosqlite_keep_busy(s);
  // sqlite3_changes64 keeps the number of an earlier statement while this one
  // is none that changes rows.
  if (!s->readonly && sqlite3_total_changes64(db) != s->before) s->changes = sqlite3_changes64(db);
  s->rowid = sqlite3_last_insert_rowid(db);
  s->autocommit = sqlite3_get_autocommit(db);
  return rc;
}

// Runs the statement nruns times, each time with the next nargs cells of args,
// and drops its rows. *ran counts the runs that succeeded. Stops at the first
// error; the statement is reset either way.
int gosqlite_run_many(uintptr_t h, int nargs, int nruns, int *ran) {
  gosqlite_stmt *s = STMT(h);
  gosqlite_conn *c = s->conn;
  sqlite3_stmt *st = VM(h);
  sqlite3 *db = (sqlite3 *)c->db;
  int rc = SQLITE_OK;
  s->nrow = 0;
  s->done = 1;
  s->changes = 0;
  gosqlite_before_run(s);
  gosqlite_halt(s);
  for (*ran = 0; *ran < nruns; ++*ran) {
    s->before = sqlite3_total_changes64(db);
    rc = gosqlite_bind_all(s, (int64_t)*ran * nargs, nargs);
    if (rc) break;
    do {
      rc = gosqlite_step(c, st);
      if (rc == SQLITE_ROW) gosqlite_on_row(s);
    } while (rc == SQLITE_ROW);
    if (rc == SQLITE_DONE) {
      rc = sqlite3_reset(st);
    } else {
      rc = gosqlite_fail(c, rc);
      sqlite3_reset(st);
    }
    if (rc) break;
    if (!s->readonly && sqlite3_total_changes64(db) != s->before) s->changes += sqlite3_changes64(db);
  }
  gosqlite_note_reprepare(s);
  gosqlite_trim_args(s);
  gosqlite_keep_busy(s);
  s->rowid = sqlite3_last_insert_rowid(db);
  s->autocommit = sqlite3_get_autocommit(db);
  return rc;
}

#endif  // GOSQLITE_SHIMS
