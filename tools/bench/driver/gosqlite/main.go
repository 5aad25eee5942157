// SPDX-License-Identifier: MIT

// Command gosqlite measures this tree.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/tools/bench/process"
	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

func main() { os.Exit(process.Main(Driver)) }

// Driver is gosqlite with its defaults.
var Driver = workload.Driver{Name: "gosqlite", Open: open, OpenConn: openConn, OpenFunctions: openFunctions, Bulk: bulk}

func open(file string, s workload.Settings) (*sql.DB, error) {
	return sql.Open(driver.Name, workload.URI(file, s.Pragmas()))
}

func openFunctions(file string, s workload.Settings) (*sql.DB, error) {
	connector, err := driver.NewConnector(workload.URI(file, s.Pragmas()), func(c *sqlite.Conn) error {
		next := sqlite.Scalar1(func(i int64) (int64, error) { return i + 1, nil })
		echo := sqlite.Scalar1(func(text string) (string, error) { return text, nil })
		return errors.Join(c.CreateFunction("next", next, sqlite.Deterministic), c.CreateFunction("echo", echo, sqlite.Deterministic))
	})
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

func bulk(ctx context.Context, tx *sql.Tx, query string, rows iter.Seq[[]any]) error {
	_, err := tx.ExecContext(ctx, query, driver.Batch(rows))
	return err
}

// conn keeps statements by their text.
type conn struct {
	c     *sqlite.Conn
	stmts map[string]*sqlite.Stmt
	args  []sqlite.Value
}

func openConn(file string, s workload.Settings) (workload.Conn, error) {
	c, err := sqlite.Open(file, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		return nil, err
	}
	for _, p := range s.Pragmas() {
		if err := c.Exec("PRAGMA " + p); err != nil {
			return nil, err
		}
	}
	return &conn{c: c, stmts: map[string]*sqlite.Stmt{}}, nil
}

func (c *conn) prepare(query string, args []any) (*sqlite.Stmt, error) {
	stmt := c.stmts[query]
	if stmt == nil {
		var err error
		if stmt, _, err = c.c.PrepareFlags(query, sqlite.PreparePersistent); err != nil {
			return nil, err
		}
		c.stmts[query] = stmt
	}
	c.args = c.args[:0]
	return stmt, c.bind(args)
}

// bind appends to args.
func (c *conn) bind(args []any) error {
	for _, arg := range args {
		switch v := arg.(type) {
		case int:
			c.args = append(c.args, sqlite.Int64Value(int64(v)))
		case int64:
			c.args = append(c.args, sqlite.Int64Value(v))
		case string:
			c.args = append(c.args, sqlite.TextValue(v))
		default:
			return fmt.Errorf("bind %T: no workload does", arg)
		}
	}
	return nil
}

func (c *conn) Exec(query string, args ...any) error {
	stmt, err := c.prepare(query, args)
	if err != nil {
		return err
	}
	return stmt.Run(c.args)
}

func (c *conn) Query(query string, row func(workload.Row), args ...any) error {
	stmt, err := c.prepare(query, args)
	if err != nil {
		return err
	}
	if err := stmt.Query(c.args); err != nil {
		return err
	}
	for {
		more, err := stmt.Step()
		if err != nil || !more {
			return err
		}
		row(columns{stmt})
	}
}

func (c *conn) Scan(query string, row func(a, b int64, text string, c int64)) error {
	stmt, err := c.prepare(query, nil)
	if err != nil {
		return err
	}
	for {
		more, err := stmt.Step()
		if err != nil || !more {
			return err
		}
		row(stmt.ColumnInt64(0), stmt.ColumnInt64(1), stmt.ColumnText(2), stmt.ColumnInt64(3))
	}
}

func (c *conn) ExecMany(query string, rows [][]any) error {
	stmt, err := c.prepare(query, nil)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(rows, 256) {
		c.args = c.args[:0]
		for _, row := range some {
			if err := c.bind(row); err != nil {
				return err
			}
		}
		if _, err := stmt.RunMany(c.args); err != nil {
			return err
		}
	}
	return nil
}

func (c *conn) Close() error { return c.c.Close() }

type columns struct{ *sqlite.Stmt }

func (c columns) Int64(i int) int64 { return c.ColumnInt64(i) }
func (c columns) Text(i int) string { return c.ColumnText(i) }
