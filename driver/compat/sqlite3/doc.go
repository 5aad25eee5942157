// SPDX-License-Identifier: MIT

// Package sqlite3 lets a program move from github.com/mattn/go-sqlite3 by a
// change of its import path. It registers the name "sqlite3", reads that
// driver's data source names, starts connections with that driver's defaults
// and has its types under their names:
//
//	import sqlite3 "github.com/gosqlite/gosqlite/driver/compat/sqlite3"
//
//	db, err := sql.Open("sqlite3", "file:app.db?_fk=1&_journal=WAL")
//	...
//	var e sqlite3.Error
//	if errors.As(err, &e) && e.ExtendedCode == sqlite3.ErrConstraintUnique {
//
// Both drivers in one program would register the same name, so importing this
// package beside that one panics at start. Beside package driver they may stand,
// but one file must never be opened through two copies of SQLite in one process:
// closing it in one drops the POSIX locks of the other
// (https://sqlite.org/howtocorrupt.html, section 2.2.1).
//
// docs/moving-from-mattn.md lists what differs, and what a data source name of
// package driver would be.
package sqlite3
