// SPDX-License-Identifier: MIT

package sqlite

import (
	"math"
	"strconv"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// Context is the call of a function that SQL has made. It is good until that
// function returns.
//
// https://sqlite.org/c3ref/context.html
type Context struct {
	conn       *Conn
	ctx        capi.Context
	generation uint64  // grows when a callback ends: what it handed out is void
	done       bool    // the callback returned by itself
	kept       bool    // the connection is not open to the callback
	args       []Arg   // of the call at hand, for functions of any number
	outer      failure // of the call that the callback runs in
}

// Conn is sqlite3_context_db_handle. The function may run statements on it, but
// not close it, nor touch the statement that called.
//
// https://sqlite.org/c3ref/context_db_handle.html
func (k *Context) Conn() *Conn { return k.conn }

// AuxData is sqlite3_get_auxdata: what SetAuxData kept for argument i (from 0)
// in an earlier call of the same statement; nil when there is nothing.
//
// https://sqlite.org/c3ref/get_auxdata.html
func (k *Context) AuxData(i int) any {
	if k.enter() != nil {
		return nil
	}
	defer k.conn.leave()
	slot := k.ctx.AuxData(i)
	if slot < 0 {
		return nil
	}
	return k.conn.host.Slot(slot).(auxData).value
}

// SetAuxData is sqlite3_set_auxdata: v is kept for as long as argument i is the
// same constant, such as a pattern that was compiled. SQLite may drop it at any
// time.
//
// https://sqlite.org/c3ref/get_auxdata.html
func (k *Context) SetAuxData(i int, v any) error {
	if err := k.enter(); err != nil {
		return err
	}
	defer k.conn.leave()
	slot := k.conn.host.Add(auxData{v})
	if rc := k.conn.c.SetAuxData(k.ctx, i, slot); rc != 0 {
		k.conn.host.Drop(slot)
		return coded(ErrorCode(rc), "auxiliary data does not fit into memory")
	}
	return nil
}

type auxData struct{ value any }

func (k *Context) enter() error {
	if k.ctx == 0 {
		return misuse("the function that this context belongs to has returned")
	}
	return k.conn.enter()
}

// view makes the arguments of a call out of cells.
func (k *Context) view(cells []capi.Cell) []Arg {
	k.args = k.args[:0]
	for i := range cells {
		k.args = append(k.args, Arg{cells[i], k, k.generation})
	}
	return k.args
}

// Arg is a value that SQLite hands to a callback, and that callback's only:
// after it has returned, an Arg is NULL.
//
// https://sqlite.org/c3ref/value.html
type Arg struct {
	cell       capi.Cell
	k          *Context
	generation uint64
}

func (a Arg) live() *capi.Cell {
	if a.k == nil || a.generation != a.k.generation {
		return &nullCell
	}
	return &a.cell
}

// Type is sqlite3_value_type.
//
// https://sqlite.org/c3ref/value_blob.html
func (a Arg) Type() Type { return Type(a.live().N & 7) }

// IsNull reports whether the value is NULL.
//
// https://sqlite.org/c3ref/value_blob.html
func (a Arg) IsNull() bool { return a.Type() == Null }

// Int64 is sqlite3_value_int64, with SQLite's conversions.
//
// https://sqlite.org/c3ref/value_blob.html
func (a Arg) Int64() int64 { return cellInt64(a.live()) }

// Float64 is sqlite3_value_double, with SQLite's conversions.
//
// https://sqlite.org/c3ref/value_blob.html
func (a Arg) Float64() float64 { return cellFloat64(a.live()) }

// Text is sqlite3_value_text as a copy; NULL is "".
//
// https://sqlite.org/c3ref/value_blob.html
func (a Arg) Text() string {
	c := a.live()
	if s, ok := cellNumberText(a.k, c); ok {
		return s
	}
	return string(cellBytes(c))
}

// Blob is sqlite3_value_blob as a copy; NULL is nil, an empty blob an empty
// slice.
//
// https://sqlite.org/c3ref/value_blob.html
func (a Arg) Blob() []byte { return cellBlob(a.k, a.live()) }

// RawBytes is sqlite3_value_blob without a copy: SQLite's memory, not to be
// written to nor kept after the callback.
//
// https://sqlite.org/c3ref/value_blob.html
func (a Arg) RawBytes() RawBytes { return cellRaw(a.k, a.live()) }

// Value is a copy that may be kept, returned from a function, and bound.
//
// https://sqlite.org/c3ref/value_blob.html
func (a Arg) Value() Value { return cellValue(a.live()) }

// RawBytes is memory of SQLite that a callback may read until it returns.
type RawBytes []byte

// The conversions of a cell whose text or blob lies at an address.

func cellBytes(c *capi.Cell) []byte {
	switch c.N & 7 {
	case capi.Text, capi.Blob:
		return c.FarBytes()
	}
	return nil
}

func cellInt64(c *capi.Cell) int64 {
	switch c.N & 7 {
	case capi.Integer:
		return c.V
	case capi.Float:
		return truncate(math.Float64frombits(uint64(c.V)))
	case capi.Text, capi.Blob:
		return capi.AsInt64(int(c.N&7), c.FarBytes())
	}
	return 0
}

func cellFloat64(c *capi.Cell) float64 {
	switch c.N & 7 {
	case capi.Integer:
		return float64(c.V)
	case capi.Float:
		return math.Float64frombits(uint64(c.V))
	case capi.Text, capi.Blob:
		return capi.AsFloat64(int(c.N&7), c.FarBytes())
	}
	return 0
}

// cellNumberText is the text of a number.
func cellNumberText(k *Context, c *capi.Cell) (string, bool) {
	switch c.N & 7 {
	case capi.Integer:
		return strconv.FormatInt(c.V, 10), true
	case capi.Float:
		return k.conn.c.DoubleText(math.Float64frombits(uint64(c.V))), true
	}
	return "", false
}

func cellRaw(k *Context, c *capi.Cell) RawBytes {
	if s, ok := cellNumberText(k, c); ok {
		return RawBytes(s)
	}
	if b := cellBytes(c); b != nil || c.N&7 == capi.Null {
		return b
	}
	return RawBytes{}
}

func cellBlob(k *Context, c *capi.Cell) []byte {
	raw := cellRaw(k, c)
	if raw == nil {
		return nil
	}
	return append(make([]byte, 0, len(raw)), raw...)
}

func cellValue(c *capi.Cell) Value {
	switch kind := c.N & 7; kind {
	case capi.Integer, capi.Float:
		return Value{kind: uint8(kind), num: c.V}
	case capi.Text, capi.Blob:
		return Value{kind: uint8(kind), str: string(c.FarBytes())}
	case capi.Keep:
		return KeepValue()
	}
	return Value{}
}
