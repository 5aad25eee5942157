// SPDX-License-Identifier: MIT

// Package vtab makes virtual tables in Go: SQL over whatever a program has.
//
// It is EXPERIMENTAL: its interface may change in any release.
//
//	err := vtab.Register(conn, "lines", vtab.Module{Connect: connectLines})
//	...
//	err = conn.Exec("CREATE VIRTUAL TABLE log USING lines('app.log')")
//
// # Callbacks
//
// Everything here is called in the middle of a statement. The methods may run
// other statements on their connection where SQLite allows it. An error is the
// statement's error, where errors.Is finds it; an [sqlite.ErrorCode] in it is
// its code. A panic is an error that holds a [sqlite.PanicError];
// runtime.Goexit loses the connection, as in a function.
//
// A statement that reads a table of a module reads no rows ahead, so that each row
// is asked for when the program steps to it; other statements go on to.
//
// Reference: https://sqlite.org/vtab.html
package vtab

import (
	"strings"

	"github.com/gosqlite/gosqlite/internal/capi"
	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/internal/bridge"
)

// Module makes tables.
//
// https://sqlite.org/vtab.html#the_virtual_table_object
type Module struct {
	// Connect makes the table of a CREATE VIRTUAL TABLE statement, or of one that
	// an earlier connection ran. schema is a CREATE TABLE statement, whose table
	// name does not matter: it says what columns there are; a column declared
	// HIDDEN is a parameter of a table-valued function.
	Connect func(c *sqlite.Conn, args Args) (t Table, schema string, err error)
	// Eponymous says that a table with the module's name is there without a
	// CREATE statement, EponymousOnly that there is no other.
	Eponymous, EponymousOnly bool
	// Innocuous says that no harm comes of its use, so that triggers and views
	// may use it, also those of a foreign file's schema. Else only the program's
	// own SQL may: SQLITE_VTAB_DIRECTONLY.
	Innocuous bool
	// ShadowTables says that ordinary tables named after one of the module's, as
	// t_data after t, are its own: a connection that is defensive lets only the
	// module write to them (https://sqlite.org/vtab.html#xshadowname).
	ShadowTables bool
}

// Args is what a CREATE VIRTUAL TABLE statement says.
type Args struct {
	Module string   // name of the module
	Schema string   // such as "main"
	Table  string   // name of the table
	Args   []string // between the parentheses, as written
	Create bool     // the statement runs now: make what the table stands on
}

// Table is a virtual table.
type Table interface {
	// BestIndex chooses how to look rows up. An error that matches
	// sqlite.ErrConstraint says that these constraints cannot be served.
	BestIndex(x *Index) error
	// Open makes a cursor.
	Open() (Cursor, error)
}

// Cursor walks the rows of a table.
type Cursor interface {
	// Filter goes to the first row of a lookup that BestIndex planned; args are
	// the values of the constraints that it took, in its order. It reports
	// whether there is a row.
	Filter(plan Plan, args []sqlite.Value) (row bool, err error)
	// Next goes to the next row and reports whether there is one.
	Next() (row bool, err error)
	// Column gives column i, from 0, of the current row.
	Column(i int) (sqlite.Value, error)
	// RowID gives the number of the current row.
	RowID() (int64, error)
	// Close ends the walk.
	Close() error
}

// Updater is a Table that can be written to. rowID is what Cursor.RowID gave;
// columns are all columns. One that an UPDATE leaves alone is a KeepValue if the
// cursor is a [ColumnSkipper] that skipped it.
//
// https://sqlite.org/vtab.html#xupdate
type Updater interface {
	// Insert adds a row; rowID is NULL when the table is to choose it.
	Insert(rowID sqlite.Value, columns []sqlite.Value) (int64, error)
	// Update changes a row and, if newRowID differs, its number.
	Update(rowID, newRowID sqlite.Value, columns []sqlite.Value) error
	// Delete removes a row.
	Delete(rowID sqlite.Value) error
}

// Transactor is a Table that takes part in transactions. Begin comes before the
// first write; Sync may still fail; then Commit or Rollback.
//
// https://sqlite.org/vtab.html#xbegin
type Transactor interface {
	Begin() error
	Sync() error
	Commit() error
	Rollback() error
}

// Savepointer is a Transactor that can go back to a point: RollbackTo(n) undoes
// what came after Savepoint(n), Release(n) forgets it.
//
// https://sqlite.org/vtab.html#xsavepoint
type Savepointer interface {
	Savepoint(n int) error
	Release(n int) error
	RollbackTo(n int) error
}

// Renamer is a Table that ALTER TABLE may rename.
//
// https://sqlite.org/vtab.html#xrename
type Renamer interface{ Rename(name string) error }

// Disconnecter is a Table that wants to know that its connection lets go of it.
//
// https://sqlite.org/vtab.html#xdisconnect
type Disconnecter interface{ Disconnect() }

// Destroyer is a Table that wants to know of DROP TABLE; after an error the
// table stays. Disconnect is not called as well.
//
// https://sqlite.org/vtab.html#xdestroy
type Destroyer interface{ Destroy() error }

func misuse(message string) error {
	return &sqlite.Error{Code: sqlite.ErrMisuse, Message: message, Offset: -1}
}

// Register is sqlite3_create_module_v2 on one connection.
//
// https://sqlite.org/c3ref/create_module.html
func Register(c *sqlite.Conn, name string, m Module) error {
	if name == "" || strings.IndexByte(name, 0) >= 0 || m.Connect == nil {
		return misuse("register module: it needs a name without NUL bytes and a Connect function")
	}
	flags := 0
	if m.Innocuous {
		flags |= capi.VTabInnocuous
	}
	if m.Eponymous {
		flags |= capi.VTabEponymous
	}
	if m.EponymousOnly {
		flags |= capi.VTabEponymousOnly
	}
	if m.ShadowTables {
		flags |= capi.VTabShadow
	}
	g := bridge.Of(c)
	if err := g.Enter(); err != nil {
		return err
	}
	defer g.Leave()
	if rc := g.Handle().CreateModule(name, flags, g.Add(&module{c, g, m})); rc != 0 {
		return g.Fail(rc)
	}
	return nil
}

// Unregister takes a module away; its tables are unknown then.
//
// https://sqlite.org/c3ref/create_module.html
func Unregister(c *sqlite.Conn, name string) error {
	if name == "" || strings.IndexByte(name, 0) >= 0 {
		return misuse("unregister module: it needs a name without NUL bytes")
	}
	g := bridge.Of(c)
	if err := g.Enter(); err != nil {
		return err
	}
	defer g.Leave()
	if rc := g.Handle().DeleteModule(name); rc != 0 {
		return g.Fail(rc)
	}
	return nil
}
