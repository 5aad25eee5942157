// SPDX-License-Identifier: MIT

package driver

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	"github.com/gosqlite/gosqlite/sqlite"
)

// Batch is the only argument of an Exec that runs its statement once for each
// row of arguments that it yields, hundreds of rows in one call into SQLite:
//
//	db.ExecContext(ctx, "INSERT INTO t(id, name) VALUES(?, ?)", driver.Batch(func(yield func([]any) bool) {
//		for _, p := range people {
//			if !yield([]any{p.ID, p.Name}) {
//				return
//			}
//		}
//	}))
//
// All rows are in afterwards or none: outside of a transaction the batch is one,
// inside it is a savepoint. RowsAffected counts all of them. The row's slice may
// be used again for the next one. Arguments are positional. The function must
// not use the connection that the batch runs on.
type Batch func(yield func(row []any) bool)

// Bounds of what is gathered before it is run.
const (
	batchRows  = 256
	batchBytes = 48 << 10
)

// batchOf tells whether args are one Batch.
func batchOf(args []driver.NamedValue) (Batch, bool) {
	if len(args) != 1 {
		return nil, false
	}
	b, ok := args[0].Value.(Batch)
	return b, ok
}

func (c *Conn) execBatchText(ctx context.Context, query string, batch Batch) (result, error) {
	if err := c.usable(); err != nil {
		return result{}, err
	}
	p, tail, err := c.prepareWatched(ctx, query, true)
	if err != nil {
		return result{}, err
	}
	if p == nil || !blank(tail) {
		err := errors.New("gosqlite: a batch wants exactly one statement")
		if p != nil {
			err = errors.Join(err, c.cache.give(p))
		}
		return result{}, err
	}
	res, err := c.execBatch(ctx, p, batch)
	return res, unwrapOne(errors.Join(err, c.cache.give(p)))
}

// execBatch runs p for all rows of batch or for none.
func (c *Conn) execBatch(ctx context.Context, p *prepared, batch Batch) (res result, err error) {
	if p.stmt.BindCount() == 0 {
		return result{}, errors.New("gosqlite: a batch wants a statement with parameters")
	}
	w := c.inner.Watch(ctx)
	watching := true
	unwatch := func() {
		if watching {
			watching = false
			c.inner.Unwatch(w)
		}
	}
	defer unwatch()
	enter, leave, undo := "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"
	if !c.autoCommit() {
		enter, leave, undo = "SAVEPOINT gosqlite_batch", "RELEASE gosqlite_batch", "ROLLBACK TO gosqlite_batch"
	}
	if err := c.run(enter); err != nil {
		return result{}, err
	}
	done := false
	defer func() {
		if done {
			return
		}
		// An error, or a panic of batch.
		unwatch()
		if c.autoCommit() {
			return // SQLite has rolled back by itself
		}
		uerr := c.run(undo)
		if uerr == nil && undo != "ROLLBACK" {
			uerr = c.run(leave)
		}
		if uerr != nil {
			err = errors.Join(err, uerr)
		}
	}()
	g := gatherer{c: c, p: p, want: p.stmt.BindCount()}
	batch(g.add)
	if g.err == nil {
		g.flush()
	}
	if g.err != nil {
		return result{}, g.err
	}
	if err := c.run(leave); err != nil {
		return result{}, err
	}
	done = true
	return g.res, nil
}

// gatherer collects rows and runs them when enough are there.
type gatherer struct {
	c     *Conn
	p     *prepared
	want  int // values of a row
	args  []sqlite.Value
	bytes int
	ran   int // rows that were run
	res   result
	err   error
}

// add takes one row; false means that no more are wanted.
func (g *gatherer) add(row []any) bool {
	if g.err != nil {
		return false
	}
	number := g.ran + len(g.args)/g.want + 1
	if len(row) != g.want {
		g.err = fmt.Errorf("gosqlite: row %d of the batch: %w", number, countError(g.want, len(row), 0))
		return false
	}
	for i, v := range row {
		value, size, err := g.value(v)
		if err != nil {
			g.err = fmt.Errorf("gosqlite: row %d of the batch: argument %d: %w", number, i+1, err)
			return false
		}
		g.args = append(g.args, value)
		g.bytes += size
	}
	if len(g.args) >= batchRows*g.want || g.bytes >= batchBytes {
		g.flush()
	}
	return g.err == nil
}

// value converts as Exec does with an argument.
func (g *gatherer) value(v any) (value sqlite.Value, size int, err error) {
	nv := driver.NamedValue{Value: v}
	switch err := g.c.CheckNamedValue(&nv); err {
	case nil:
	case driver.ErrSkip:
		if nv.Value, err = driver.DefaultParameterConverter.ConvertValue(nv.Value); err != nil {
			return value, 0, err
		}
	default:
		return value, 0, err
	}
	switch x := nv.Value.(type) {
	case string:
		size = len(x)
	case []byte:
		// The caller may write to it before the row is run.
		nv.Value, size = slices.Clone(x), len(x)
	}
	return value, size, g.c.value(&value, nv.Value)
}

// flush runs the rows that are gathered.
func (g *gatherer) flush() {
	if len(g.args) == 0 {
		return
	}
	ran, err := g.p.stmt.RunMany(g.args)
	g.c.note(g.p, err)
	g.ran += ran
	g.res.changes += g.p.stmt.Changes()
	g.res.rowid = g.p.stmt.LastInsertRowID()
	if err != nil {
		g.err = fmt.Errorf("gosqlite: row %d of the batch: %w", g.ran+1, err)
	}
	clear(g.args)
	g.args, g.bytes = g.args[:0], 0
}
