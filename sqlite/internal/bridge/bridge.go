// SPDX-License-Identifier: MIT

// Package bridge lends the inside of package sqlite to the packages below it in
// the tree, without showing it to anybody else. Package sqlite fills in Of and
// Values when it is initialised.
package bridge

import "github.com/gosqlite/gosqlite/internal/capi"

// Guest is a *sqlite.Conn to those who bring callbacks of their own kind.
type Guest interface {
	// Enter claims the connection for one call, which Leave ends.
	Enter() error
	Leave()
	// Handle is the connection in C; the caller has entered, or C called.
	Handle() *capi.Conn
	// Add puts a callback into the connection's table; Drop empties a slot.
	Add(v any) (slot int)
	Drop(slot int)
	// Fail makes an error of a code that C has just returned.
	Fail(rc int) error
	// Call runs a callback with the connection open to it. It gives the code for
	// C, whose text is the connection's result.
	Call(f func() error) (rc int)
	// Result sets the connection's result to a *sqlite.Value.
	Result(value any)
}

// Of gives the Guest of a *sqlite.Conn.
var Of func(conn any) Guest

// Values copies cells into a []sqlite.Value.
var Values func(cells []capi.Cell) any
