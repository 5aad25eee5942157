// SPDX-License-Identifier: MIT

// Command ncruces measures github.com/ncruces/go-sqlite3.
package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"

	"github.com/gosqlite/gosqlite/tools/bench/process"
	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

func main() {
	os.Exit(process.Main(workload.Driver{Name: "ncruces", Module: "github.com/ncruces/go-sqlite3", Open: open, OpenConn: openConn, OpenFunctions: openFunctions}))
}

func open(file string, s workload.Settings) (*sql.DB, error) {
	return sql.Open("sqlite3", workload.URI(file, s.Pragmas()))
}

func openFunctions(file string, s workload.Settings) (*sql.DB, error) {
	return driver.Open(workload.URI(file, s.Pragmas()), func(c *sqlite3.Conn) error {
		return errors.Join(
			c.CreateFunction("next", 1, sqlite3.DETERMINISTIC, func(ctx sqlite3.Context, args ...sqlite3.Value) { ctx.ResultInt64(args[0].Int64() + 1) }),
			c.CreateFunction("echo", 1, sqlite3.DETERMINISTIC, func(ctx sqlite3.Context, args ...sqlite3.Value) { ctx.ResultText(args[0].Text()) }),
		)
	})
}

// conn keeps statements by their text.
type conn struct {
	c     *sqlite3.Conn
	stmts map[string]*sqlite3.Stmt
}

func openConn(file string, s workload.Settings) (workload.Conn, error) {
	c, err := sqlite3.Open(file)
	if err != nil {
		return nil, err
	}
	for _, p := range s.Pragmas() {
		if err := c.Exec("PRAGMA " + p); err != nil {
			return nil, err
		}
	}
	return &conn{c: c, stmts: map[string]*sqlite3.Stmt{}}, nil
}

func (c *conn) prepare(query string, args []any) (*sqlite3.Stmt, error) {
	stmt := c.stmts[query]
	if stmt == nil {
		var err error
		if stmt, _, err = c.c.PrepareFlags(query, sqlite3.PREPARE_PERSISTENT); err != nil {
			return nil, err
		}
		c.stmts[query] = stmt
	}
	for i, arg := range args {
		var err error
		switch v := arg.(type) {
		case int:
			err = stmt.BindInt(i+1, v)
		case int64:
			err = stmt.BindInt64(i+1, v)
		case string:
			err = stmt.BindText(i+1, v)
		default:
			err = fmt.Errorf("bind %T: no workload does", arg)
		}
		if err != nil {
			return nil, err
		}
	}
	return stmt, nil
}

func (c *conn) Exec(query string, args ...any) error {
	stmt, err := c.prepare(query, args)
	if err != nil {
		return err
	}
	return stmt.Exec()
}

func (c *conn) Query(query string, row func(workload.Row), args ...any) error {
	stmt, err := c.prepare(query, args)
	if err != nil {
		return err
	}
	for stmt.Step() {
		row(columns{stmt})
	}
	return stmt.Reset()
}

func (c *conn) Scan(query string, row func(a, b int64, text string, c int64)) error {
	stmt, err := c.prepare(query, nil)
	if err != nil {
		return err
	}
	for stmt.Step() {
		row(stmt.ColumnInt64(0), stmt.ColumnInt64(1), stmt.ColumnText(2), stmt.ColumnInt64(3))
	}
	return stmt.Reset()
}

func (c *conn) ExecMany(query string, rows [][]any) error { return workload.ExecEach(c, query, rows) }

func (c *conn) Close() error {
	for _, stmt := range c.stmts {
		stmt.Close()
	}
	return c.c.Close()
}

type columns struct{ *sqlite3.Stmt }

func (c columns) Int64(i int) int64 { return c.ColumnInt64(i) }
func (c columns) Text(i int) string { return c.ColumnText(i) }
