// SPDX-License-Identifier: MIT

package sqlite

import (
	"math"
	"strconv"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// nullCell is what a column outside of a row gives, as in C.
var nullCell = capi.Cell{N: capi.Null}

func (s *Stmt) cell(i int) *capi.Cell {
	if uint(i) < uint(len(s.current)) {
		return &s.current[i]
	}
	return &nullCell
}

// bytes views a text or blob in C memory, until the next fetch.
func (s *Stmt) bytes(c *capi.Cell) []byte {
	if c.N&capi.Far != 0 {
		return c.FarBytes()
	}
	n := c.N >> 4
	return s.data[c.V : c.V+n : c.V+n]
}

// ColumnType is sqlite3_column_type: the storage class of column i, counted
// from 0, in the current row. Outside of a row it is Null.
//
// https://sqlite.org/c3ref/column_blob.html
func (s *Stmt) ColumnType(i int) Type { return Type(s.cell(i).N & 7) }

// ColumnInt64 is sqlite3_column_int64, with SQLite's conversions.
//
// https://sqlite.org/c3ref/column_blob.html
func (s *Stmt) ColumnInt64(i int) int64 {
	c := s.cell(i)
	switch c.N & 7 {
	case capi.Integer:
		return c.V
	case capi.Float:
		return truncate(math.Float64frombits(uint64(c.V)))
	case capi.Text, capi.Blob:
		return capi.AsInt64(int(c.N&7), s.bytes(c))
	}
	return 0
}

// truncate is CAST(v AS INTEGER): towards zero, saturating.
func truncate(v float64) int64 {
	switch {
	case v <= math.MinInt64:
		return math.MinInt64
	case v >= math.MaxInt64:
		return math.MaxInt64
	}
	return int64(v)
}

// ColumnFloat64 is sqlite3_column_double, with SQLite's conversions.
//
// https://sqlite.org/c3ref/column_blob.html
func (s *Stmt) ColumnFloat64(i int) float64 {
	c := s.cell(i)
	switch c.N & 7 {
	case capi.Integer:
		return float64(c.V)
	case capi.Float:
		return math.Float64frombits(uint64(c.V))
	case capi.Text, capi.Blob:
		return capi.AsFloat64(int(c.N&7), s.bytes(c))
	}
	return 0
}

// ColumnBool is ColumnInt64 != 0.
//
// https://sqlite.org/c3ref/column_blob.html
func (s *Stmt) ColumnBool(i int) bool { return s.ColumnInt64(i) != 0 }

// ColumnText is sqlite3_column_text as a copy, with SQLite's conversions. NULL
// is "". Rows that were read together share one allocation, so a text that is
// kept holds on to at most 16 KiB and a row, without its values over 8 KiB.
//
// https://sqlite.org/c3ref/column_blob.html
func (s *Stmt) ColumnText(i int) string {
	c := s.cell(i)
	switch c.N & 7 {
	case capi.Text, capi.Blob:
		if c.N&capi.Far != 0 || s.nrow == 1 {
			return string(s.bytes(c))
		}
		if s.arena == "" {
			s.arena = string(s.data)
		}
		return s.arena[c.V : c.V+c.N>>4]
	case capi.Integer:
		return strconv.FormatInt(c.V, 10)
	case capi.Float:
		if s.enter() != nil {
			return ""
		}
		defer s.conn.leave()
		return s.conn.c.DoubleText(math.Float64frombits(uint64(c.V)))
	}
	return ""
}

// ColumnBlob is sqlite3_column_blob as a copy. NULL is nil, an empty blob is an
// empty slice; numbers give their text.
//
// https://sqlite.org/c3ref/column_blob.html
func (s *Stmt) ColumnBlob(i int) []byte {
	c := s.cell(i)
	switch c.N & 7 {
	case capi.Text, capi.Blob:
		return append(make([]byte, 0, c.N>>4), s.bytes(c)...)
	case capi.Null:
		return nil
	}
	return []byte(s.ColumnText(i))
}

// ColumnRawBytes is sqlite3_column_blob without a copy of text and blobs: the
// bytes are SQLite's, must not be written to, and are good until the next call
// of a method of this statement that moves or ends it.
//
// https://sqlite.org/c3ref/column_blob.html
func (s *Stmt) ColumnRawBytes(i int) []byte {
	c := s.cell(i)
	switch c.N & 7 {
	case capi.Text, capi.Blob:
		if b := s.bytes(c); b != nil {
			return b
		}
		return []byte{}
	case capi.Null:
		return nil
	}
	return []byte(s.ColumnText(i))
}
