// SPDX-License-Identifier: MIT

package shell

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/gosqlite/gosqlite/sqlite"
)

// value is one SQL value. bytes holds text and blobs and, when it came from a
// result row, is valid only until the next step.
type value struct {
	kind  sqlite.Type
	int   int64
	float float64
	bytes []byte
}

// parseParam reads "name=value" or "name:type=value"; the manual in the
// package comment gives the rules.
func parseParam(s string) (name string, v value, err error) {
	name, text, ok := strings.Cut(s, "=")
	if !ok {
		return "", value{}, fmt.Errorf("%q: want name=value", s)
	}
	name = strings.TrimLeft(name, ":@$?")
	name, kind, typed := strings.Cut(name, ":")
	if name == "" {
		return "", value{}, fmt.Errorf("%q: the name is empty", s)
	}
	if !typed {
		return name, guessValue(text), nil
	}
	v, err = typedValue(kind, text)
	if err != nil {
		return "", value{}, fmt.Errorf("%q: %w", s, err)
	}
	return name, v, nil
}

// guessValue takes text for a number only if the number, written again, is the
// same text, so that 007 and +49 stay text.
func guessValue(text string) value {
	if i, err := strconv.ParseInt(text, 10, 64); err == nil && strconv.FormatInt(i, 10) == text {
		return value{kind: sqlite.Integer, int: i}
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && string(appendFloat(nil, f)) == text {
		return value{kind: sqlite.Float, float: f}
	}
	return value{kind: sqlite.Text, bytes: []byte(text)}
}

func typedValue(kind, text string) (value, error) {
	switch kind {
	case "int":
		i, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return value{}, fmt.Errorf("%q is not a 64-bit integer", text)
		}
		return value{kind: sqlite.Integer, int: i}, nil
	case "real":
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || f != f {
			return value{}, fmt.Errorf("%q is not a real number", text)
		}
		return value{kind: sqlite.Float, float: f}, nil
	case "text":
		return value{kind: sqlite.Text, bytes: []byte(text)}, nil
	case "blob":
		b, err := hex.DecodeString(text)
		if err != nil {
			return value{}, fmt.Errorf("%q is not hexadecimal", text)
		}
		return value{kind: sqlite.Blob, bytes: b}, nil
	case "null":
		if text != "" {
			return value{}, fmt.Errorf("null takes no value, got %q", text)
		}
		return value{kind: sqlite.Null}, nil
	}
	return value{}, fmt.Errorf("type %q is not known; choose one of int, real, text, blob, null", kind)
}

// bind fills every parameter of stmt; one without a value is an error, since
// a silent NULL hides a misspelt name.
func (s *session) bind(stmt *sqlite.Stmt) error {
	for i := 1; i <= stmt.BindCount(); i++ {
		name := strings.TrimLeft(stmt.BindName(i), ":@$?")
		if name == "" {
			name = strconv.Itoa(i)
		}
		v, ok := s.params[name]
		if !ok {
			return fmt.Errorf("parameter %s has no value; give it with --param %s=VALUE or .param set %s VALUE", name, name, name)
		}
		if err := bindValue(stmt, i, v); err != nil {
			return fmt.Errorf("bind parameter %s: %w", name, err)
		}
	}
	return nil
}

func bindValue(stmt *sqlite.Stmt, i int, v value) error {
	switch v.kind {
	case sqlite.Integer:
		return stmt.BindInt64(i, v.int)
	case sqlite.Float:
		return stmt.BindFloat64(i, v.float)
	case sqlite.Text:
		return stmt.BindText(i, string(v.bytes))
	case sqlite.Blob:
		return stmt.BindBlob(i, v.bytes)
	}
	return stmt.BindNull(i)
}

// readRow fills row with the current row of stmt.
func readRow(stmt *sqlite.Stmt, row []value) {
	for i := range row {
		v := &row[i]
		v.kind = stmt.ColumnType(i)
		switch v.kind {
		case sqlite.Integer:
			v.int = stmt.ColumnInt64(i)
		case sqlite.Float:
			v.float = stmt.ColumnFloat64(i)
		case sqlite.Text, sqlite.Blob:
			v.bytes = stmt.ColumnRawBytes(i)
		}
	}
}
