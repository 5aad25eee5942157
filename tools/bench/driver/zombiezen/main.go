// SPDX-License-Identifier: MIT

// Command zombiezen measures zombiezen.com/go/sqlite, which has no database/sql.
package main

import (
	"fmt"
	"os"

	"zombiezen.com/go/sqlite"

	"github.com/gosqlite/gosqlite/tools/bench/process"
	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

func main() {
	os.Exit(process.Main(workload.Driver{Name: "zombiezen", Module: "zombiezen.com/go/sqlite", OpenConn: openConn}))
}

// conn has a cache of statements of its own.
type conn struct{ c *sqlite.Conn }

func openConn(file string, s workload.Settings) (workload.Conn, error) {
	c, err := sqlite.OpenConn(file, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		return nil, err
	}
	out := conn{c}
	for _, p := range s.Pragmas() {
		if err := out.Query("PRAGMA "+p, func(workload.Row) {}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c conn) Exec(query string, args ...any) error {
	return c.Query(query, func(workload.Row) {}, args...)
}

func (c conn) Query(query string, row func(workload.Row), args ...any) error {
	stmt, err := c.c.Prepare(query)
	if err != nil {
		return err
	}
	for i, arg := range args {
		switch v := arg.(type) {
		case int:
			stmt.BindInt64(i+1, int64(v))
		case int64:
			stmt.BindInt64(i+1, v)
		case string:
			stmt.BindText(i+1, v)
		default:
			return fmt.Errorf("bind %T: no workload does", arg)
		}
	}
	for {
		more, err := stmt.Step()
		if err != nil {
			return err
		}
		if !more {
			return stmt.Reset()
		}
		row(columns{stmt})
	}
}

func (c conn) Scan(query string, row func(a, b int64, text string, c int64)) error {
	stmt, err := c.c.Prepare(query)
	if err != nil {
		return err
	}
	for {
		more, err := stmt.Step()
		if err != nil {
			return err
		}
		if !more {
			return stmt.Reset()
		}
		row(stmt.ColumnInt64(0), stmt.ColumnInt64(1), stmt.ColumnText(2), stmt.ColumnInt64(3))
	}
}

func (c conn) ExecMany(query string, rows [][]any) error { return workload.ExecEach(c, query, rows) }

func (c conn) Close() error { return c.c.Close() }

type columns struct{ *sqlite.Stmt }

func (c columns) Int64(i int) int64 { return c.ColumnInt64(i) }
func (c columns) Text(i int) string { return c.ColumnText(i) }
