// SPDX-License-Identifier: MIT

//go:build go1.27

package driver

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"reflect"

	"github.com/gosqlite/gosqlite/sqlite"
)

// From Go 1.27 on database/sql lets the driver store into the variables that
// Scan was given. That spares a boxed copy of each value; what arrives is the
// same as through Next, which a test holds.
var _ driver.RowsColumnScanner = (*rows)(nil)

// direct is what rows need without Next.
type direct struct {
	times []any // of the current row, by column
}

// NextRow moves to the next row; io.EOF after the last. Times are read here, so
// that bad text ends the rows as it does through Next.
func (r *rows) NextRow() error {
	if err := r.advance(); err != nil {
		return err
	}
	if len(r.p.instants) == 0 {
		return nil
	}
	if r.times == nil {
		r.times = make([]any, len(r.p.columns))
	}
	for _, i := range r.p.instants {
		v, err := r.read(i)
		if err != nil {
			return err
		}
		r.times[i] = v
	}
	return nil
}

// ScanColumn stores column i into dest. Where the types fit it does so at once,
// everything else takes the way of Next.
func (r *rows) ScanColumn(ctx driver.ScanContext, i int, dest any) error {
	if r.p == nil {
		return io.ErrUnexpectedEOF
	}
	switch r.p.columns[i].meaning {
	case instant:
		return convert(ctx, dest, r.times[i])
	case plain:
		if r.scanPlain(i, dest) {
			return nil
		}
	case expression:
		s := r.p.stmt
		if (s.ColumnType(i) != sqlite.Text || !r.c.cfg.time.isStored(s.ColumnText(i))) && r.scanPlain(i, dest) {
			return nil
		}
	}
	v, err := r.read(i)
	if err != nil {
		return err
	}
	return convert(ctx, dest, v)
}

// convert is for all that does not fit. A pointer to nothing is refused for every
// type: sql.ConvertAssign panics for some, while Rows.Scan holds a lock that
// Close then waits for.
func convert(ctx driver.ScanContext, dest, v any) error {
	if d := reflect.ValueOf(dest); d.Kind() == reflect.Pointer && d.IsNil() {
		return errors.New("destination pointer is nil")
	}
	return sql.ConvertAssign(ctx, dest, v)
}

// scanPlain reports whether dest is of a type that the value fits and was set.
func (r *rows) scanPlain(i int, dest any) bool {
	s := r.p.stmt
	switch s.ColumnType(i) {
	case sqlite.Integer:
		return scanInteger(s.ColumnInt64(i), dest)
	case sqlite.Float:
		switch d := dest.(type) {
		case *float64:
			return set(d, s.ColumnFloat64(i))
		case *sql.NullFloat64:
			return set(d, sql.NullFloat64{Float64: s.ColumnFloat64(i), Valid: true})
		case *any:
			return set(d, any(s.ColumnFloat64(i)))
		}
	case sqlite.Text:
		switch d := dest.(type) {
		case *string:
			return set(d, s.ColumnText(i))
		case *sql.NullString:
			return set(d, sql.NullString{String: s.ColumnText(i), Valid: true})
		case *[]byte:
			return set(d, s.ColumnBlob(i))
		case *sql.RawBytes:
			return set(d, sql.RawBytes(s.ColumnRawBytes(i)))
		case *any:
			return set(d, any(s.ColumnText(i)))
		}
	case sqlite.Blob:
		switch d := dest.(type) {
		case *[]byte:
			return set(d, s.ColumnBlob(i))
		case *sql.RawBytes:
			return set(d, sql.RawBytes(s.ColumnRawBytes(i)))
		}
	default:
		return scanNull(dest)
	}
	return false
}

// set leaves a pointer to nothing to convert.
func set[T any](d *T, v T) bool {
	if d == nil {
		return false
	}
	*d = v
	return true
}

func scanInteger(v int64, dest any) bool {
	switch d := dest.(type) {
	case *int64:
		return set(d, v)
	case *int:
		if int64(int(v)) != v {
			return false
		}
		return set(d, int(v))
	case *int32:
		if int64(int32(v)) != v {
			return false
		}
		return set(d, int32(v))
	case *sql.NullInt64:
		return set(d, sql.NullInt64{Int64: v, Valid: true})
	case *sql.NullInt32:
		if int64(int32(v)) != v {
			return false
		}
		return set(d, sql.NullInt32{Int32: int32(v), Valid: true})
	case *bool:
		if v != 0 && v != 1 {
			return false
		}
		return set(d, v == 1)
	case *sql.NullBool:
		if v != 0 && v != 1 {
			return false
		}
		return set(d, sql.NullBool{Bool: v == 1, Valid: true})
	case *any:
		return set(d, any(v))
	}
	return false
}

func scanNull(dest any) bool {
	switch d := dest.(type) {
	case *sql.NullInt64:
		return set(d, sql.NullInt64{})
	case *sql.NullInt32:
		return set(d, sql.NullInt32{})
	case *sql.NullString:
		return set(d, sql.NullString{})
	case *sql.NullFloat64:
		return set(d, sql.NullFloat64{})
	case *sql.NullBool:
		return set(d, sql.NullBool{})
	case *[]byte:
		return set(d, nil)
	case *sql.RawBytes:
		return set(d, nil)
	case *any:
		return set(d, nil)
	}
	return false
}
