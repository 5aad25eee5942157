// SPDX-License-Identifier: MIT

//go:build !go1.27

package driver

// direct is what rows need where database/sql does not call Next: see
// scan_go127.go.
type direct struct{}
