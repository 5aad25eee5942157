// SPDX-License-Identifier: MIT

package sqlite

import (
	"math"
	"unsafe"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// Value is an argument for [Stmt.Run] and [Stmt.Query]. The zero Value is NULL.
// It refers to the string or bytes it was made of until the call.
type Value struct {
	kind uint8  // a cell type of capi; 0 is NULL here
	num  int64  // integer, bits of a float, length of a zero blob
	str  string // text or blob
}

// NullValue is NULL.
//
// https://sqlite.org/c3ref/bind_blob.html
func NullValue() Value { return Value{} }

// Int64Value is an INTEGER.
//
// https://sqlite.org/c3ref/bind_blob.html
func Int64Value(v int64) Value { return Value{kind: capi.Integer, num: v} }

// Float64Value is a REAL. SQLite stores NaN as NULL, so NaN is refused when the
// value is bound.
//
// https://sqlite.org/c3ref/bind_blob.html
func Float64Value(v float64) Value { return Value{kind: capi.Float, num: int64(math.Float64bits(v))} }

// TextValue is a TEXT.
//
// https://sqlite.org/c3ref/bind_blob.html
func TextValue(v string) Value { return Value{kind: capi.Text, str: v} }

// BlobValue is a BLOB; nil is NULL, an empty slice is an empty blob.
//
// https://sqlite.org/c3ref/bind_blob.html
func BlobValue(v []byte) Value {
	if v == nil {
		return Value{}
	}
	return Value{kind: capi.Blob, str: unsafe.String(unsafe.SliceData(v), len(v))}
}

// ZeroBlobValue is a BLOB of n zero bytes that takes no memory to pass.
//
// https://sqlite.org/c3ref/bind_blob.html
func ZeroBlobValue(n int64) Value { return Value{kind: capi.ZeroBlob, num: n} }

// keep is the kind of KeepValue.
const keep = 255

// KeepValue leaves a parameter as it is bound: by [BindArray], which has no
// Value, or by an earlier run. In [Stmt.RunMany] it keeps what was bound before
// all runs, or by the run before that gave the parameter a value.
//
// https://sqlite.org/c3ref/bind_blob.html
func KeepValue() Value { return Value{kind: keep} }

// encode writes args to the statement's own memory: one cell each, then their
// text.
func (s *Stmt) encode(args []Value) error {
	if len(args) == 0 {
		return nil
	}
	size := int64(len(args)) * capi.CellSize
	kept := false
	for i := range args {
		// Nothing may be written before all is known to be good: what is
		// bound now points into the same memory.
		a := &args[i]
		switch {
		case a.kind == capi.Float && math.IsNaN(math.Float64frombits(uint64(a.num))):
			return errNaN
		case a.kind == capi.ZeroBlob && a.num < 0:
			return errNegative
		case len(a.str) > mostLength || a.kind == capi.ZeroBlob && a.num > mostLength:
			return errLength
		}
		kept = kept || a.kind == keep
		size += int64(len(a.str))
	}
	if kept {
		if err := s.own(args); err != nil {
			return err
		}
	}
	buf, rc := s.s.Args(size, s.active)
	if rc != 0 {
		return coded(ErrorCode(rc), "the arguments need more memory than there is")
	}
	cells := unsafe.Slice((*capi.Cell)(unsafe.Pointer(unsafe.SliceData(buf))), len(args))
	at := int64(len(args)) * capi.CellSize
	for i := range args {
		a := &args[i]
		switch a.kind {
		case capi.Integer:
			cells[i] = capi.Cell{V: a.num, N: capi.Integer}
		case capi.Float:
			cells[i] = capi.Cell{V: a.num, N: capi.Float}
		case capi.Text, capi.Blob:
			n := copy(buf[at:], a.str)
			cells[i] = capi.Cell{V: at, N: int64(n)<<4 | int64(a.kind)}
			at += int64(n)
		case capi.ZeroBlob:
			cells[i] = capi.Cell{N: a.num<<4 | capi.ZeroBlob}
		case keep:
			cells[i] = capi.Cell{N: capi.Keep}
		default:
			cells[i] = capi.Cell{N: capi.Null}
		}
	}
	return nil
}

// own takes the parameters that args keep out of the memory that encode writes.
func (s *Stmt) own(args []Value) error {
	n := s.s.BindCount()
	for i := range args {
		if args[i].kind != keep {
			continue
		}
		if rc := s.s.Own(i%n + 1); rc != 0 {
			return s.conn.fail(rc, s.sql)
		}
	}
	return nil
}

// mostLength is what SQLITE_MAX_LENGTH cannot exceed. Longer values are refused
// before memory is taken for them.
const mostLength = 1<<31 - 1

var (
	errLength   = coded(ErrTooBig, "string or blob too big: SQLite's own limit is 2 GiB")
	errNaN      = coded(ErrMismatch, "NaN has no representation in SQLite: bind NULL or a text instead")
	errNegative = coded(ErrRange, "a zero blob cannot have a negative length")
)

func (v Value) bindTo(s *Stmt, i int) error {
	switch v.kind {
	case capi.Integer:
		return s.BindInt64(i, v.num)
	case capi.Float:
		return s.BindFloat64(i, math.Float64frombits(uint64(v.num)))
	case capi.Text:
		return s.BindText(i, v.str)
	case capi.Blob:
		if v.str == "" {
			return s.BindBlob(i, []byte{}) // nil would be NULL
		}
		return s.BindBlob(i, unsafe.Slice(unsafe.StringData(v.str), len(v.str)))
	case capi.ZeroBlob:
		return s.BindZeroBlob(i, v.num)
	case keep:
		return nil
	}
	return s.BindNull(i)
}
