// SPDX-License-Identifier: MIT

// Command mattn measures github.com/mattn/go-sqlite3.
package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"

	"github.com/mattn/go-sqlite3"

	"github.com/gosqlite/gosqlite/tools/bench/process"
	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

func main() {
	os.Exit(process.Main(workload.Driver{Name: "mattn", Module: "github.com/mattn/go-sqlite3", Open: open, OpenConn: openConn, OpenFunctions: openFunctions}))
}

func open(file string, s workload.Settings) (*sql.DB, error) {
	return sql.Open("sqlite3", dsn(file, s))
}

func openFunctions(file string, s workload.Settings) (*sql.DB, error) {
	sql.Register("sqlite3_functions", &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		return errors.Join(
			c.RegisterFunc("next", func(i int64) int64 { return i + 1 }, true),
			c.RegisterFunc("echo", func(text string) string { return text }, true),
		)
	}})
	return sql.Open("sqlite3_functions", dsn(file, s))
}

func dsn(file string, s workload.Settings) string {
	q := url.Values{}
	q.Set("_busy_timeout", fmt.Sprint(s.Busy.Milliseconds()))
	q.Set("_synchronous", "FULL")
	q.Set("_foreign_keys", "1")
	if q.Set("_journal_mode", "DELETE"); s.WAL {
		q.Set("_journal_mode", "WAL")
	}
	return (&url.URL{Scheme: "file", Opaque: file, RawQuery: q.Encode()}).String()
}

// conn is the driver without database/sql: the lowest API that it has.
type conn struct {
	c     driver.Conn
	stmts map[string]stmt
	args  []driver.NamedValue
}

type stmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

func openConn(file string, s workload.Settings) (workload.Conn, error) {
	c, err := (&sqlite3.SQLiteDriver{}).Open(dsn(file, s))
	return &conn{c: c, stmts: map[string]stmt{}}, err
}

func (c *conn) prepare(query string, args []any) (stmt, error) {
	prepared := c.stmts[query]
	if prepared == nil {
		p, err := c.c.Prepare(query)
		if err != nil {
			return nil, err
		}
		prepared = p.(stmt)
		c.stmts[query] = prepared
	}
	c.args = c.args[:0]
	for i, arg := range args {
		if v, ok := arg.(int); ok {
			arg = int64(v)
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: arg})
	}
	return prepared, nil
}

func (c *conn) Exec(query string, args ...any) error {
	stmt, err := c.prepare(query, args)
	if err != nil {
		return err
	}
	_, err = stmt.ExecContext(context.Background(), c.args)
	return err
}

func (c *conn) Query(query string, row func(workload.Row), args ...any) error {
	stmt, err := c.prepare(query, args)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(context.Background(), c.args)
	if err != nil {
		return err
	}
	defer rows.Close()
	values := make(columns, len(rows.Columns()))
	for {
		if err := rows.Next(values); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		row(values)
	}
}

func (c *conn) Scan(query string, row func(a, b int64, text string, c int64)) error {
	return c.Query(query, func(r workload.Row) {
		v := r.(columns)
		row(v[0].(int64), v[1].(int64), v[2].(string), v[3].(int64))
	})
}

func (c *conn) ExecMany(query string, rows [][]any) error { return workload.ExecEach(c, query, rows) }

func (c *conn) Close() error {
	for _, stmt := range c.stmts {
		stmt.Close()
	}
	return c.c.Close()
}

type columns []driver.Value

func (c columns) Int64(i int) int64 { return c[i].(int64) }
func (c columns) Text(i int) string { return c[i].(string) }
