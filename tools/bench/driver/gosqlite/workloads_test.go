// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	gosqlite "github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

// once runs a workload twice, as the second round meets what the first left.
func once(t *testing.T, d workload.Driver, w workload.Workload) (seen workload.Seen, err error) {
	t.Helper()
	round, err := w.Prepare(&workload.Env{Driver: d, Dir: t.TempDir(), Size: workload.Tiny})
	if err != nil {
		t.Fatal(err)
	}
	defer round.Close()
	for range 2 {
		if seen, err = round.Once(); err != nil {
			return seen, err
		}
	}
	return seen, nil
}

func TestWorkloads(t *testing.T) {
	for _, w := range workload.All() {
		t.Run(w.Name, func(t *testing.T) {
			seen, err := once(t, Driver, w)
			if err != nil {
				t.Fatal(err)
			}
			if seen.Ops == 0 || w.Latency != (len(seen.Late) > 0) {
				t.Errorf("saw %+v", seen)
			}
			if w.Latency && seen.Ended != seen.Ops {
				t.Errorf("%d of %d tries ended, delays %v", seen.Ended, seen.Ops, seen.Late)
			}
		})
	}
}

// A driver that does less than it says has to fail every workload: by rows that
// it loses, writes that it drops, values that it does not read, cancellations
// that it forgets.
func TestLazyDrivers(t *testing.T) {
	for _, w := range workload.All() {
		lazy := lazyDriver(w.Name)
		if w.Latency {
			lazy = workload.Driver{Name: "lazy", Open: openLazy(deaf{})}
		}
		t.Run(w.Name, func(t *testing.T) {
			seen, err := once(t, lazy, w)
			if w.Latency && err == nil && seen.Ended < seen.Ops {
				return
			}
			if err == nil {
				t.Fatalf("a driver that does less passes: %+v", seen)
			}
			for _, reason := range []string{"did other work", "left other rows", "no rows in result set", "FOREIGN KEY"} {
				if strings.Contains(err.Error(), reason) {
					return
				}
			}
			t.Errorf("failed by %v, which laziness does not explain", err)
		})
	}
}

// lazyDriver loses some rows of what the workload is about. Where that is writing
// it reads in full, so that what it wrote is what fails it.
func lazyDriver(name string) workload.Driver {
	d := Driver
	if strings.Contains(name, "insert") {
		if name != "insert-bulk" {
			d.Open = openLazy(&dropping{})
		}
		d.OpenConn = func(file string, s workload.Settings) (workload.Conn, error) {
			c, err := openConn(file, s)
			return &droppingConn{Conn: c}, err
		}
		d.Bulk = func(ctx context.Context, tx *sql.Tx, query string, rows iter.Seq[[]any]) error {
			all := 0
			return bulk(ctx, tx, query, func(yield func([]any) bool) {
				for row := range rows {
					if all++; all%100 != 0 && !yield(row) {
						return
					}
				}
			})
		}
		return d
	}
	d.OpenFunctions = func(file string, s workload.Settings) (*sql.DB, error) {
		connector, err := gosqlite.NewConnector(workload.URI(file, s.Pragmas()), func(c *sqlite.Conn) error {
			next := sqlite.Scalar1(func(i int64) (int64, error) { return i, nil })
			echo := sqlite.Scalar1(func(text string) (string, error) { return text[1:], nil })
			return errors.Join(c.CreateFunction("next", next, 0), c.CreateFunction("echo", echo, 0))
		})
		return sql.OpenDB(connector), err
	}
	d.Open = openLazy(&skipping{})
	d.OpenConn = func(file string, s workload.Settings) (workload.Conn, error) {
		c, err := openConn(file, s)
		return &skippingConn{Conn: c}, err
	}
	return d
}

type droppingConn struct {
	workload.Conn
	n int
}

func (c *droppingConn) Exec(query string, args ...any) error {
	if c.n++; len(args) > 0 && c.n%3 == 0 {
		return nil
	}
	return c.Conn.Exec(query, args...)
}

func (c *droppingConn) ExecMany(query string, rows [][]any) error {
	return c.Conn.ExecMany(query, rows[1:])
}

type skippingConn struct {
	workload.Conn
	n int
}

func (c *skippingConn) Query(query string, row func(workload.Row), args ...any) error {
	return c.Conn.Query(query, func(r workload.Row) {
		if c.n++; c.n%3 != 0 {
			row(r)
		}
	}, args...)
}

func (c *skippingConn) Scan(query string, row func(a, b int64, text string, c int64)) error {
	n := 0
	return c.Conn.Scan(query, func(id, born int64, name string, score int64) {
		if n++; n%3 != 0 {
			row(id, born, name, score)
		}
	})
}

// laziness changes what a wrapped connection does.
type laziness interface {
	exec(ctx context.Context, args []driver.NamedValue) (context.Context, bool)
	next() (skip bool)
}

// dropping forgets statements with arguments.
type dropping struct{ n int }

func (d *dropping) exec(ctx context.Context, args []driver.NamedValue) (context.Context, bool) {
	d.n++
	return ctx, len(args) == 0 || d.n%3 != 0
}
func (d *dropping) next() bool { return false }

// skipping forgets rows. Pragmas come through: they are asked first, one row each.
type skipping struct{ n int }

func (s *skipping) exec(ctx context.Context, _ []driver.NamedValue) (context.Context, bool) {
	return ctx, true
}
func (s *skipping) next() bool { s.n++; return s.n%3 == 0 }

// deaf forgets contexts.
type deaf struct{}

func (deaf) exec(ctx context.Context, _ []driver.NamedValue) (context.Context, bool) {
	return context.WithoutCancel(ctx), true
}
func (deaf) next() bool { return false }

// openLazy wraps the driver's connections. Only what is written here is offered,
// so database/sql prepares every statement.
func openLazy(l laziness) func(file string, s workload.Settings) (*sql.DB, error) {
	return func(file string, s workload.Settings) (*sql.DB, error) {
		db, err := open(file, s)
		if err != nil {
			return nil, err
		}
		defer db.Close()
		return sql.OpenDB(lazyConnector{db.Driver(), workload.URI(file, s.Pragmas()), l}), nil
	}
}

type lazyConnector struct {
	d   driver.Driver
	dsn string
	l   laziness
}

func (c lazyConnector) Driver() driver.Driver { return c.d }

func (c lazyConnector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.d.Open(c.dsn)
	return lazyConn{conn, c.l}, err
}

type lazyConn struct {
	driver.Conn
	l laziness
}

func (c lazyConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	ctx, _ = c.l.exec(ctx, nil)
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

func (c lazyConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	stmt, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	l := c.l
	if strings.HasPrefix(query, "PRAGMA") {
		l = &dropping{n: 1} // drops nothing in the one statement of its life
	}
	return lazyStmt{stmt, l}, err
}

type lazyStmt struct {
	driver.Stmt
	l laziness
}

func (s lazyStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	ctx, really := s.l.exec(ctx, args)
	if !really {
		return driver.ResultNoRows, nil
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s lazyStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	ctx, _ = s.l.exec(ctx, nil)
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	return lazyRows{rows, s.l}, err
}

type lazyRows struct {
	driver.Rows
	l laziness
}

func (r lazyRows) Next(dest []driver.Value) error {
	if err := r.Rows.Next(dest); err != nil {
		return err
	}
	if r.l.next() {
		return r.Rows.Next(dest)
	}
	return nil
}

// Names are what people type and what targets look up.
func TestWorkloadNames(t *testing.T) {
	var names []string
	for _, w := range workload.All() {
		if w.What == "" || !w.Latency && w.Unit == "" {
			t.Errorf("%s says not what it is", w.Name)
		}
		names = append(names, w.Name)
	}
	slices.Sort(names)
	if len(slices.Compact(names)) != len(workload.All()) {
		t.Error("two workloads share a name")
	}
}
