// SPDX-License-Identifier: MIT

// Command nothing measures database/sql itself: a driver without a database,
// which counts what is inserted and gives rows that a formula makes. It is the
// floor under every driver for the workloads that it knows, as floor is for SQL.
package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/gosqlite/gosqlite/tools/bench/process"
	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

func main() { os.Exit(process.Main(floor)) }

var floor = workload.Driver{
	Name: "nothing", Open: open,
	Only: []string{"scan", "scan-ctx", "scan-null", "insert", "insert-ctx", "insert-ctx-fresh", "lookup", "lookup-ctx"},
}

func open(_ string, s workload.Settings) (*sql.DB, error) {
	return sql.OpenDB(&memory{settings: s}), nil
}

// memory is the table: rows 1 to rows of workload.Person.
type memory struct {
	settings workload.Settings
	rows     int
	people   []workload.Person // made once, as a page cache has them
}

func (m *memory) Connect(context.Context) (driver.Conn, error) { return &conn{m}, nil }
func (m *memory) Driver() driver.Driver                        { return nil }

type conn struct{ m *memory }

func (c *conn) Close() error              { return nil }
func (c *conn) Begin() (driver.Tx, error) { return c, nil }
func (c *conn) Commit() error             { return nil }
func (c *conn) Rollback() error           { return errors.New("roll back: there is nothing to roll back to") }

func (c *conn) CheckNamedValue(*driver.NamedValue) error { return nil }

func (c *conn) Prepare(query string) (driver.Stmt, error) { return &stmt{c.m, query}, nil }

type stmt struct {
	m     *memory
	query string
}

func (s *stmt) Close() error  { return nil }
func (s *stmt) NumInput() int { return -1 }

func (s *stmt) Exec([]driver.Value) (driver.Result, error) { return nil, driver.ErrSkip }
func (s *stmt) Query([]driver.Value) (driver.Rows, error)  { return nil, driver.ErrSkip }
func (s *stmt) CheckNamedValue(*driver.NamedValue) error   { return nil }
func (s *stmt) ColumnConverter(int) driver.ValueConverter  { return driver.DefaultParameterConverter }

func (s *stmt) ExecContext(_ context.Context, args []driver.NamedValue) (driver.Result, error) {
	switch {
	case strings.HasPrefix(s.query, "INSERT"):
		s.m.rows++
		for len(s.m.people) < s.m.rows {
			s.m.people = append(s.m.people, workload.PersonOf(len(s.m.people)+1))
		}
	case strings.HasPrefix(s.query, "DROP"):
		s.m.rows = 0
	}
	return driver.RowsAffected(1), nil
}

func (s *stmt) QueryContext(_ context.Context, args []driver.NamedValue) (driver.Rows, error) {
	switch {
	case strings.HasPrefix(s.query, "PRAGMA "), strings.Contains(s.query, "sqlite_version"):
		return &setting{value: s.m.settings.Wants()[strings.TrimPrefix(s.query, "PRAGMA ")]}, nil
	case len(args) == 1:
		id := int(args[0].Value.(int64))
		return &people{s.m.people[id-1 : id]}, nil
	}
	return &people{s.m.people[:s.m.rows]}, nil
}

type people struct{ rest []workload.Person }

func (p *people) Columns() []string { return []string{"id", "born", "name", "score"} }
func (p *people) Close() error      { return nil }

func (p *people) Next(dest []driver.Value) error {
	if len(p.rest) == 0 {
		return io.EOF
	}
	one := &p.rest[0]
	dest[0], dest[1], dest[2], dest[3] = one.ID, one.Born, one.Name, one.Score
	p.rest = p.rest[1:]
	return nil
}

// setting is one value of one column.
type setting struct {
	value string
	done  bool
}

func (s *setting) Columns() []string { return []string{"value"} }
func (s *setting) Close() error      { return nil }

func (s *setting) Next(dest []driver.Value) error {
	if s.done {
		return io.EOF
	}
	s.done, dest[0] = true, s.value
	return nil
}
