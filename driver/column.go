// SPDX-License-Identifier: MIT

package driver

import (
	"database/sql"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

// meaning is what a declared type adds to the five types of SQLite.
type meaning uint8

const (
	plain meaning = iota
	boolean
	instant    // DATE, DATETIME, TIMESTAMP
	expression // no declared type, no column: text in the stored form is a time
)

// column is what the driver knows of a result column.
type column struct {
	meaning  meaning
	declared string // in capitals
	schema   string // of the table column it comes from, "" for an expression
	table    string
	origin   string
}

// describe refreshes what is kept of the columns when SQLite compiled the
// statement again.
func (p *prepared) describe(exprTime bool) error {
	if p.columnsKnown && p.columnsAfter == p.inner.Reprepares() {
		return nil
	}
	n := p.stmt.ColumnCount()
	p.names = make([]string, n)
	p.columns = make([]column, n)
	p.instants = nil
	for i := range p.columns {
		p.names[i] = p.stmt.ColumnName(i)
		p.columns[i] = column{
			declared: strings.ToUpper(p.stmt.ColumnDeclType(i)),
			schema:   p.stmt.ColumnSchema(i),
			table:    p.stmt.ColumnTable(i),
			origin:   p.stmt.ColumnOrigin(i),
		}
		p.columns[i].meaning = meaningOf(p.columns[i].base())
		if exprTime && p.columns[i].declared == "" && p.columns[i].origin == "" {
			p.columns[i].meaning = expression
		}
		if p.columns[i].meaning == instant {
			p.instants = append(p.instants, i)
		}
	}
	p.columnsKnown, p.columnsAfter = true, p.inner.Reprepares()
	return nil
}

func meaningOf(base string) meaning {
	word, _, _ := strings.Cut(base, " ")
	switch word {
	case "BOOLEAN", "BOOL":
		return boolean
	case "DATE", "DATETIME", "TIMESTAMP":
		return instant
	}
	return plain
}

// base is the declared type without its sizes.
func (c *column) base() string {
	base, _, _ := strings.Cut(c.declared, "(")
	return strings.TrimSpace(base)
}

// sizes are the numbers in the parentheses of a declared type.
func (c *column) sizes() []int64 {
	_, inner, found := strings.Cut(c.declared, "(")
	inner, _, closed := strings.Cut(inner, ")")
	if !found || !closed {
		return nil
	}
	var sizes []int64
	for _, part := range strings.Split(inner, ",") {
		n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
		if err != nil {
			return nil
		}
		sizes = append(sizes, n)
	}
	return sizes
}

// affinity is the storage class that a declared type prefers, Null for none:
// https://sqlite.org/datatype3.html#determination_of_column_affinity
func (c *column) affinity() sqlite.Type {
	d := c.declared
	switch {
	case strings.Contains(d, "INT"):
		return sqlite.Integer
	case strings.Contains(d, "CHAR"), strings.Contains(d, "CLOB"), strings.Contains(d, "TEXT"):
		return sqlite.Text
	case strings.Contains(d, "BLOB"):
		return sqlite.Blob
	case strings.Contains(d, "REAL"), strings.Contains(d, "FLOA"), strings.Contains(d, "DOUB"):
		return sqlite.Float
	}
	return sqlite.Null
}

// read gives column i of the current row as database/sql wants it.
func (r *rows) read(i int) (any, error) {
	s := r.p.stmt
	switch s.ColumnType(i) {
	case sqlite.Integer:
		v := s.ColumnInt64(i)
		switch r.p.columns[i].meaning {
		case boolean:
			if v == 0 || v == 1 {
				return v == 1, nil
			}
		case instant:
			return r.instant(i, v)
		}
		return r.boxes.int64(v), nil
	case sqlite.Text:
		v := s.ColumnText(i)
		switch r.p.columns[i].meaning {
		case instant:
			t, err := parseTime(v)
			return r.in(t), r.timeError(i, v, err)
		case expression:
			if !r.c.cfg.time.isStored(v) {
				break
			}
			if t, err := parseTime(v); err == nil {
				return r.in(t), nil
			}
		}
		return r.boxes.text(v), nil
	case sqlite.Float:
		v := s.ColumnFloat64(i)
		if r.p.columns[i].meaning == instant {
			t, err := fromJulian(v)
			return r.in(t), r.timeError(i, v, err)
		}
		return r.boxes.float64(v), nil
	case sqlite.Blob:
		return s.ColumnBlob(i), nil
	}
	return nil, nil
}

func (r *rows) instant(i int, v int64) (any, error) {
	t, err := r.c.cfg.time.fromInt(v)
	return r.in(t), r.timeError(i, v, err)
}

// in puts a time into the location that the data source name asks for.
func (r *rows) in(t time.Time) time.Time {
	if loc := r.c.cfg.location; loc != nil {
		return t.In(loc)
	}
	return t
}

func (r *rows) timeError(i int, v any, err error) error {
	if err == nil {
		return nil
	}
	r.failed = fmt.Errorf("gosqlite: column %d (%s %s): %#v is no time: %w; CAST it AS TEXT to read it as it is",
		i+1, r.p.names[i], r.p.columns[i].declared, v, err)
	return r.failed
}

var (
	typeAny = reflect.TypeFor[any]()
	notNull = map[sqlite.Type]reflect.Type{
		sqlite.Integer: reflect.TypeFor[int64](),
		sqlite.Float:   reflect.TypeFor[float64](),
		sqlite.Text:    reflect.TypeFor[string](),
		sqlite.Blob:    reflect.TypeFor[[]byte](),
	}
	nullable = map[sqlite.Type]reflect.Type{
		sqlite.Integer: reflect.TypeFor[sql.NullInt64](),
		sqlite.Float:   reflect.TypeFor[sql.NullFloat64](),
		sqlite.Text:    reflect.TypeFor[sql.NullString](),
		sqlite.Blob:    reflect.TypeFor[[]byte](),
	}
)

// scanType is the Go type that holds what the declared type promises; any where
// nothing is promised.
func (c *column) scanType(mayBeNull bool) reflect.Type {
	switch {
	case c.meaning == boolean && mayBeNull:
		return reflect.TypeFor[sql.NullBool]()
	case c.meaning == boolean:
		return reflect.TypeFor[bool]()
	case c.meaning == instant && mayBeNull:
		return reflect.TypeFor[sql.NullTime]()
	case c.meaning == instant:
		return reflect.TypeFor[time.Time]()
	}
	types := notNull
	if mayBeNull {
		types = nullable
	}
	if t, ok := types[c.affinity()]; ok {
		return t
	}
	return typeAny
}
