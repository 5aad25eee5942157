// SPDX-License-Identifier: MIT

package sqlite

import (
	"math"
	"strconv"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// Type is the storage class of the value.
//
// https://sqlite.org/c3ref/column_blob.html
func (v Value) Type() Type {
	switch v.kind {
	case 0, keep:
		return Null
	case capi.ZeroBlob:
		return Blob
	}
	return Type(v.kind)
}

// IsNull reports whether the value is NULL.
//
// https://sqlite.org/c3ref/column_blob.html
func (v Value) IsNull() bool { return v.Type() == Null }

// Int64 is the value as an integer, by the rules of [Stmt.ColumnInt64].
//
// https://sqlite.org/c3ref/column_blob.html
func (v Value) Int64() int64 {
	switch v.kind {
	case capi.Integer:
		return v.num
	case capi.Float:
		return truncate(math.Float64frombits(uint64(v.num)))
	case capi.Text, capi.Blob:
		return capi.AsInt64(int(v.kind), []byte(v.str))
	}
	return 0
}

// Float64 is the value as a float, by the rules of [Stmt.ColumnFloat64].
//
// https://sqlite.org/c3ref/column_blob.html
func (v Value) Float64() float64 {
	switch v.kind {
	case capi.Integer:
		return float64(v.num)
	case capi.Float:
		return math.Float64frombits(uint64(v.num))
	case capi.Text, capi.Blob:
		return capi.AsFloat64(int(v.kind), []byte(v.str))
	}
	return 0
}

// Text is the value as text; a float has the digits of strconv, which give the
// same float back.
//
// https://sqlite.org/c3ref/column_blob.html
func (v Value) Text() string {
	switch v.kind {
	case capi.Integer:
		return strconv.FormatInt(v.num, 10)
	case capi.Float:
		return strconv.FormatFloat(math.Float64frombits(uint64(v.num)), 'g', -1, 64)
	case capi.ZeroBlob:
		return string(make([]byte, v.num))
	}
	return v.str
}

// Blob is the value as bytes, as a copy; NULL is nil.
//
// https://sqlite.org/c3ref/column_blob.html
func (v Value) Blob() []byte {
	if v.kind == 0 {
		return nil
	}
	return append([]byte{}, v.Text()...)
}
