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
//	mode, vfs, immutable, nolock   as SQLite; mode is ro, rw, rwc or memory
//	cache=shared                   with mode=memory: the named database is one
//	                               for the whole process
//	_busy_timeout=5s               longest wait for a lock: a duration or milliseconds
//	_foreign_keys=1                enforce foreign keys (default 1)
//	_journal_mode=wal              delete, truncate, persist, memory, wal, off
//	_synchronous=full              off, normal, full, extra (default full)
//	_txlock=deferred               deferred, immediate, exclusive: how BeginTx begins
//	_query_only=0                  refuse every write
//	_cache_size=-2000              pages, or KiB when negative
//	_defensive=1                   https://sqlite.org/c3ref/c_dbconfig_defensive.html
//	_trusted_schema=0              let the schema call any function
//	_qpsg=0                        one plan for all values of a parameter
//	_stmt_cache=64                 prepared statements that a connection keeps, 0 none
//	_read_ahead=64                 rows that a query may read at once, 1 to 64
//	_time=text                     how time.Time is stored, see below
//	_preset=app                    WAL, synchronous=normal, immediate transactions;
//	                               other parameters override it
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
// functions read. _time=rfc3339 stores RFC 3339 with nanoseconds in its own
// zone; _time=unix, unixmilli, unixmicro and unixnano store integers.
//
// []byte{} is an empty blob and nil is NULL. NaN, uint64 values of 2^63 and
// more, and text of a wrong number of parameters are errors. Parameters may be
// positional (?, ?1) or named (:a, @a, $a by sql.Named("a", ...)); missing and
// surplus ones are errors. Several statements in one Exec share the positional
// arguments in order; several in one Query are its result sets.
//
// # Transactions
//
// SQLite's transactions are serializable: BeginTx takes the default level and
// LevelSerializable and refuses others. ReadOnly is enforced. When SQLite rolls
// a transaction back by itself (out of disk, an interrupted write, ...) every
// further statement of that Tx fails with [ErrTxRolledBack]; none runs outside.
// A failed Commit rolls back, so the pool never holds a lock.
//
// # Contexts
//
// The end of a context ends running statements, waits for locks and waits of
// Commit, and nothing else: not another statement, not another user of the
// connection. The error matches ctx.Err() and sqlite.ErrInterrupt. No goroutine
// is started per call.
//
// # Reading ahead
//
// A statement that writes nothing may read up to 64 rows (16 KiB) beyond the
// current one, beginning with one. A loop that changes the table it reads
// should set _read_ahead=1 or collect its rows first; SQLite leaves undefined
// what such a loop sees in any case.
package driver

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/gosqlite/gosqlite/sqlite"
)

// Name is the name that the driver is registered under.
const Name = "gosqlite"

func init() { sql.Register(Name, &Driver{}) }

// ErrTxRolledBack is what the statements of a transaction return after SQLite
// rolled it back by itself, or after its COMMIT or ROLLBACK ran as a statement.
var ErrTxRolledBack = errors.New("gosqlite: the transaction has ended in SQLite: call Rollback and begin again")

// Driver is the database/sql driver; it is registered under [Name].
type Driver struct{}

var (
	_ driver.Driver        = (*Driver)(nil)
	_ driver.DriverContext = (*Driver)(nil)
)

// Open connects to the named database.
func (d *Driver) Open(dsn string) (driver.Conn, error) {
	c, err := d.OpenConnector(dsn)
	if err != nil {
		return nil, err
	}
	return c.Connect(context.Background())
}

// OpenConnector checks dsn once for all connections.
func (d *Driver) OpenConnector(dsn string) (driver.Connector, error) {
	cfg, err := parseDSN(dsn)
	if err != nil {
		return nil, err
	}
	return newConnector(d, cfg, nil), nil
}

// NewConnector is a connector for sql.OpenDB. init, which may be nil, runs on
// each new connection of the pool before its first use: the place for pragmas,
// functions and attached databases. When it fails the connection is closed.
func NewConnector(dsn string, init func(*sqlite.Conn) error) (driver.Connector, error) {
	cfg, err := parseDSN(dsn)
	if err != nil {
		return nil, err
	}
	return newConnector(&Driver{}, cfg, init), nil
}
