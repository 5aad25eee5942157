// SPDX-License-Identifier: MIT

//go:build go1.27

package driver

import (
	"database/sql"
	"database/sql/driver"
	"io"

	"github.com/gosqlite/gosqlite/sqlite"
)

// From Go 1.27 on database/sql lets the driver store into the variables that
// Scan was given. That spares a boxed copy of each value; what arrives is the
// same as through Next, which a test holds.
var _ driver.RowsColumnScanner = (*rows)(nil)

// NextRow moves to the next row; io.EOF after the last.
func (r *rows) NextRow() error { return r.advance() }

// ScanColumn stores column i into dest. Where the types fit it does so at once,
// everything else takes the way of Next.
func (r *rows) ScanColumn(ctx driver.ScanContext, i int, dest any) error {
	if r.p == nil {
		return io.ErrUnexpectedEOF
	}
	if r.plain(i) && r.scanPlain(i, dest) {
		return nil
	}
	v, err := r.read(i)
	if err != nil {
		return err
	}
	return sql.ConvertAssign(ctx, dest, v)
}

// plain reports whether the value means nothing beyond its own type.
func (r *rows) plain(i int) bool {
	switch r.p.columns[i].meaning {
	case plain:
		return true
	case expression:
		s := r.p.stmt
		return s.ColumnType(i) != sqlite.Text || !r.c.cfg.time.isStored(s.ColumnText(i))
	}
	return false
}

// scanPlain reports whether dest is of the value's own type and was set.
func (r *rows) scanPlain(i int, dest any) bool {
	s := r.p.stmt
	switch s.ColumnType(i) {
	case sqlite.Integer:
		switch d := dest.(type) {
		case *int64:
			*d = s.ColumnInt64(i)
		case *int:
			v := s.ColumnInt64(i)
			if int64(int(v)) != v {
				return false
			}
			*d = int(v)
		case *sql.NullInt64:
			*d = sql.NullInt64{Int64: s.ColumnInt64(i), Valid: true}
		case *any:
			*d = s.ColumnInt64(i)
		default:
			return false
		}
	case sqlite.Text:
		switch d := dest.(type) {
		case *string:
			*d = s.ColumnText(i)
		case *sql.NullString:
			*d = sql.NullString{String: s.ColumnText(i), Valid: true}
		case *any:
			*d = s.ColumnText(i)
		default:
			return false
		}
	case sqlite.Float:
		switch d := dest.(type) {
		case *float64:
			*d = s.ColumnFloat64(i)
		case *sql.NullFloat64:
			*d = sql.NullFloat64{Float64: s.ColumnFloat64(i), Valid: true}
		case *any:
			*d = s.ColumnFloat64(i)
		default:
			return false
		}
	case sqlite.Blob:
		d, ok := dest.(*[]byte)
		if !ok {
			return false
		}
		*d = s.ColumnBlob(i)
	default:
		return false
	}
	return true
}
