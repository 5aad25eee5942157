// SPDX-License-Identifier: MIT

package driver

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
)

// tx is a transaction that BeginTx began.
type tx struct {
	c        *Conn
	ctx      context.Context // of BeginTx; ends the wait of Commit too
	readOnly bool
}

// Begin starts a transaction with the default options.
func (c *Conn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

// BeginTx starts a transaction as _txlock says, a read-only one always
// deferred. Levels other than the default and serializable are refused.
func (c *Conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	switch level := sql.IsolationLevel(opts.Isolation); level {
	case sql.LevelDefault, sql.LevelSerializable:
	default:
		return nil, fmt.Errorf("gosqlite: begin: isolation level %v is not to be had: SQLite's transactions are serializable", level)
	}
	if c.tx != nil {
		return nil, fmt.Errorf("gosqlite: begin: the connection is in a transaction")
	}
	w := c.c.Watch(ctx)
	defer c.c.Unwatch(w)
	begin := c.cfg.begin
	if opts.ReadOnly {
		begin = "BEGIN DEFERRED"
	}
	if err := c.run(begin); err != nil {
		return nil, err
	}
	t := &tx{c: c, ctx: ctx, readOnly: opts.ReadOnly}
	c.tx = t
	if opts.ReadOnly {
		if err := c.run("PRAGMA query_only = 1"); err != nil {
			_ = t.end()
			return nil, err
		}
	}
	return t, nil
}

// Commit makes the changes lasting. When it fails everything is rolled back. A
// COMMIT that took effect is no error, even if the context has ended by then.
func (t *tx) Commit() error {
	c := t.c
	if c.tx != t {
		return sql.ErrTxDone
	}
	if c.auto {
		_ = t.end()
		return ErrTxRolledBack
	}
	w := c.c.Watch(t.ctx)
	err := c.run("COMMIT")
	c.c.Unwatch(w)
	if endErr := t.end(); err == nil {
		err = endErr
	}
	return err
}

// Rollback drops the changes. After SQLite has rolled back by itself there is
// nothing left to do, and no error.
func (t *tx) Rollback() error {
	if t.c.tx != t {
		return sql.ErrTxDone
	}
	return t.end()
}

// end leaves the connection without a transaction and as it was before.
func (t *tx) end() error {
	c := t.c
	c.tx = nil
	var err error
	if !c.auto {
		err = c.rollback()
	}
	if t.readOnly && c.cfg.queryOnly() == "0" {
		if e := c.run("PRAGMA query_only = 0"); err == nil {
			err = e
		}
	}
	return err
}
