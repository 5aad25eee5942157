// SPDX-License-Identifier: MIT

// Package api describes what users of the root module may rely on in Go, one thing a line, and says what a change breaks.
//
// # The description
//
// The files api/v1.txt (what was released) and api/next.txt (what the next release adds) have a form like that of the
// files in Go's own folder api. Lines that begin with # are comments; the others are ordered by their bytes:
//
//	pkg driver, func Raw(database/sql.Conn) error
//	pkg driver (windows/amd64), const Name = "gosqlite"
//	pkg sqlite, const ErrBusy ErrorCode = 5
//	pkg sqlite, method (*Conn) Close() error
//	pkg sqlite, type Code struct
//	pkg sqlite, type Code struct, Number int
//	pkg sqlite, type Code struct, embeds error
//	pkg sqlite, type Code struct, has unexported fields
//	pkg sqlite, type Code struct, is not comparable
//	pkg sqlite, type Code struct, promotes Line int
//	pkg sqlite, type Queue interface { Len() int; unexported() }
//	pkg sqlite, var Limit int
//
// Package paths and names of the module are relative to it. A line holds for every platform of platforms/matrix.bzl, or
// for those in parentheses. Names of parameters and tags of fields are not part of it.
//
// Described are the packages that other modules can import and whose package comment does not say EXPERIMENTAL. They are
// type-checked from their sources without cgo: import "C" stands in internal/capi alone, and no exported thing is of a type
// of C. Build tags are those of the oldest Go that go.mod admits, so that the description is what every user has.
//
// # The decision
//
// golang.org/x/exp/apidiff compares the types that the lines of the description stand for with those of the code. What it
// calls incompatible breaks the promise of https://go.dev/doc/go1compat, in one of the ways in promise.go. It does not look at
// the types of a constraint, such as ~int | string; constraint.go does.
package api
