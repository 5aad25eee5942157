// SPDX-License-Identifier: MIT

// Package plumbing lends package driver what it needs of package sqlite beyond
// the interface that everybody has: what spares a call into C, a closure or an
// allocation. Package sqlite fills in the variables when it is initialised.
package plumbing

import "context"

// Watch names a context that is set on a connection, until Unwatch or the
// connection's end; 0: nothing is watched.
type Watch uint64

// Conn is the inside of a *sqlite.Conn.
type Conn interface {
	// Watch is SetContext without a closure. Nil, and a context that never ends,
	// watch nothing.
	Watch(ctx context.Context) Watch
	// WatchCall is Watch for the time of one call of SQLite. Where calls follow
	// each other closely it may take half a millisecond to register ctx.
	WatchCall(ctx context.Context) Watch
	// Unwatch ends a watch. A second Unwatch does nothing.
	Unwatch(w Watch)
	// Usable tells whether the connection is neither closed nor lost to a callback
	// that ended its goroutine. It asks nothing of SQLite.
	Usable() bool
}

// Stmt is the inside of a *sqlite.Stmt.
type Stmt interface {
	// Advance is Step, under WatchCall where it has to ask SQLite for rows; asked
	// says that it had to.
	Advance(ctx context.Context) (row, asked bool, err error)
	// AutoCommit is sqlite3_get_autocommit as of the statement's last call into C.
	AutoCommit() bool
	// Reprepares counts how often SQLite compiled the statement again, as of its
	// last call into C. Facts about columns that were kept are stale when it grew.
	Reprepares() int
	// MayNullRow reports whether the compiled statement can make a row of NULLs for
	// a table, as an outer join does: NOT NULL in the schema then says nothing
	// about the result. https://sqlite.org/opcode.html#NullRow
	MayNullRow() bool
}

// ConnOf gives the inside of a *sqlite.Conn.
var ConnOf func(conn any) Conn

// StmtOf gives the inside of a *sqlite.Stmt.
var StmtOf func(stmt any) Stmt

// ReportLeak tells who set sqlite.OnLeak, or the log, of a handle that the program
// lost without closing it.
var ReportLeak func(what, name string)
