// SPDX-License-Identifier: MIT

package capi

// #include "session.h"
import "C"

import "unsafe"

// BindInt64s is sqlite3_carray_bind of a copy.
func (s *Stmt) BindInt64s(i int, v []int64) int {
	return s.bindArray(i, arrayInt64, unsafe.Pointer(unsafe.SliceData(v)), len(v), nil)
}

// BindFloat64s is sqlite3_carray_bind of a copy.
func (s *Stmt) BindFloat64s(i int, v []float64) int {
	return s.bindArray(i, arrayDouble, unsafe.Pointer(unsafe.SliceData(v)), len(v), nil)
}

// BindTexts is sqlite3_carray_bind of texts or blobs, which cells name in all;
// each text has a NUL after it.
func (s *Stmt) BindTexts(i int, blobs bool, cells []Cell, all []byte) int {
	typ := arrayText
	if blobs {
		typ = arrayBlob
	}
	return s.bindArray(i, typ, unsafe.Pointer(unsafe.SliceData(cells)), len(cells), all)
}

// Types of arrays: https://sqlite.org/c3ref/c_carray_blob.html
const (
	arrayInt64  = 1 // SQLITE_CARRAY_INT64
	arrayDouble = 2 // SQLITE_CARRAY_DOUBLE
	arrayText   = 3 // SQLITE_CARRAY_TEXT
	arrayBlob   = 4 // SQLITE_CARRAY_BLOB
)

// bindArray passes a *C.char, as data does.
func (s *Stmt) bindArray(i, typ int, p unsafe.Pointer, n int, all []byte) int {
	text := (*C.char)(unsafe.Pointer(unsafe.SliceData(all)))
	return int(C.gosqlite_bind_array(s.h(), C.int(i), C.int(typ), (*C.char)(p), C.int(n), text, C.int64_t(len(all))))
}
