// SPDX-License-Identifier: MIT

package driver

import (
	"context"
	"database/sql/driver"
	"errors"
)

// stmt is a statement that the user prepared.
type stmt struct {
	c *Conn
	p *prepared
}

var (
	_ driver.Stmt             = (*stmt)(nil)
	_ driver.StmtExecContext  = (*stmt)(nil)
	_ driver.StmtQueryContext = (*stmt)(nil)
)

// Close gives the statement back to the connection's cache.
func (s *stmt) Close() error {
	if s.p == nil {
		return nil
	}
	p := s.p
	s.p, p.owned = nil, false
	if p.rows {
		// Its rows are still open and give it back.
		return nil
	}
	return s.c.cache.give(p)
}

// NumInput leaves the count to the driver, which knows names and repetitions.
func (s *stmt) NumInput() int { return -1 }

// CheckNamedValue is that of the connection.
func (s *stmt) CheckNamedValue(v *driver.NamedValue) error { return s.c.CheckNamedValue(v) }

// Exec is for callers without a context.
func (s *stmt) Exec(args []driver.Value) (driver.Result, error) {
	return s.ExecContext(context.Background(), named(args))
}

// Query is for callers without a context.
func (s *stmt) Query(args []driver.Value) (driver.Rows, error) {
	return s.QueryContext(context.Background(), named(args))
}

func named(args []driver.Value) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, a := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return out
}

// take claims the statement; while rows of it are open it is another one with
// the same text.
func (s *stmt) take() (*prepared, error) {
	switch {
	case s.p == nil:
		return nil, errors.New("gosqlite: the statement is closed")
	case !s.p.rows:
		return s.p, nil
	}
	p, _, err := s.c.prepare(s.p.sql)
	return p, err
}

// ExecContext runs the statement to its end.
func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	began := s.c.began()
	sql, res, err := s.exec(ctx, args)
	if err = s.c.ended(ctx, "exec", sql, began, err, res.changes); err != nil {
		return nil, err
	}
	return res, nil
}

func (s *stmt) exec(ctx context.Context, args []driver.NamedValue) (sql string, res result, err error) {
	if err := s.c.usable(); err != nil {
		return "", result{}, err
	}
	p, err := s.take()
	if err != nil {
		return "", result{}, err
	}
	if batch, ok := batchOf(args); ok {
		res, err = s.c.execBatch(ctx, p, batch)
	} else {
		res, err = s.c.execOne(ctx, p, args, 0)
	}
	if p != s.p {
		err = errors.Join(err, s.c.cache.give(p))
	}
	return p.sql, res, err
}

// QueryContext runs the statement up to its first row.
func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := s.c.usable(); err != nil {
		return nil, s.c.out(err)
	}
	p, err := s.take()
	if err != nil {
		return nil, s.c.out(err)
	}
	p.owned = p == s.p
	began := s.c.began()
	r, err := s.c.queryOne(ctx, p, args, 0)
	if err != nil {
		return nil, s.c.ended(ctx, "query", p.sql, began, err, -1)
	}
	r.began = began
	return r, nil
}
