// SPDX-License-Identifier: MIT

// Package jsoncolumn stores Go values in columns as JSON text, which SQLite's
// JSON functions and ->> read (https://sqlite.org/json1.html):
//
//	db.Exec("INSERT INTO doc VALUES(?)", jsoncolumn.Of[Doc]{V: doc})
//
//	var doc jsoncolumn.Of[Doc]
//	err := db.QueryRow("SELECT body FROM doc WHERE body->>'title' = ?", title).Scan(&doc)
//
// A bare json.RawMessage would be stored as a blob, which SQLite takes for its
// binary JSON.
package jsoncolumn

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// Of is an argument and a destination. NULL reads as the zero V; to tell them
// apart scan into sql.Null[jsoncolumn.Of[T]].
type Of[T any] struct{ V T }

var (
	_ driver.Valuer = Of[int]{}
	_ sql.Scanner   = (*Of[int])(nil)
)

// Value gives the JSON text.
func (o Of[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(o.V)
	if err != nil {
		return nil, fmt.Errorf("jsoncolumn: %w", err)
	}
	return string(b), nil
}

// Scan reads JSON text, or a blob that holds such text. What does not fit T is
// an error and leaves V as it was.
func (o *Of[T]) Scan(src any) error {
	var text []byte
	switch s := src.(type) {
	case nil:
		*o = Of[T]{}
		return nil
	case string:
		text = []byte(s)
	case []byte:
		text = s
	case float64:
		// JSON of a number is a number after the round trip through a column
		// with numeric affinity, and a whole one fits an integer without an exponent.
		if s == math.Trunc(s) && math.Abs(s) < 1e21 {
			text = strconv.AppendFloat(nil, s, 'f', -1, 64)
		} else {
			text = fmt.Append(nil, s)
		}
	case int64, bool:
		text = fmt.Append(nil, s)
	default:
		return fmt.Errorf("jsoncolumn: a %T holds no JSON", src)
	}
	var v T
	if err := json.Unmarshal(text, &v); err != nil {
		return fmt.Errorf("jsoncolumn: %w", err)
	}
	o.V = v
	return nil
}
