// SPDX-License-Identifier: MIT
//
// What Go sees of SQLite. It needs no sqlite3.h, so that an edit of a Go file
// compiles no C. Handles travel as uintptr_t: C memory that Go neither moves
// nor frees, without cgo's pointer checks on each call. Results are left in
// the two structs below, which Go reads after the call returned.
#ifndef GOSQLITE_CAPI_H
#define GOSQLITE_CAPI_H

#include <stddef.h>
#include <stdint.h>

// gosqlite_cell: one value, in either direction.
typedef struct gosqlite_cell {
  int64_t v;  // integer; bits of a double; offset into args or data; address
  int64_t n;  // length << 4 | GOSQLITE_FAR | type
} gosqlite_cell;

// gosqlite_result: what a callback gives back. Text and blobs lie in buf.
typedef struct gosqlite_result {
  gosqlite_cell cell;  // v is not used for text and blobs: they begin at buf
  char *buf;
  int64_t cap;
  int32_t code;     // an error when not 0; its text is in buf, cell.n >> 4 bytes
  int32_t subtype;  // sqlite3_result_subtype when not 0
} gosqlite_result;

// gosqlite_conn: a connection and what the shims keep for it.
typedef struct gosqlite_conn {
  void *db;             // sqlite3*
  char *errmsg;         // text of the last error, owned here, NULL when none
  int64_t tail;         // bytes of SQL that the last prepare used
  int32_t erroffset;    // byte offset of the last error in its SQL, or -1
  int32_t cancel;       // atomic: 1 = end running statements and lock waits
  int32_t busy_limit;   // longest wait for a lock, milliseconds
  int32_t busy_waited;  // what the current wait has used of it
  int32_t progress_ops; // opcodes between two calls of Go's progress handler, 0 = none
  int32_t progress_ran; // opcodes since the last such call
  int32_t ticks;        // grows with each look at the cancel flag and each call of Go: time may have passed
  int32_t busy_go;      // 1: Go decides on waits for locks
  int32_t commit_go;    // 1: Go decides on commits
  int32_t aborted;      // 1: a callback that has no other way to say so wants its statement undone
  int32_t foreign;      // 1: functions or tables that are not SQLite's own were registered
  int32_t half_read;    // atomic, libsqlite3 only: statements that are half read and do not run
  int32_t gate;         // atomic, libsqlite3 only: 1 while somebody interrupts or half_read grows
  uintptr_t host;       // names this connection to Go's callbacks, 0 = none
  gosqlite_result *out; // what the callback at hand returns, NULL before the first
} gosqlite_conn;

enum {
  GOSQLITE_KEEP = 0,  // binding: leave the parameter as it is
  GOSQLITE_INTEGER = 1,
  GOSQLITE_FLOAT = 2,
  GOSQLITE_TEXT = 3,
  GOSQLITE_BLOB = 4,
  GOSQLITE_NULL = 5,
  GOSQLITE_ZEROBLOB = 6,  // binding only: n zero bytes
  GOSQLITE_FAR = 8,       // result only: v is the address of a large value
};

// Arguments beyond this many bytes are given back after the statement ran. Small
// ones do not go into such memory, so that they stay bound.
enum { GOSQLITE_ARGS_KEPT = 65536 };

// gosqlite_stmt: a prepared statement, its arguments and its current rows.
typedef struct gosqlite_stmt {
  void *stmt;  // sqlite3_stmt*
  gosqlite_conn *conn;

  char *args;  // argument cells, then their text; bindings point into it
  int64_t args_cap;
  int64_t bound;  // the first cell of the last binding

  gosqlite_cell *cells;  // nrow * ncol values of the last fetch
  int64_t cells_cap;
  char *data;  // their text and blobs
  int64_t data_len, data_cap;

  gosqlite_cell *meta;  // texts of gosqlite_column_meta
  char *meta_data;
  int64_t meta_len;

  int64_t before;    // sqlite3_total_changes64 when the run began
  int64_t changes;   // rows that the run has changed, as of the last fetch
  int64_t rowid;     // sqlite3_last_insert_rowid after it
  int32_t nrow;      // rows in cells
  int32_t ncol;      // columns of a row
  int32_t done;      // 1: the statement ended and was reset
  int32_t nparam;    // sqlite3_bind_parameter_count
  int32_t reprepare; // how often SQLite compiled the statement again
  int32_t readonly;  // sqlite3_stmt_readonly
  int32_t explain;   // sqlite3_stmt_isexplain
  int32_t autocommit;// sqlite3_get_autocommit after the last fetch
  int32_t ahead;     // not 0: its rows may be read before they are asked for; 2: one step may take long
  int32_t slow;      // 1: the last fetch took longer than reading ahead may
  int32_t half_read; // libsqlite3 only: it is among conn->half_read
  int32_t busy_limit;// libsqlite3 only: it may be PRAGMA busy_timeout
} gosqlite_stmt;

// Flags of gosqlite_fetch.
enum {
  GOSQLITE_BIND = 1,   // reset, then bind the cells in args
  GOSQLITE_DRAIN = 2,  // run to the end and keep no row
};

// ---- shim_conn.c
const char *gosqlite_version(void);
const char *gosqlite_sourceid(void);
const char *gosqlite_compileoption(int i);
const char *gosqlite_errstr(int code);
int gosqlite_complete(const char *sql);
int gosqlite_status(int op, int reset, int64_t *now, int64_t *high);
int gosqlite_open(const char *name, int flags, const char *vfs, gosqlite_conn **out);
int gosqlite_close(uintptr_t conn);
void gosqlite_abandon(uintptr_t conn);
void gosqlite_interrupt(uintptr_t conn);
void gosqlite_interrupt_active(uintptr_t conn);
void gosqlite_uninterrupt(uintptr_t conn);
void gosqlite_busy_limit(uintptr_t conn, int ms);
int gosqlite_dbconfig(uintptr_t conn, int op, int on, int *now);
int gosqlite_limit(uintptr_t conn, int id, int value);
int gosqlite_autocommit(uintptr_t conn);
int64_t gosqlite_changes(uintptr_t conn, int total);
int64_t gosqlite_last_insert_rowid(uintptr_t conn);
void gosqlite_set_last_insert_rowid(uintptr_t conn, int64_t rowid);
const char *gosqlite_filename(uintptr_t conn, const char *schema);
int gosqlite_readonly(uintptr_t conn, const char *schema);
int gosqlite_txn_state(uintptr_t conn, const char *schema);
int gosqlite_cacheflush(uintptr_t conn);
int gosqlite_db_status(uintptr_t conn, int op, int reset, int64_t *now, int64_t *high);
int gosqlite_load_extension(uintptr_t conn, const char *file, const char *entry);
int gosqlite_checkpoint(uintptr_t conn, const char *schema, int mode, int *log, int *done);

// ---- shim_callback.c
// Room for at least n bytes in conn->out->buf; SQLITE_NOMEM when there is none.
int gosqlite_result_room(uintptr_t conn, int64_t n);

// ---- shim_stmt.c
int gosqlite_prepare(uintptr_t conn, const char *sql, int n, int flags, gosqlite_stmt **out);
int gosqlite_finalize(uintptr_t stmt);
int gosqlite_reset(uintptr_t stmt);
int gosqlite_clear(uintptr_t stmt);
int gosqlite_args(uintptr_t stmt, int64_t n);
int gosqlite_own(uintptr_t stmt, int i);
int gosqlite_bind_int64(uintptr_t stmt, int i, int64_t v);
int gosqlite_bind_double(uintptr_t stmt, int i, double v);
int gosqlite_bind_null(uintptr_t stmt, int i);
int gosqlite_bind_bytes(uintptr_t stmt, int i, const char *p, int64_t n, int blob);
int gosqlite_bind_zeroblob(uintptr_t stmt, int i, int64_t n);
int gosqlite_bind_index(uintptr_t stmt, const char *name);
const char *gosqlite_bind_name(uintptr_t stmt, int i);
char *gosqlite_expanded_sql(uintptr_t stmt);
void gosqlite_free(void *p);
int64_t gosqlite_as_int64(int type, const char *p, int64_t n);
double gosqlite_as_double(int type, const char *p, int64_t n);
int gosqlite_double_text(uintptr_t conn, double v, char *out, int n);
int gosqlite_stmt_status(uintptr_t stmt, int op, int reset);

// ---- shim_rows.c
int gosqlite_fetch(uintptr_t stmt, int flags, int nargs, int maxrows, int64_t maxbytes);
int gosqlite_run_many(uintptr_t stmt, int nargs, int nruns, int *ran);

// ---- shim_meta.c
enum { GOSQLITE_META_TEXTS = 5 };  // name, decltype, schema, table, column
int gosqlite_column_meta(uintptr_t stmt);
int gosqlite_may_null_row(uintptr_t stmt);
int gosqlite_table_column(uintptr_t conn, const char *schema, const char *table,
                          const char *column, int *notnull, int *pk, int *autoinc);

// ---- shim_backup.c
int gosqlite_backup_init(uintptr_t dst, const char *dstschema, uintptr_t src,
                         const char *srcschema, uintptr_t *out);
int gosqlite_backup_step(uintptr_t backup, int pages);
int gosqlite_backup_remaining(uintptr_t backup);
int gosqlite_backup_pagecount(uintptr_t backup);
int gosqlite_backup_finish(uintptr_t dst, uintptr_t backup);
int gosqlite_serialize(uintptr_t conn, const char *schema, char **data, int64_t *n);
int gosqlite_deserialize(uintptr_t conn, const char *schema, const char *data, int64_t n, int readonly);
int gosqlite_blob_open(uintptr_t conn, const char *schema, const char *table,
                       const char *column, int64_t rowid, int write, uintptr_t *out);
int gosqlite_blob_reopen(uintptr_t conn, uintptr_t blob, int64_t rowid);
int gosqlite_blob_read(uintptr_t conn, uintptr_t blob, char *p, int n, int off);
int gosqlite_blob_write(uintptr_t conn, uintptr_t blob, const char *p, int n, int off);
int gosqlite_blob_bytes(uintptr_t blob);
int gosqlite_blob_close(uintptr_t conn, uintptr_t blob);

#endif  // GOSQLITE_CAPI_H
