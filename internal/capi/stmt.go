// SPDX-License-Identifier: MIT

package capi

// #include "capi.h"
// #include <stdlib.h>
import "C"

import "unsafe"

// Stmt is a gosqlite_stmt in C memory.
type Stmt C.gosqlite_stmt

// Cell is a gosqlite_cell: one value, in either direction.
type Cell struct {
	V int64 // integer; bits of a float; offset into Args or Data; address
	N int64 // length << 4 | Far | type
}

// Types of a Cell.
const (
	Keep     = C.GOSQLITE_KEEP
	Integer  = C.GOSQLITE_INTEGER
	Float    = C.GOSQLITE_FLOAT
	Text     = C.GOSQLITE_TEXT
	Blob     = C.GOSQLITE_BLOB
	Null     = C.GOSQLITE_NULL
	ZeroBlob = C.GOSQLITE_ZEROBLOB
	Far      = C.GOSQLITE_FAR
)

// CellSize is the size of a Cell; arguments begin with one cell each.
const CellSize = int64(unsafe.Sizeof(Cell{}))

// Both sides must agree on the layout; a difference does not compile.
var (
	_ [unsafe.Sizeof(C.gosqlite_cell{}) - unsafe.Sizeof(Cell{})]struct{}
	_ [unsafe.Sizeof(Cell{}) - unsafe.Sizeof(C.gosqlite_cell{})]struct{}
)

func (s *Stmt) h() C.uintptr_t { return C.uintptr_t(uintptr(unsafe.Pointer(s))) }

// Prepare is sqlite3_prepare_v3. The statement is nil for text without SQL.
func (c *Conn) Prepare(sql string, flags int) (*Stmt, int) {
	var out *C.gosqlite_stmt
	p := (*C.char)(unsafe.Pointer(unsafe.StringData(sql)))
	rc := C.gosqlite_prepare(c.h(), p, C.int(len(sql)), C.int(flags), &out)
	return (*Stmt)(out), int(rc)
}

// Finalize frees the statement and all memory it gave out.
func (s *Stmt) Finalize() { C.gosqlite_finalize(s.h()) }

// Reset is sqlite3_reset; bindings stay.
func (s *Stmt) Reset() int { return int(C.gosqlite_reset(s.h())) }

// Clear resets and binds NULL to every parameter.
func (s *Stmt) Clear() int { return int(C.gosqlite_clear(s.h())) }

// ColumnCount is sqlite3_column_count as of the last Prepare or Fetch.
func (s *Stmt) ColumnCount() int { return int(s.ncol) }

// BindCount is sqlite3_bind_parameter_count.
func (s *Stmt) BindCount() int { return int(s.nparam) }

// ReadOnly is sqlite3_stmt_readonly.
func (s *Stmt) ReadOnly() bool { return s.readonly != 0 }

// Explain is sqlite3_stmt_isexplain.
func (s *Stmt) Explain() int { return int(s.explain) }

// Reprepares is how often SQLite had compiled the statement again at the last
// Fetch; cached facts about columns are stale when it changed.
func (s *Stmt) Reprepares() int { return int(s.reprepare) }

// Args gives at least n bytes for argument cells and their text. They stay the
// statement's; what was bound from them before is replaced by Fetch with Bind.
// active says that the last Fetch left the statement in the middle of a run.
func (s *Stmt) Args(n int64, active bool) ([]byte, int) {
	if active || n > int64(s.args_cap) || s.args_cap > C.GOSQLITE_ARGS_KEPT {
		if rc := C.gosqlite_args(s.h(), C.int64_t(n)); rc != 0 {
			return nil, int(rc)
		}
	}
	return bytesAt(unsafe.Pointer(s.args), int64(s.args_cap)), 0
}

// Own makes parameter i independent of what Args gives next.
func (s *Stmt) Own(i int) int { return int(C.gosqlite_own(s.h(), C.int(i))) }

// BindInt64 is sqlite3_bind_int64.
func (s *Stmt) BindInt64(i int, v int64) int {
	return int(C.gosqlite_bind_int64(s.h(), C.int(i), C.int64_t(v)))
}

// BindFloat64 is sqlite3_bind_double.
func (s *Stmt) BindFloat64(i int, v float64) int {
	return int(C.gosqlite_bind_double(s.h(), C.int(i), C.double(v)))
}

// BindNull is sqlite3_bind_null.
func (s *Stmt) BindNull(i int) int { return int(C.gosqlite_bind_null(s.h(), C.int(i))) }

// BindText is sqlite3_bind_text64 with a copy.
func (s *Stmt) BindText(i int, v string) int {
	p := (*C.char)(unsafe.Pointer(unsafe.StringData(v)))
	return int(C.gosqlite_bind_bytes(s.h(), C.int(i), p, C.int64_t(len(v)), 0))
}

// BindBlob is sqlite3_bind_blob64 with a copy; an empty v is an empty blob.
func (s *Stmt) BindBlob(i int, v []byte) int {
	p := (*C.char)(unsafe.Pointer(unsafe.SliceData(v)))
	return int(C.gosqlite_bind_bytes(s.h(), C.int(i), p, C.int64_t(len(v)), 1))
}

// BindZeroBlob is sqlite3_bind_zeroblob64.
func (s *Stmt) BindZeroBlob(i int, n int64) int {
	return int(C.gosqlite_bind_zeroblob(s.h(), C.int(i), C.int64_t(n)))
}

// BindIndex is sqlite3_bind_parameter_index.
func (s *Stmt) BindIndex(name string) int {
	p := C.CString(name)
	defer C.free(unsafe.Pointer(p))
	return int(C.gosqlite_bind_index(s.h(), p))
}

// BindName is sqlite3_bind_parameter_name.
func (s *Stmt) BindName(i int) string { return C.GoString(C.gosqlite_bind_name(s.h(), C.int(i))) }

// ExpandedSQL is sqlite3_expanded_sql; "" when it is too long.
func (s *Stmt) ExpandedSQL() string {
	p := C.gosqlite_expanded_sql(s.h())
	defer C.gosqlite_free(unsafe.Pointer(p))
	return C.GoString(p)
}

// Status is sqlite3_stmt_status.
func (s *Stmt) Status(op int, reset bool) int {
	return int(C.gosqlite_stmt_status(s.h(), C.int(op), flag(reset)))
}

// MayNullRow reports whether the program holds OP_NullRow.
func (s *Stmt) MayNullRow() bool { return C.gosqlite_may_null_row(s.h()) != 0 }
