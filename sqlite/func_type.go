// SPDX-License-Identifier: MIT

package sqlite

import (
	"math"
	"unsafe"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// Argument is what a typed function may take. Numbers, bool and texts are
// converted as by sqlite3_value_int64 and its like; string and []byte are
// copies, RawBytes is SQLite's memory and good until the function returns.
//
// https://sqlite.org/c3ref/value_blob.html
type Argument interface {
	int64 | int | float64 | bool | string | []byte | RawBytes | Arg | Value |
		Nullable[int64] | Nullable[float64] | Nullable[bool] | Nullable[string]
}

// Result is what a function may give. NaN is refused; nil []byte and the zero
// Value are NULL. A [JSON] result is known to SQLite's JSON functions as such.
//
// https://sqlite.org/c3ref/result_blob.html
type Result interface {
	int64 | int | float64 | bool | string | []byte | JSON | Value |
		Nullable[int64] | Nullable[float64] | Nullable[bool] | Nullable[string]
}

// Nullable is a value or NULL.
type Nullable[T any] struct {
	V     T
	Valid bool // false is NULL
}

// Some is a Nullable that is not NULL.
func Some[T any](v T) Nullable[T] { return Nullable[T]{v, true} }

// JSON is text that SQLite's JSON functions take for JSON, not for a string.
//
// https://sqlite.org/c3ref/result_subtype.html
type JSON string

// jsonSubtype is what json1 calls its texts; a function that sets a subtype
// says so by SQLITE_RESULT_SUBTYPE.
const (
	jsonSubtype   = 74
	resultSubtype = 0x1000000
)

// argumentType reads arguments of one type; chosen once, when a function is
// made.
type argumentType[A any] struct {
	read  func(k *Context, c *capi.Cell) A
	nulls bool // NULL is one of its values
}

func (a *argumentType[A]) refuses(c *capi.Cell) bool { return c.N&7 == capi.Null && !a.nulls }

// reader is what the readers below are, before their type is known.
type reader[A any] = func(k *Context, c *capi.Cell) A

func argument[A Argument]() argumentType[A] {
	var read any
	nulls := false
	switch any((*A)(nil)).(type) {
	case *int64:
		read = func(_ *Context, c *capi.Cell) int64 { return cellInt64(c) }
	case *int:
		read = func(_ *Context, c *capi.Cell) int { return int(cellInt64(c)) }
	case *float64:
		read = func(_ *Context, c *capi.Cell) float64 { return cellFloat64(c) }
	case *bool:
		read = func(_ *Context, c *capi.Cell) bool { return cellBool(c) }
	case *string:
		read = cellText
	case *[]byte:
		read = cellBlob
	case *RawBytes:
		read = cellRaw
	case *Arg:
		read, nulls = func(k *Context, c *capi.Cell) Arg { return Arg{*c, k, k.generation} }, true
	case *Value:
		read, nulls = func(_ *Context, c *capi.Cell) Value { return cellValue(c) }, true
	case *Nullable[int64]:
		read, nulls = nullable(func(_ *Context, c *capi.Cell) int64 { return cellInt64(c) }), true
	case *Nullable[float64]:
		read, nulls = nullable(func(_ *Context, c *capi.Cell) float64 { return cellFloat64(c) }), true
	case *Nullable[bool]:
		read, nulls = nullable(func(_ *Context, c *capi.Cell) bool { return cellBool(c) }), true
	case *Nullable[string]:
		read, nulls = nullable(cellText), true
	}
	return argumentType[A]{read.(reader[A]), nulls}
}

func nullable[T any](read reader[T]) reader[Nullable[T]] {
	return func(k *Context, c *capi.Cell) Nullable[T] {
		if c.N&7 == capi.Null {
			return Nullable[T]{}
		}
		return Nullable[T]{read(k, c), true}
	}
}

// cellBool is how SQL decides WHERE: not 0, as a number.
func cellBool(c *capi.Cell) bool {
	if c.N&7 == capi.Integer {
		return c.V != 0
	}
	return cellFloat64(c) != 0
}

func cellText(k *Context, c *capi.Cell) string {
	if s, ok := cellNumberText(k, c); ok {
		return s
	}
	return string(cellBytes(c))
}

// resultType writes results of one type.
type resultType[R any] struct {
	write writer[R]
	flags int
}

type writer[R any] = func(c *capi.Conn, v R) error

func result[R Result]() resultType[R] {
	var write any
	flags := 0
	switch any((*R)(nil)).(type) {
	case *int64:
		write = writeInt64
	case *int:
		write = func(c *capi.Conn, v int) error { return writeInt64(c, int64(v)) }
	case *float64:
		write = writeFloat64
	case *bool:
		write = writeBool
	case *string:
		write = writeText
	case *[]byte:
		write = writeBlob
	case *JSON:
		flags = resultSubtype
		write = func(c *capi.Conn, v JSON) error {
			c.ResultString(capi.Text, string(v), jsonSubtype)
			return nil
		}
	case *Value:
		write = writeValue
	case *Nullable[int64]:
		write = orNull(writeInt64)
	case *Nullable[float64]:
		write = orNull(writeFloat64)
	case *Nullable[bool]:
		write = orNull(writeBool)
	case *Nullable[string]:
		write = orNull(writeText)
	}
	return resultType[R]{write.(writer[R]), flags}
}

func orNull[T any](write writer[T]) writer[Nullable[T]] {
	return func(c *capi.Conn, v Nullable[T]) error {
		if !v.Valid {
			c.Result(capi.Cell{N: capi.Null}, 0)
			return nil
		}
		return write(c, v.V)
	}
}

func writeInt64(c *capi.Conn, v int64) error {
	c.Result(capi.Cell{V: v, N: capi.Integer}, 0)
	return nil
}

func writeFloat64(c *capi.Conn, v float64) error {
	if math.IsNaN(v) {
		return errNaN
	}
	c.Result(capi.Cell{V: int64(math.Float64bits(v)), N: capi.Float}, 0)
	return nil
}

func writeBool(c *capi.Conn, v bool) error {
	if v {
		return writeInt64(c, 1)
	}
	return writeInt64(c, 0)
}

func writeText(c *capi.Conn, v string) error {
	c.ResultString(capi.Text, v, 0)
	return nil
}

func writeBlob(c *capi.Conn, v []byte) error {
	if v == nil {
		c.Result(capi.Cell{N: capi.Null}, 0)
		return nil
	}
	c.ResultString(capi.Blob, unsafe.String(unsafe.SliceData(v), len(v)), 0)
	return nil
}

func writeValue(c *capi.Conn, v Value) error {
	switch v.kind {
	case capi.Integer:
		return writeInt64(c, v.num)
	case capi.Float:
		return writeFloat64(c, math.Float64frombits(uint64(v.num)))
	case capi.Text, capi.Blob:
		c.ResultString(int(v.kind), v.str, 0)
	case capi.ZeroBlob:
		if v.num < 0 {
			return errNegative
		}
		if v.num > mostLength {
			return errLength
		}
		c.Result(capi.Cell{N: v.num<<4 | capi.ZeroBlob}, 0)
	default:
		c.Result(capi.Cell{N: capi.Null}, 0)
	}
	return nil
}
