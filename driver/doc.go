// SPDX-License-Identifier: MIT

// Package driver is SQLite for database/sql, under the name "gosqlite".
//
//	import _ "github.com/gosqlite/gosqlite/driver"
//
//	db, err := sql.Open("gosqlite", "file:app.db?_preset=app")
//
// # Data source names
//
// A name is a path, ":memory:", or a file: URI of SQLite
// (https://sqlite.org/uri.html). Parameters follow a question mark; those of
// this package begin with an underscore. An unknown parameter or value is an
// error of sql.Open's first use.
//
//	mode=rwc                       ro read, rw write, rwc create too, memory no file
//	vfs, immutable, nolock         as in URIs of SQLite
//	modeof, psow                   as in URIs of SQLite
//	cache=shared                   with mode=memory: the named database is one
//	                               for the whole process; it has to have a name
//	_busy_timeout=5s               longest wait for a lock: a duration or milliseconds
//	_txlock=deferred               deferred, immediate, exclusive: how BeginTx begins
//	_foreign_keys=1                enforce foreign keys (default 1)
//	_synchronous=full              off, normal, full, extra (default full)
//	_stmt_cache=64                 prepared statements that a connection keeps, 0 none
//	_read_ahead=64                 rows that a query may read at once, 1 to 64
//	_time=text                     how time.Time is stored, see below
//	_expr_time=1                   read times from expressions too, see below
//	_loc=UTC                       location of times that are read: auto (local) or a name
//	_optimize=0                    PRAGMA optimize when a connection closes
//
// Safety, as SQLite's authors advise it (https://sqlite.org/security.html):
//
//	_defensive=1                   no statement can corrupt the file
//	_trusted_schema=0              the schema calls harmless functions only
//	_load_extension=0              sqlite.Conn.LoadExtension may load; SQL never does
//	_dqs=0                         take "x" as text when there is no column x
//	_writable_schema=0             with _defensive=0 only
//	_qpsg=0                        one plan for all values of a parameter
//	_hardened=0                    for SQL or files of somebody else: low limits, and an
//	                               authorizer that refuses ATTACH, VACUUM, pragmas that
//	                               set, temporary objects and foreign virtual tables;
//	                               applied last, after NewConnector's function
//
// Pragmas (https://sqlite.org/pragma.html), in the order in which they run; what
// is not given is left as the file or SQLite has it:
//
//	_page_size, _auto_vacuum, _locking_mode, _journal_mode, _synchronous,
//	_cache_size, _mmap_size, _journal_size_limit, _wal_autocheckpoint,
//	_temp_store, _secure_delete, _case_sensitive_like, _recursive_triggers,
//	_ignore_check_constraints, _cell_size_check, _query_only
//	_pragma=name(value)            any other pragma, repeatable, last
//
// Presets set several; other parameters override them:
//
//	_preset=app                    WAL, synchronous=normal, immediate transactions,
//	                               _optimize: for an application with its own file.
//	                               A power cut may cost the last commits, never more.
//
// ":memory:" and mode=memory without cache=shared name one database per sql.DB:
// all connections of the pool see it, and it lives until the DB is closed.
//
// # Values
//
// The five types of SQLite arrive as int64, float64, string, []byte and nil,
// whatever a column declares. Two declared types add meaning:
//
//   - BOOLEAN, BOOL: the integers 0 and 1 arrive as bool, other values as they
//     are. A bool is stored as 0 or 1.
//   - DATE, DATETIME, TIMESTAMP (also with more words behind): text and numbers
//     arrive as time.Time in UTC. Text must be one of SQLite's forms
//     (YYYY-MM-DD, with HH:MM, HH:MM:SS or fractions after a space or T, with Z
//     or ±HH:MM), an integer counts the unit of _time, seconds by default, and a
//     float is a Julian day. Anything else is an error, never a zero time.
//
// A time.Time is stored as UTC text of fixed width, 2006-01-02
// 15:04:05.000000000Z, which sorts as time does and which SQLite's date
// functions read. An expression has no declared type: text in exactly that form
// is a time there as well, so that max(at) reads as at does; _expr_time=0 leaves
// it text. Other forms by _time: rfc3339 keeps the time's offset (RFC 3339 with
// nanoseconds, which does not sort across zones; UTC where an offset has seconds
// or is not below 15 hours); unix, unixmilli, unixmicro and
// unixnano store integers; mattn is the form of github.com/mattn/go-sqlite3.
//
// DECIMAL and NUMERIC columns are no decimals: SQLite keeps 64-bit integers and
// floats in them, and text only where it is no number. Store amounts as INTEGER
// in the smallest unit, or as TEXT in a column declared TEXT.
//
// A []int64, []int, []float64, []string or [][]byte is a list for the table
// function carray: WHERE id IN carray(?).
//
// []byte{} is an empty blob and nil is NULL. NaN, uint64 values of 2^63 and
// more, and values of 2 GiB and more are errors. Parameters may be
// positional (?, ?1) or named (:a, @a, $a by sql.Named("a", ...)); missing and
// surplus ones are errors. Several statements in one Exec share the positional
// arguments in order; several in one Query are its result sets. Where one argument
// has a name, none are shared out: a named one goes to every statement that has the
// name, a positional one to the parameter of its place in every statement.
//
// # Transactions
//
// SQLite's transactions are serializable: BeginTx takes the default level and
// LevelSerializable and refuses others. ReadOnly is enforced by PRAGMA query_only,
// against mistakes: SQL that sets the pragma to 0 lifts it. When SQLite rolls
// a transaction back by itself (out of disk, an interrupted write, ...) every
// further statement of that Tx fails with [ErrTxRolledBack]; none runs outside.
// That guard is a Tx's: after a BEGIN by statement on a sql.Conn, statements that
// follow such a rollback commit by themselves.
// A failed Commit rolls back, so the pool never holds a lock; so does whatever
// leaves a BEGIN behind. [Immediate] and [Savepoint] run functions.
//
// # Errors
//
// Errors of SQLite are *sqlite.Error: errors.Is(err, sqlite.ErrConstraintUnique)
// matches an extended code, sqlite.ErrConstraint all of its kind; errors.As
// gives the byte in the SQL that it is about and Advice, what to do.
// driver.ErrBadConn is returned only before a connection has run anything for
// its user, so database/sql never runs a statement twice.
//
// # Contexts
//
// The end of a context ends running statements, waits for locks and waits of
// Commit, and nothing else: not another statement, not another user of the
// connection. The context of BeginTx ends every statement of its transaction. The
// error matches ctx.Err() and sqlite.ErrInterrupt; a Commit that took effect is no
// error, even if its context has ended by then. No goroutine is started per call.
//
// # Reading ahead
//
// A statement that writes nothing, and calls nothing that could tell, may read
// up to 64 rows (until it has 16 KiB) beyond the current one; it begins with one and stops
// when that has taken 200 µs, so that slow rows come one by one (see
// [sqlite.Stmt.SetReadAhead]). A loop that changes the table it reads should set
// _read_ahead=1 or collect its rows first; SQLite leaves undefined what such a
// loop sees in any case. Texts that were read together share memory: who keeps
// one of 64 keeps them all, 16 KiB and a row at most, without values over 8 KiB.
//
// # Many rows
//
// [Batch] runs one statement for many rows of arguments, hundreds in one call
// into SQLite. The usual statements keep their compiled form in the connection's
// cache, so preparing them by hand gains little.
//
// # Raw access and leaks
//
// [Raw] lends the low-level *sqlite.Conn behind a sql.Conn: functions in Go,
// blobs, backups, sessions, hooks. [NewConnector] sets them up for every
// connection of a pool. Rows and handles that a program loses without Close are
// reported, see [sqlite.OnLeak].
package driver
