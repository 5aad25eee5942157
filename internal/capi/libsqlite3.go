// SPDX-License-Identifier: MIT

//go:build cgo && libsqlite3

package capi

// With -tags libsqlite3 a library is linked in place of the amalgamation:
// CGO_LDFLAGS says where it is (-L...), and Open refuses one that does not fit.
// See shim_outside.c.

// #cgo CFLAGS: -DGOSQLITE_LIBSQLITE3
// #cgo LDFLAGS: -lsqlite3
// #cgo linux LDFLAGS: -lm -ldl -lpthread
// #cgo freebsd netbsd LDFLAGS: -lm -lpthread
import "C"
