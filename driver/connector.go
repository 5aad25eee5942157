// SPDX-License-Identifier: MIT

package driver

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/gosqlite/gosqlite/sqlite"
)

// memories numbers the databases in memory of this process.
var memories atomic.Int64

// connector opens the connections of one pool.
type connector struct {
	driver *Driver
	cfg    *config
	init   func(*sqlite.Conn) error
	hooks  *hooks // nil without options

	mu     sync.Mutex
	keeper *sqlite.Conn // keeps a database in memory alive between connections
	closed bool
}

var (
	_ driver.Connector = (*connector)(nil)
	_ io.Closer        = (*connector)(nil)
)

func newConnector(d *Driver, cfg *config, init func(*sqlite.Conn) error, options []Option) *connector {
	if cfg.memory == "pool" {
		cfg.name = memoryName("/gosqlite-pool-" + strconv.FormatInt(memories.Add(1), 10))
	}
	c := &connector{driver: d, cfg: cfg, init: init}
	if len(options) > 0 {
		c.hooks = &hooks{}
		for _, set := range options {
			set(c.hooks)
		}
	}
	return c
}

// Driver gives the driver that made the connector.
func (c *connector) Driver() driver.Driver { return c.driver }

// Connect opens a connection, applies the data source name, runs init.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.connect(ctx)
	if err != nil {
		return nil, c.hooks.out(err)
	}
	return conn, nil
}

func (c *connector) connect(ctx context.Context) (*Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := c.keep(); err != nil {
		return nil, err
	}
	sc, err := sqlite.Open(c.cfg.name, c.cfg.flags)
	if err != nil {
		return nil, fmt.Errorf("gosqlite: open %q: %w", c.cfg.name, err)
	}
	conn := newConn(sc, c.cfg, c.hooks)
	if err = c.prepare(ctx, sc); err == nil && c.cfg.hardened {
		conn.guarded, err = harden(sc)
	}
	if err != nil {
		_ = sc.Close()
		return nil, err
	}
	return conn, nil
}

func (c *connector) prepare(ctx context.Context, sc *sqlite.Conn) error {
	defer sc.SetContext(ctx)()
	if err := sc.SetBusyTimeout(c.cfg.busy); err != nil {
		return err
	}
	for _, s := range c.cfg.settings {
		if err := sc.DBConfig(s.option, s.on); err != nil {
			return fmt.Errorf("gosqlite: configure connection: %w", err)
		}
	}
	for _, p := range c.cfg.pragmas {
		if err := sc.Exec(p); err != nil {
			return fmt.Errorf("gosqlite: %s: %w", p, err)
		}
	}
	if err := c.checkJournal(sc); err != nil {
		return err
	}
	if c.init != nil {
		if err := c.init(sc); err != nil {
			return fmt.Errorf("gosqlite: initialize connection: %w", err)
		}
	}
	return nil
}

// checkJournal finds a journal mode that SQLite did not take, which the pragma
// does not report as an error. A database in memory has only its own.
func (c *connector) checkJournal(sc *sqlite.Conn) error {
	if c.cfg.journal == "" || c.cfg.memory != "" {
		return nil
	}
	stmt, _, err := sc.Prepare("PRAGMA journal_mode")
	if err != nil {
		return fmt.Errorf("gosqlite: journal mode: %w", err)
	}
	defer stmt.Close()
	if _, err := stmt.Step(); err != nil {
		return fmt.Errorf("gosqlite: journal mode: %w", err)
	}
	if mode := stmt.ColumnText(0); mode != c.cfg.journal {
		return fmt.Errorf("gosqlite: journal mode is %s, SQLite did not change it to %s: see https://sqlite.org/pragma.html#pragma_journal_mode", mode, c.cfg.journal)
	}
	return nil
}

// keep holds one connection to a database in memory until Close, because the
// pool may close all of its own at any time.
func (c *connector) keep() error {
	if c.cfg.memory == "" {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return fmt.Errorf("gosqlite: connect: the database is closed")
	}
	if c.keeper != nil {
		return nil
	}
	keeper, err := sqlite.Open(c.cfg.name, c.cfg.flags)
	if err != nil {
		return fmt.Errorf("gosqlite: open %q: %w", c.cfg.name, err)
	}
	c.keeper = keeper
	return nil
}

// Close lets a database in memory go. sql.DB.Close calls it.
func (c *connector) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.keeper == nil {
		return nil
	}
	keeper := c.keeper
	c.keeper = nil
	return keeper.Close()
}
