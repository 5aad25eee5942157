// SPDX-License-Identifier: MIT

package driver

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
)

// result is what Exec did.
type result struct{ rowid, changes int64 }

func (r result) LastInsertId() (int64, error) { return r.rowid, nil }
func (r result) RowsAffected() (int64, error) { return r.changes, nil }

// ExecContext runs all statements of query and drops their rows. Positional
// arguments are used up in order; the result is that of the last statement. On
// an error what ran before stays done, unless a transaction is rolled back.
func (c *Conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	began := c.began()
	res, err := c.exec(ctx, query, args)
	if err = c.ended(ctx, "exec", query, began, err, res.changes); err != nil {
		return nil, err
	}
	return res, nil
}

func (c *Conn) exec(ctx context.Context, query string, args []driver.NamedValue) (result, error) {
	if batch, ok := batchOf(args); ok {
		return c.execBatchText(ctx, query, batch)
	}
	var res result
	use := newArguments(args)
	index := 0
	for ; ; index++ {
		if err := c.usable(); err != nil {
			return result{}, err
		}
		p, tail, err := c.prepareWatched(ctx, query, index == 0)
		if err != nil {
			return result{}, err
		}
		if p != nil {
			last := p.elem != nil || blank(tail)
			res, err = c.execPart(ctx, p, use, index, last)
			if err = errors.Join(err, c.cache.give(p)); err != nil {
				return result{}, unwrapOne(err)
			}
		}
		if query = tail; query == "" {
			break
		}
	}
	// Of a text without statements; each other one was asked by its last.
	if err := use.rest(index); err != nil {
		return result{}, err
	}
	return res, nil
}

// unwrapOne undoes a join of a single error, which keeps type switches simple.
func unwrapOne(err error) error {
	if j, ok := err.(interface{ Unwrap() []error }); ok && len(j.Unwrap()) == 1 {
		return j.Unwrap()[0]
	}
	return err
}

const longRest = 4 << 10

// prepareWatched is prepare under ctx: compiling may read the schema and so
// wait for a lock. A statement in the cache needs no watch. Much that is left of
// a text is not looked for there, which takes time with its length.
func (c *Conn) prepareWatched(ctx context.Context, query string, whole bool) (*prepared, string, error) {
	whole = whole || len(query) <= longRest
	if whole {
		if p := c.cache.take(query); p != nil {
			return p, "", nil
		}
	}
	w := c.inner.WatchCall(ctx)
	defer c.inner.Unwatch(w)
	return c.compile(query, whole)
}

// execPart runs one of several statements with its share of the arguments. An
// argument that no statement takes is found before the last one runs.
func (c *Conn) execPart(ctx context.Context, p *prepared, use *arguments, index int, last bool) (result, error) {
	args, err := use.share(p, index, last)
	if err == nil && last {
		err = use.rest(index)
	}
	if err != nil {
		return result{}, err
	}
	return c.execOne(ctx, p, args, index)
}

// execOne binds, runs and resets in one call into C. index counts the statements
// of the text from 0.
func (c *Conn) execOne(ctx context.Context, p *prepared, args []driver.NamedValue, index int) (result, error) {
	values, err := c.values(p, args, index)
	if err != nil {
		return result{}, err
	}
	w := c.inner.WatchCall(ctx)
	err = p.stmt.Run(values)
	c.inner.Unwatch(w)
	clear(values)
	c.note(p, err)
	if err != nil {
		return result{}, err
	}
	return result{rowid: p.stmt.LastInsertRowID(), changes: p.stmt.Changes()}, nil
}

// QueryContext runs the statements of query up to the first one with columns
// and gives its rows; the later ones are further result sets.
func (c *Conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	began := c.began()
	r, err := c.nextResult(ctx, query, newArguments(args), 0)
	if err != nil {
		return nil, c.ended(ctx, "query", query, began, err, -1)
	}
	r.began = began
	return r, nil
}

// nextResult runs statements until one has columns. When none has, the rows are
// those of the last: none.
func (c *Conn) nextResult(ctx context.Context, query string, use *arguments, index int) (*rows, error) {
	for ; ; index++ {
		if err := c.usable(); err != nil {
			return nil, err
		}
		p, tail, err := c.prepareWatched(ctx, query, index == 0)
		if err != nil {
			return nil, err
		}
		last := tail == "" || blank(tail)
		if p == nil {
			if !last {
				query = tail
				continue
			}
			if err := use.rest(index); err != nil {
				return nil, err
			}
			return &rows{c: c, ctx: ctx, over: true}, nil
		}
		args, err := use.share(p, index, last)
		if err == nil && last {
			err = use.rest(index)
		}
		if err != nil {
			return nil, unwrapOne(errors.Join(err, c.cache.give(p)))
		}
		r, err := c.queryOne(ctx, p, args, index)
		if err != nil {
			return nil, err
		}
		if last {
			return r, nil
		}
		if len(r.p.names) > 0 {
			r.tail, r.use, r.index = tail, use, index+1
			return r, nil
		}
		if err := r.Close(); err != nil {
			return nil, err
		}
		query = tail
	}
}

// queryOne binds and fetches the first row in one call into C.
func (c *Conn) queryOne(ctx context.Context, p *prepared, args []driver.NamedValue, index int) (*rows, error) {
	values, err := c.values(p, args, index)
	if err == nil {
		w := c.inner.WatchCall(ctx)
		err = p.stmt.Query(values)
		c.inner.Unwatch(w)
		clear(values)
		c.note(p, err)
	}
	if err == nil {
		err = p.describe(c.cfg.exprTime)
	}
	if err != nil {
		_ = p.stmt.Reset()
		if !p.owned {
			err = unwrapOne(errors.Join(err, c.cache.give(p)))
		}
		return nil, err
	}
	p.rows = true
	return &rows{c: c, p: p, ctx: ctx, guard: c.takeGuard(p.sql)}, nil
}

// arguments are handed out to the statements of one text.
type arguments struct {
	all   []driver.NamedValue
	at    int    // positional ones used so far
	used  []bool // named ones that a statement took
	names bool
}

func newArguments(args []driver.NamedValue) *arguments {
	u := &arguments{all: args}
	for i := range args {
		if args[i].Name != "" {
			u.names = true
			u.used = make([]bool, len(args))
			break
		}
	}
	return u
}

// share gives a statement its arguments. The only statement of a text gets all
// that is left, so that surplus ones are found with it; named arguments are for
// every statement that has the name.
func (u *arguments) share(p *prepared, index int, last bool) ([]driver.NamedValue, error) {
	want := p.stmt.BindCount()
	if !u.names {
		left := u.all[u.at:]
		if len(left) < want || last && len(left) > want {
			return nil, countError(want, len(left), index)
		}
		u.at += want
		return left[:want], nil
	}
	var mine []driver.NamedValue
	for i, a := range u.all {
		if a.Name == "" {
			mine = append(mine, a)
			u.used[i] = true
			continue
		}
		found, err := p.index(a.Name)
		if err != nil {
			return nil, argumentError(index, err)
		}
		if found != 0 {
			mine = append(mine, a)
			u.used[i] = true
		}
	}
	return mine, nil
}

// rest finds arguments that no statement took, after the one at index.
func (u *arguments) rest(index int) error {
	for i, used := range u.used {
		if used {
			continue
		}
		if index > 0 {
			return fmt.Errorf("gosqlite: no parameter is named %q; the statements before statement %d have run", u.all[i].Name, index+1)
		}
		return argumentError(0, nameError(u.all[i].Name))
	}
	if !u.names && u.at < len(u.all) {
		return countError(u.at, len(u.all), index)
	}
	return nil
}

func nameError(name string) error { return fmt.Errorf("no parameter is named %q", name) }

// argumentError says which statement of a text cannot be bound, and that those
// before it have run.
func argumentError(index int, err error) error {
	if index > 0 {
		return fmt.Errorf("gosqlite: statement %d: %w; the statements before it have run", index+1, err)
	}
	return fmt.Errorf("gosqlite: %w", err)
}

func countError(want, got, index int) error {
	if index > 0 {
		return fmt.Errorf("gosqlite: statement %d wants %d more arguments, %d are left; the statements before it have run", index+1, want, got)
	}
	return fmt.Errorf("gosqlite: the statement wants %d arguments, got %d", want, got)
}
