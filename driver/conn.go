// SPDX-License-Identifier: MIT

package driver

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/internal/plumbing"
	"github.com/gosqlite/gosqlite/sqlite"
)

// Conn is the driver's connection, which sql.Conn.Raw hands out:
//
//	err := conn.Raw(func(dc any) error {
//		c := dc.(*driver.Conn).SQLite()
//		...
//	})
type Conn struct {
	c       *sqlite.Conn
	inner   plumbing.Conn // of c
	cfg     *config
	hooks   *hooks   // nil without
	guarded *guarded // nil unless hardened
	cache   cache
	tx      *tx
	auto    bool // autocommit as of the last statement
	raw     bool // SQLite was called: auto is not to be trusted
	lent    bool // SQLite was called since the connection left the pool
	broken  bool // could not be cleaned up: not for the pool
	guard   *guard
	args    []sqlite.Value
}

var (
	_ driver.Conn               = (*Conn)(nil)
	_ driver.ConnPrepareContext = (*Conn)(nil)
	_ driver.ConnBeginTx        = (*Conn)(nil)
	_ driver.ExecerContext      = (*Conn)(nil)
	_ driver.QueryerContext     = (*Conn)(nil)
	_ driver.NamedValueChecker  = (*Conn)(nil)
	_ driver.Pinger             = (*Conn)(nil)
	_ driver.SessionResetter    = (*Conn)(nil)
	_ driver.Validator          = (*Conn)(nil)
)

func newConn(sc *sqlite.Conn, cfg *config, h *hooks) *Conn {
	return &Conn{c: sc, inner: plumbing.ConnOf(sc), cfg: cfg, hooks: h, auto: true, cache: cache{size: cfg.cacheSize}}
}

// SQLite gives the connection below, for as long as Raw's function runs. What
// it changes (pragmas, attached databases) stays for the next user of the
// pooled connection; an open transaction is rolled back, and statements that
// are half read are reset when the connection goes back.
func (c *Conn) SQLite() *sqlite.Conn {
	c.raw, c.lent = true, true
	return c.c
}

// Raw runs f on the low-level connection behind conn.
func Raw(conn *sql.Conn, f func(*sqlite.Conn) error) error {
	return conn.Raw(func(dc any) error {
		c, ok := dc.(interface{ SQLite() *sqlite.Conn }) // compat/sqlite3 wraps Conn
		if !ok {
			return fmt.Errorf("gosqlite: raw: the connection is a %T of another driver", dc)
		}
		return f(c.SQLite())
	})
}

// Close closes the connection with all its statements; with _optimize=1 it lets
// SQLite refresh its statistics first: https://sqlite.org/pragma.html#pragma_optimize
func (c *Conn) Close() error {
	if c.cfg.optimize && c.IsValid() {
		// It writes only where it pays, looks at a bounded number of rows, and
		// neither waits for a lock nor fails the close.
		_ = c.c.SetBusyTimeout(0)
		_ = c.run("PRAGMA analysis_limit = 400")
		_ = c.run("PRAGMA optimize")
	}
	return c.out(c.c.Close())
}

// note keeps what a run of a statement left behind. After an error it may be
// what an earlier run left: not every error comes from SQLite.
func (c *Conn) note(p *prepared, err error) {
	c.auto = p.inner.AutoCommit()
	c.raw = c.raw || err != nil
}

// autoCommit tells whether no transaction is open, without a call into SQLite
// unless the low-level connection was handed out.
func (c *Conn) autoCommit() bool {
	if c.raw {
		c.raw = false
		c.auto = c.c.AutoCommit()
	}
	return c.auto
}

// usable refuses statements of a transaction that SQLite has ended.
func (c *Conn) usable() error {
	if c.tx != nil && c.autoCommit() {
		return ErrTxRolledBack
	}
	return nil
}

// prepare takes the first statement of sql from the cache or compiles it. tail
// is what follows; nil without error means that there was no statement.
func (c *Conn) prepare(sql string) (p *prepared, tail string, err error) {
	if p := c.cache.take(sql); p != nil {
		return p, "", nil
	}
	return c.compile(sql, true)
}

// compile is prepare without a look into the cache, which takes time with the
// length of sql; what was not looked for there is not kept there.
func (c *Conn) compile(sql string, keep bool) (p *prepared, tail string, err error) {
	stmt, tail, err := c.c.PrepareFlags(sql, sqlite.PreparePersistent)
	if err != nil || stmt == nil {
		return nil, tail, err
	}
	stmt.SetReadAhead(c.cfg.readAhead)
	p = &prepared{stmt: stmt, inner: plumbing.StmtOf(stmt), sql: sql, inUse: true}
	if !blank(tail) {
		return p, tail, nil
	}
	if !keep {
		return p, "", nil
	}
	if err := c.cache.add(p); err != nil {
		return nil, "", errors.Join(err, stmt.Close())
	}
	return p, "", nil
}

// blank reports whether sql holds only space, semicolons and comments.
func blank(sql string) bool {
	for {
		sql = strings.TrimLeft(sql, " \t\n\f\r;")
		switch {
		case sql == "":
			return true
		case strings.HasPrefix(sql, "--"):
			_, rest, found := strings.Cut(sql, "\n")
			if !found {
				return true
			}
			sql = rest
		case strings.HasPrefix(sql, "/*"):
			_, rest, found := strings.Cut(sql[2:], "*/")
			if !found {
				return true
			}
			sql = rest
		default:
			return false
		}
	}
}

// Prepare compiles one statement.
func (c *Conn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

// PrepareContext compiles one statement; text with more is an error, because
// only one of them would run.
func (c *Conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.prepareOnly(ctx, query)
	if err != nil {
		return nil, c.out(err)
	}
	return s, nil
}

func (c *Conn) prepareOnly(ctx context.Context, query string) (*stmt, error) {
	if err := c.usable(); err != nil {
		return nil, err
	}
	w := c.inner.WatchCall(ctx)
	defer c.inner.Unwatch(w)
	p, tail, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, fmt.Errorf("gosqlite: prepare: there is no statement in the text")
	}
	if !blank(tail) {
		return nil, errors.Join(fmt.Errorf("gosqlite: prepare: more than one statement: prepare each, or use Exec or Query"), c.cache.give(p))
	}
	return &stmt{c: c, p: p}, nil
}

// Ping reads the database's header.
func (c *Conn) Ping(ctx context.Context) error {
	_, err := c.ExecContext(ctx, "PRAGMA schema_version", nil)
	return err
}

// ResetSession readies the connection for its next user.
func (c *Conn) ResetSession(context.Context) error {
	if !c.IsValid() {
		return driver.ErrBadConn
	}
	return nil
}

// IsValid is asked before the connection goes back to the pool. A transaction
// that somebody began by a statement is rolled back here, so that no idle
// connection holds a lock. Nothing is asked of SQLite on the clean path.
func (c *Conn) IsValid() bool {
	if !c.inner.Usable() {
		return false
	}
	if c.lent {
		// Raw's function may have closed it.
		if _, err := c.c.ReadOnly("main"); err != nil {
			return false
		}
		// A statement that it left half read holds a lock, or an old snapshot. Its
		// failing is no matter of the next user.
		_ = c.c.ResetAll()
		c.lent = false
	}
	if c.tx != nil && c.tx.end() != nil {
		return false
	}
	return !c.broken && (c.autoCommit() || c.rollback() == nil)
}

// rollback ends an open transaction and knows when there is none.
func (c *Conn) rollback() error {
	if c.c.AutoCommit() {
		c.auto = true
		return nil
	}
	err := c.run("ROLLBACK")
	c.auto = c.c.AutoCommit()
	if c.auto {
		return nil
	}
	return err
}

// ask reads the integer that a statement of the driver's own gives.
func (c *Conn) ask(sql string) (n int64, err error) {
	if c.guarded != nil {
		c.guarded.own = true
		defer func() { c.guarded.own = false }()
	}
	s, _, err := c.c.Prepare(sql)
	if err != nil {
		return 0, err
	}
	if _, err = s.Step(); err == nil {
		n = s.ColumnInt64(0)
	}
	return n, errors.Join(err, s.Close())
}

// run runs a statement of the driver's own.
func (c *Conn) run(sql string) error {
	if c.guarded != nil {
		// Not from the cache, where the user's own text would find it.
		c.guarded.own = true
		err := c.c.Exec(sql)
		c.guarded.own = false
		c.auto = c.c.AutoCommit()
		return err
	}
	p, _, err := c.prepare(sql)
	if err != nil {
		return err
	}
	err = p.stmt.Run(nil)
	c.auto = p.inner.AutoCommit()
	return errors.Join(err, c.cache.give(p))
}
