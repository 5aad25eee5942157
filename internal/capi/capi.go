// SPDX-License-Identifier: MIT

// Package capi is the only place that imports "C". It holds no opinion: each
// method is one call of a gosqlite_ shim (capi.h), codes come back as int, and
// whoever calls keeps a connection on one goroutine at a time. Package sqlite
// gives it meaning.
//
// The C side is amalgamation.c, which includes sqlite3.c; see there.
package capi

// #cgo CFLAGS: -O2 -DSQLITE_AMALGAMATION
// #cgo linux LDFLAGS: -lm -ldl -lpthread
// #cgo freebsd netbsd LDFLAGS: -lm -lpthread
// #include "capi.h"
// #include <stdlib.h>
import "C"

import "unsafe"

// Version is sqlite3_libversion: https://sqlite.org/c3ref/libversion.html
func Version() string { return C.GoString(C.gosqlite_version()) }

// SourceID is sqlite3_sourceid: https://sqlite.org/c3ref/libversion.html
func SourceID() string { return C.GoString(C.gosqlite_sourceid()) }

// CompileOption is sqlite3_compileoption_get; "" after the last one:
// https://sqlite.org/c3ref/compileoption_get.html
func CompileOption(i int) string { return C.GoString(C.gosqlite_compileoption(C.int(i))) }

// ErrStr is sqlite3_errstr: https://sqlite.org/c3ref/errcode.html
func ErrStr(code int) string { return C.GoString(C.gosqlite_errstr(C.int(code))) }

// Complete is sqlite3_complete: https://sqlite.org/c3ref/complete.html
func Complete(sql string) bool {
	p := C.CString(sql)
	defer C.free(unsafe.Pointer(p))
	return C.gosqlite_complete(p) != 0
}

// GlobalStatus is sqlite3_status64: https://sqlite.org/c3ref/status.html
func GlobalStatus(op int, reset bool) (now, high int64, rc int) {
	var a, b C.int64_t
	rc = int(C.gosqlite_status(C.int(op), flag(reset), &a, &b))
	return int64(a), int64(b), rc
}

// cstring gives a terminated copy, or NULL for "", with the call that frees it.
func cstring(s string) (*C.char, func()) {
	if s == "" {
		return nil, func() {}
	}
	p := C.CString(s)
	return p, func() { C.free(unsafe.Pointer(p)) }
}

// bytesAt views C memory; it is good as long as its owner says.
func bytesAt(p unsafe.Pointer, n int64) []byte {
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(p), n)
}
