// SPDX-License-Identifier: MIT

package sqlite3

import (
	"errors"
	"fmt"
	"math"
	"reflect"

	"github.com/gosqlite/gosqlite/sqlite"
)

// taker converts arguments to type t, which has to fit: SQL's own conversions
// are not applied, as in the other driver.
func taker(t reflect.Type) (func(sqlite.Arg) (reflect.Value, error), error) {
	switch {
	case t.Kind() == reflect.Interface && t.NumMethod() == 0:
		return func(a sqlite.Arg) (reflect.Value, error) {
			v := reflect.New(t).Elem()
			if x := anyOf(a); x != nil {
				v.Set(reflect.ValueOf(x))
			}
			return v, nil
		}, nil
	case t.Kind() == reflect.Bool:
		return only(t, "an INTEGER", func(v reflect.Value, a sqlite.Arg) { v.SetBool(a.Int64() != 0) }, sqlite.Integer), nil
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		return only(t, "an INTEGER", func(v reflect.Value, a sqlite.Arg) { v.SetInt(a.Int64()) }, sqlite.Integer), nil
	case t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uint64:
		return only(t, "an INTEGER", func(v reflect.Value, a sqlite.Arg) { v.SetUint(uint64(a.Int64())) }, sqlite.Integer), nil
	case t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64:
		return only(t, "a FLOAT", func(v reflect.Value, a sqlite.Arg) { v.SetFloat(a.Float64()) }, sqlite.Float, sqlite.Integer), nil
	case t.Kind() == reflect.String:
		return only(t, "TEXT or BLOB", func(v reflect.Value, a sqlite.Arg) { v.SetString(a.Text()) }, sqlite.Text, sqlite.Blob), nil
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return only(t, "BLOB or TEXT", func(v reflect.Value, a sqlite.Arg) { v.SetBytes(a.Blob()) }, sqlite.Blob, sqlite.Text), nil
	}
	return nil, fmt.Errorf("a parameter has the type %s, which no value of SQLite has", t)
}

func only(t reflect.Type, want string, set func(reflect.Value, sqlite.Arg), types ...sqlite.Type) func(sqlite.Arg) (reflect.Value, error) {
	return func(a sqlite.Arg) (reflect.Value, error) {
		v := reflect.New(t).Elem()
		for _, typ := range types {
			if a.Type() == typ {
				set(v, a)
				return v, nil
			}
		}
		return v, errors.New("must be " + want)
	}
}

func anyOf(a sqlite.Arg) any {
	switch a.Type() {
	case sqlite.Integer:
		return a.Int64()
	case sqlite.Float:
		return a.Float64()
	case sqlite.Text:
		return a.Text()
	case sqlite.Blob:
		return a.Blob()
	}
	return nil
}

// giver converts results of type t.
func giver(t reflect.Type) (func(reflect.Value) (sqlite.Value, error), error) {
	switch {
	case t.Kind() == reflect.Interface && t.NumMethod() == 0:
		return func(v reflect.Value) (sqlite.Value, error) {
			if v.IsNil() {
				return sqlite.NullValue(), nil
			}
			give, err := giver(v.Elem().Type())
			if err != nil {
				return sqlite.Value{}, err
			}
			return give(v.Elem())
		}, nil
	case t.Kind() == reflect.Bool:
		return func(v reflect.Value) (sqlite.Value, error) {
			if v.Bool() {
				return sqlite.Int64Value(1), nil
			}
			return sqlite.Int64Value(0), nil
		}, nil
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		return func(v reflect.Value) (sqlite.Value, error) { return sqlite.Int64Value(v.Int()), nil }, nil
	case t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uint64:
		return func(v reflect.Value) (sqlite.Value, error) {
			if v.Uint() > math.MaxInt64 {
				return sqlite.Value{}, fmt.Errorf("%d does not fit SQLite's 64-bit signed integer", v.Uint())
			}
			return sqlite.Int64Value(int64(v.Uint())), nil
		}, nil
	case t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64:
		return func(v reflect.Value) (sqlite.Value, error) { return sqlite.Float64Value(v.Float()), nil }, nil
	case t.Kind() == reflect.String:
		return func(v reflect.Value) (sqlite.Value, error) { return sqlite.TextValue(v.String()), nil }, nil
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return func(v reflect.Value) (sqlite.Value, error) { return sqlite.BlobValue(v.Bytes()), nil }, nil
	}
	return nil, fmt.Errorf("the result has the type %s, which no value of SQLite has", t)
}
