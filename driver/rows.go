// SPDX-License-Identifier: MIT

package driver

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"reflect"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

// rows are the rows of one statement, and the way to those of the next.
type rows struct {
	c    *Conn
	p    *prepared // nil after Close and for text without statements
	ctx  context.Context
	over bool // the last row was read
	// failed is an error that was told between rows, for the log.
	failed error
	guard  *guard
	began  time.Time // of the query, zero when nobody asks
	count  int64     // rows read
	boxes  boxes     // of values that travel as interface values
	direct

	tail  string // statements that follow
	use   *arguments
	index int
}

var (
	_ driver.Rows                           = (*rows)(nil)
	_ driver.RowsNextResultSet              = (*rows)(nil)
	_ driver.RowsColumnTypeDatabaseTypeName = (*rows)(nil)
	_ driver.RowsColumnTypeLength           = (*rows)(nil)
	_ driver.RowsColumnTypeNullable         = (*rows)(nil)
	_ driver.RowsColumnTypePrecisionScale   = (*rows)(nil)
	_ driver.RowsColumnTypeScanType         = (*rows)(nil)
)

// Columns gives the names of the columns.
func (r *rows) Columns() []string {
	if r.p == nil {
		return nil
	}
	return r.p.names
}

// advance moves to the next row; io.EOF after the last.
func (r *rows) advance() error {
	if r.over || r.p == nil {
		return io.EOF
	}
	row, asked, err := r.p.inner.Advance(r.ctx)
	if asked {
		r.c.auto = r.p.inner.AutoCommit()
		r.boxes.batch()
	}
	if row {
		r.count++
		return nil
	}
	r.over = true
	if err != nil {
		r.failed = err
		return r.c.out(err)
	}
	return io.EOF
}

// Next reads the next row.
func (r *rows) Next(dest []driver.Value) error {
	if err := r.advance(); err != nil {
		return err
	}
	for i := range dest {
		v, err := r.read(i)
		if err != nil {
			return err
		}
		dest[i] = v
	}
	return nil
}

// Close ends the statement and gives it back. An error that only its end
// brings, such as that of an implicit commit, is returned.
func (r *rows) Close() error {
	p := r.p
	if p == nil {
		return nil
	}
	r.p, r.boxes, r.direct = nil, boxes{}, direct{}
	p.rows = false
	r.c.giveGuard(r.guard)
	var err error
	if p.stmt.ReadOnly() {
		err = p.stmt.Reset()
	} else {
		// What was changed is committed here, which may wait for a lock.
		w := r.c.inner.WatchCall(r.ctx)
		err = p.stmt.Reset()
		r.c.inner.Unwatch(w)
		// A statement at its end is not asked again, and others may have run since.
		r.c.raw = true
	}
	if r.c.tx == nil && !r.c.auto {
		// An implicit transaction does not show in autocommit; one that does
		// was begun by a statement and ends with the connection's session.
		r.c.raw = true
	}
	if !p.owned {
		err = unwrapOne(errors.Join(err, r.c.cache.give(p)))
	}
	if r.c.hooks == nil {
		return err
	}
	// What was told between rows is no error of Close, and one of the query.
	r.c.hooks.ended(r.ctx, "query", p.sql, r.began, errors.Join(r.failed, err), r.count)
	return r.c.out(err)
}

// HasNextResultSet reports whether statements follow.
func (r *rows) HasNextResultSet() bool { return !blank(r.tail) }

// NextResultSet goes on to the next statement that has columns.
func (r *rows) NextResultSet() error {
	if !r.HasNextResultSet() {
		return io.EOF
	}
	tail, use, index := r.tail, r.use, r.index
	r.tail = ""
	if err := r.Close(); err != nil {
		return err
	}
	began := r.c.began()
	next, err := r.c.nextResult(r.ctx, tail, use, index)
	if err != nil {
		return r.c.ended(r.ctx, "query", tail, began, err, -1)
	}
	next.began = began
	*r = *next
	if r.p == nil || len(r.p.names) == 0 {
		if err := r.Close(); err != nil {
			return err
		}
		return io.EOF
	}
	return nil
}

// ColumnTypeDatabaseTypeName is the declared type without sizes, "" for an
// expression.
func (r *rows) ColumnTypeDatabaseTypeName(i int) string { return r.p.columns[i].base() }

// ColumnTypeLength is the size that a text or blob type declares. SQLite does
// not enforce it.
func (r *rows) ColumnTypeLength(i int) (length int64, ok bool) {
	sizes := r.p.columns[i].sizes()
	if len(sizes) != 1 {
		return 0, false
	}
	return sizes[0], true
}

// ColumnTypePrecisionScale gives the two sizes of a type such as DECIMAL(10,2).
func (r *rows) ColumnTypePrecisionScale(i int) (precision, scale int64, ok bool) {
	sizes := r.p.columns[i].sizes()
	if len(sizes) != 2 {
		return 0, 0, false
	}
	return sizes[0], sizes[1], true
}

// ColumnTypeNullable tells whether a value may be NULL, as the schema says; ok
// is false for expressions and where an outer join may add NULLs.
func (r *rows) ColumnTypeNullable(i int) (mayBeNull, ok bool) {
	col := &r.p.columns[i]
	if col.origin == "" {
		return true, false
	}
	facts, err := r.c.c.TableColumn(col.schema, col.table, col.origin)
	if err != nil {
		return true, false
	}
	if !facts.NotNull && !(facts.PrimaryKey && r.isRowID(col)) {
		return true, true
	}
	if r.p.inner.MayNullRow() {
		return true, false
	}
	return false, true
}

// isRowID tells whether a primary key is the rowid, which is never NULL though
// nothing declares it: then no index keeps the key apart.
// https://sqlite.org/lang_createtable.html#rowid
func (r *rows) isRowID(col *column) bool {
	s, _, err := r.c.c.Prepare("SELECT 1 FROM pragma_index_list(?, ?) WHERE origin = 'pk'")
	if err != nil {
		return false
	}
	defer s.Close()
	if s.Query([]sqlite.Value{sqlite.TextValue(col.table), sqlite.TextValue(col.schema)}) != nil {
		return false
	}
	indexed, err := s.Step()
	return err == nil && !indexed
}

// ColumnTypeScanType is a Go type that fits the declared type.
func (r *rows) ColumnTypeScanType(i int) reflect.Type {
	mayBeNull, ok := r.ColumnTypeNullable(i)
	return r.p.columns[i].scanType(mayBeNull || !ok)
}
