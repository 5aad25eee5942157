// SPDX-License-Identifier: MIT

package capi

// #include "capi.h"
import "C"

import "unsafe"

// Flags of Fetch.
const (
	Bind  = C.GOSQLITE_BIND  // reset, then bind the cells in Args
	Drain = C.GOSQLITE_DRAIN // run to the end and keep no row
)

// MetaTexts is the number of texts per column that ColumnMeta gives.
const MetaTexts = C.GOSQLITE_META_TEXTS

// Fetch runs the statement until maxRows rows or maxBytes bytes are there, a
// large value was met, or it ended. Rows before an error are there as well.
func (s *Stmt) Fetch(flags, nargs, maxRows int, maxBytes int64) int {
	return int(C.gosqlite_fetch(s.h(), C.int(flags), C.int(nargs), C.int(maxRows), C.int64_t(maxBytes)))
}

// Done reports whether the last Fetch ended and reset the statement.
func (s *Stmt) Done() bool { return s.done != 0 }

// Slow reports whether the last Fetch took longer than reading ahead may; it may
// have left fewer rows than it was asked for.
func (s *Stmt) Slow() bool { return s.slow != 0 }

// AutoCommit is sqlite3_get_autocommit as of the last Fetch.
func (s *Stmt) AutoCommit() bool { return s.autocommit != 0 }

// RunMany runs the statement runs times with nargs argument cells each. ran
// counts the runs that succeeded.
func (s *Stmt) RunMany(nargs, runs int) (ran, rc int) {
	var n C.int
	rc = int(C.gosqlite_run_many(s.h(), C.int(nargs), C.int(runs), &n))
	return int(n), rc
}

// Changes is how many rows the run has changed as of the last Fetch that ended,
// or all runs of the last RunMany.
func (s *Stmt) Changes() int64 { return int64(s.changes) }

// LastInsertRowID is sqlite3_last_insert_rowid as of the last Fetch that ended.
func (s *Stmt) LastInsertRowID() int64 { return int64(s.rowid) }

// Rows is how many rows the last Fetch left.
func (s *Stmt) Rows() int { return int(s.nrow) }

// Cells views the values of the last Fetch, row by row, until the next one.
func (s *Stmt) Cells() []Cell {
	n := int(s.nrow) * int(s.ncol)
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*Cell)(unsafe.Pointer(s.cells)), n)
}

// Data views the text and blobs that cells point into, until the next Fetch.
func (s *Stmt) Data() []byte { return bytesAt(unsafe.Pointer(s.data), int64(s.data_len)) }

// FarBytes views the large value of a cell with Far set, until the next Fetch.
// The address was stored by C and is C memory.
func (c *Cell) FarBytes() []byte {
	p := *(*unsafe.Pointer)(unsafe.Pointer(&c.V))
	if unsafe.Sizeof(p) != 8 {
		p = narrow(c.V)
	}
	return bytesAt(p, c.N>>4)
}

// narrow turns a stored address into a pointer where pointers have 32 bits and
// the low half of V may be its second.
func narrow(v int64) unsafe.Pointer {
	u := uintptr(v)
	return *(*unsafe.Pointer)(unsafe.Pointer(&u))
}

// ColumnMeta gives MetaTexts cells per column (name, declared type, schema,
// table, origin column) and the bytes that they point into, until the next call.
func (s *Stmt) ColumnMeta() ([]Cell, []byte, int) {
	if rc := C.gosqlite_column_meta(s.h()); rc != 0 {
		return nil, nil, int(rc)
	}
	n := int(s.ncol) * MetaTexts
	if n == 0 {
		return nil, nil, 0
	}
	return unsafe.Slice((*Cell)(unsafe.Pointer(s.meta)), n), bytesAt(unsafe.Pointer(s.meta_data), int64(s.meta_len)), 0
}

// AsInt64 is the integer that SQLite sees in a text or blob.
func AsInt64(typ int, b []byte) int64 {
	return int64(C.gosqlite_as_int64(C.int(typ), (*C.char)(unsafe.Pointer(unsafe.SliceData(b))), C.int64_t(len(b))))
}

// AsFloat64 is the number that SQLite sees in a text or blob.
func AsFloat64(typ int, b []byte) float64 {
	return float64(C.gosqlite_as_double(C.int(typ), (*C.char)(unsafe.Pointer(unsafe.SliceData(b))), C.int64_t(len(b))))
}
