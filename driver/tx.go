// SPDX-License-Identifier: MIT

package driver

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"github.com/gosqlite/gosqlite/internal/plumbing"
)

// tx is a transaction that BeginTx began.
type tx struct {
	c        *Conn
	watch    plumbing.Watch // of BeginTx's context: ends every statement until end
	readOnly bool           // query_only was turned on for it
}

// Begin starts a transaction with the default options.
func (c *Conn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

// BeginTx starts a transaction as _txlock says, a read-only one always
// deferred. Levels other than the default and serializable are refused.
func (c *Conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	began := c.began()
	t, err := c.begin(ctx, opts)
	if err := c.ended(ctx, "begin", "BEGIN", began, err, -1); err != nil {
		return nil, err
	}
	return t, nil
}

func (c *Conn) begin(ctx context.Context, opts driver.TxOptions) (*tx, error) {
	switch level := sql.IsolationLevel(opts.Isolation); level {
	case sql.LevelDefault, sql.LevelSerializable:
	default:
		return nil, fmt.Errorf("gosqlite: begin: isolation level %v is not to be had: SQLite's transactions are serializable", level)
	}
	if c.tx != nil {
		return nil, fmt.Errorf("gosqlite: begin: the connection is in a transaction")
	}
	begin := c.cfg.begin
	if mode, ok := ctx.Value(beginModeKey{}).(string); ok {
		begin = mode
	}
	if opts.ReadOnly {
		begin = "BEGIN DEFERRED"
	}
	t := &tx{c: c, watch: c.inner.Watch(ctx)}
	if err := c.run(begin); err != nil {
		c.inner.Unwatch(t.watch)
		return nil, err
	}
	c.tx = t
	if opts.ReadOnly {
		if err := t.forbidWrites(); err != nil {
			_ = t.end()
			return nil, err
		}
	}
	return t, nil
}

// forbidWrites turns query_only on, which the connection may be set up with.
func (t *tx) forbidWrites() error {
	on, err := t.c.ask("PRAGMA query_only")
	if err != nil || on != 0 {
		return err
	}
	t.readOnly = true
	return t.c.run("PRAGMA query_only = 1")
}

// Commit makes the changes lasting. When it fails everything is rolled back. A
// COMMIT that took effect is no error, even if the context has ended by then.
func (t *tx) Commit() error {
	began := t.c.began()
	return t.c.ended(context.Background(), "commit", "COMMIT", began, t.commit(), -1)
}

func (t *tx) commit() error {
	c := t.c
	if c.tx != t {
		return sql.ErrTxDone
	}
	if c.autoCommit() {
		_ = t.end()
		return ErrTxRolledBack
	}
	err := c.run("COMMIT")
	committed := err == nil
	if endErr := t.end(); !committed {
		return err
	} else if endErr != nil {
		// What is committed is committed; the connection is not good any more.
		c.broken = true
	}
	return nil
}

// Rollback drops the changes. After SQLite has rolled back by itself there is
// nothing left to do, and no error.
func (t *tx) Rollback() error {
	if t.c.tx != t {
		return sql.ErrTxDone
	}
	began := t.c.began()
	return t.c.ended(context.Background(), "rollback", "ROLLBACK", began, t.end(), -1)
}

// end leaves the connection without a transaction and as it was before. A
// connection that cannot be brought there is not used again.
func (t *tx) end() error {
	c := t.c
	c.tx = nil
	c.inner.Unwatch(t.watch)
	var err error
	if !c.autoCommit() {
		err = c.rollback()
	}
	if t.readOnly {
		if e := c.run("PRAGMA query_only = 0"); err == nil {
			err = e
		}
	}
	if err != nil {
		c.broken = true
	}
	return err
}
