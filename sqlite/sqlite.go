// SPDX-License-Identifier: MIT

// Package sqlite is SQLite's own interface for Go: connections, statements,
// typed values. Package driver stands on it for database/sql; a program may use
// both: driver.Raw lends the *Conn behind a sql.Conn. (sql.Conn.Raw itself hands
// out what the pool keeps, a *driver.Conn, whose SQLite method is the same.)
//
//	conn, err := sqlite.Open("app.db", sqlite.OpenReadWrite|sqlite.OpenCreate)
//	...
//	defer conn.Close()
//	stmt, _, err := conn.Prepare("SELECT id, name FROM t WHERE id > ?")
//	...
//	defer stmt.Close()
//	stmt.BindInt64(1, 10)
//	for {
//		row, err := stmt.Step()
//		if err != nil || !row {
//			break
//		}
//		fmt.Println(stmt.ColumnInt64(0), stmt.ColumnText(1))
//	}
//
// # Rules
//
// A Conn and its statements belong to one goroutine at a time. A call beside one
// that is in the middle of SQLite is found and returned as an error that matches
// ErrMisuse, as is use after Close; neither harms memory. What reads the row at
// hand makes no call and takes no claim, which would cost more than the value:
// the Column methods, beside another goroutine's Step or Close of the same
// statement, are a data race as with any variable. The race detector reports it;
// what is read then is undefined. [Conn.Interrupt] and the end of a context (see
// [Conn.SetContext]) may come from anywhere.
//
// Parameters count from 1 and columns from 0, as in C.
//
// Step of a statement that writes nothing may read rows ahead, at most 64, and none
// after 16 KiB or 200 µs; see [Stmt.SetReadAhead].
//
// # Callbacks
//
// Functions ([Conn.CreateFunction]), collations, FTS5 tokenizers and functions,
// and the WAL hook may use their connection, but not the statement that called
// them, and not close it; hooks that must leave the connection alone (their docs
// say so) get an error that matches ErrMisuse when they do not. What a callback
// is handed, such as an [Arg] or a [Match], is void after it has returned.
//
// An error of a callback is the error of the call that ran it, for errors.Is; a
// panic is a [PanicError] in it. A callback without a result, such as an update
// hook or a collation, that panics interrupts its statement, which does not
// commit; in a transaction what it has done so far may stay until the
// transaction is rolled back. runtime.Goexit in a callback, which nothing can
// stop, loses the connection: its calls fail with an error that matches
// ErrAbort, and Close gives back its files and locks as the end of the process
// would.
//
// Packages vtab and vfs, which are experimental, make virtual tables and file
// systems in Go.
package sqlite

import "github.com/gosqlite/gosqlite/internal/capi"

// Version is sqlite3_libversion, such as "3.54.1".
//
// https://sqlite.org/c3ref/libversion.html
func Version() string { return capi.Version() }

// SourceID is sqlite3_sourceid: date and hash of SQLite's check-in.
//
// https://sqlite.org/c3ref/libversion.html
func SourceID() string { return capi.SourceID() }

// CompileOptions lists sqlite3_compileoption_get, without SQLITE_ before each.
//
// https://sqlite.org/c3ref/compileoption_get.html
func CompileOptions() []string {
	var all []string
	for i := 0; ; i++ {
		o := capi.CompileOption(i)
		if o == "" {
			return all
		}
		all = append(all, o)
	}
}

// Complete is sqlite3_complete: whether sql ends with a whole statement.
//
// https://sqlite.org/c3ref/complete.html
func Complete(sql string) bool { return capi.Complete(sql) }

// Type is the storage class of a value.
//
// https://sqlite.org/c3ref/c_blob.html
type Type int

// Storage classes.
const (
	Integer Type = 1 // SQLITE_INTEGER
	Float   Type = 2 // SQLITE_FLOAT
	Text    Type = 3 // SQLITE_TEXT
	Blob    Type = 4 // SQLITE_BLOB
	Null    Type = 5 // SQLITE_NULL
)

// String is the name that typeof() gives.
func (t Type) String() string {
	switch t {
	case Integer:
		return "integer"
	case Float:
		return "real"
	case Text:
		return "text"
	case Blob:
		return "blob"
	}
	return "null"
}
