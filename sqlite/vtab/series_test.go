// SPDX-License-Identifier: MIT

package vtab_test

import (
	"runtime"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/vtab"
)

func openTest(t *testing.T) *sqlite.Conn {
	t.Helper()
	c, err := sqlite.Open(":memory:", sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return c
}

func exec(t *testing.T, c *sqlite.Conn, sql string) {
	t.Helper()
	if err := c.Exec(sql); err != nil {
		t.Fatal(err)
	}
}

func text(t *testing.T, c *sqlite.Conn, sql string) string {
	t.Helper()
	got := ""
	for row, err := range c.Query(sql) {
		if err != nil {
			t.Errorf("%s: %v", sql, err)
			break
		}
		got = row.ColumnText(0)
	}
	return got
}

// series is a table-valued function: series(stop) counts from 1.
type series struct{ stop, now int64 }

func connectSeries(*sqlite.Conn, vtab.Args) (vtab.Table, string, error) {
	return &series{}, "CREATE TABLE x(value INTEGER, stop HIDDEN)", nil
}

func (s *series) BestIndex(x *vtab.Index) error {
	x.Cost = 1e9
	for i, c := range x.Constraints {
		if c.Column == 1 && c.Op == vtab.Eq {
			if !c.Usable {
				return sqlite.ErrConstraint
			}
			x.Cost, x.Rows, x.Plan = 10, 10, vtab.Plan{Num: 1, Text: "stop"}
			return x.Take(i, true)
		}
	}
	return nil
}

func (s *series) Open() (vtab.Cursor, error) { return &series{}, nil }

func (s *series) Filter(plan vtab.Plan, args []sqlite.Value) (bool, error) {
	s.now, s.stop = 1, 1000
	if plan == (vtab.Plan{Num: 1, Text: "stop"}) {
		s.stop = args[0].Int64()
	}
	return s.now <= s.stop, nil
}

func (s *series) Next() (bool, error) {
	s.now++
	return s.now <= s.stop, nil
}

func (s *series) Column(i int) (sqlite.Value, error) {
	if i == 1 {
		return sqlite.Int64Value(s.stop), nil
	}
	return sqlite.Int64Value(s.now), nil
}

func (s *series) RowID() (int64, error) { return s.now, nil }

func (s *series) Close() error { return nil }

func TestTableValuedFunction(t *testing.T) {
	c := openTest(t)
	if err := vtab.Register(c, "series", vtab.Module{Connect: connectSeries, EponymousOnly: true}); err != nil {
		t.Fatal(err)
	}
	for sql, want := range map[string]string{
		"SELECT group_concat(value) FROM series(5)":                                         "1,2,3,4,5",
		"SELECT count(*) FROM series(0)":                                                    "0",
		"SELECT count(*) FROM series":                                                       "1000",
		"SELECT sum(value) FROM series(10) WHERE value > 8":                                 "19",
		"SELECT group_concat(b.value) FROM series(3) a, series(a.value) b":                  "1,1,2,1,2,3",
		"SELECT group_concat(value) FROM series(4) WHERE rowid IN (2, 3)":                   "2,3",
		"SELECT group_concat(value) FROM (SELECT value FROM series(3) ORDER BY value DESC)": "3,2,1",
	} {
		if got := text(t, c, sql); got != want {
			t.Errorf("%s: %s", sql, got)
		}
	}
	if err := c.Exec("CREATE VIRTUAL TABLE s USING series"); err == nil {
		t.Error("a table is made of a module that is there only by its own name")
	}
	exec(t, c, "CREATE VIEW v AS SELECT * FROM series(3)")
	if err := c.Exec("SELECT * FROM v"); err == nil {
		t.Error("a module that is not innocuous is used by a view")
	}
	if err := vtab.Register(c, "series", vtab.Module{Connect: connectSeries, EponymousOnly: true, Innocuous: true}); err != nil {
		t.Fatal(err)
	}
	if got := text(t, c, "SELECT count(*) FROM v"); got != "3" {
		t.Errorf("an innocuous module in a view: %s", got)
	}
	if err := vtab.Unregister(c, "series"); err != nil {
		t.Fatal(err)
	}
	if err := c.Exec("SELECT * FROM series(1)"); err == nil {
		t.Error("a module that was taken away is used")
	}
}

// TestReadingAheadBesideAModule counts calls of the table, and calls into C for a
// statement that has nothing to do with it.
func TestReadingAheadBesideAModule(t *testing.T) {
	c := openTest(t)
	now := int64(0)
	connect := func(c *sqlite.Conn, args vtab.Args) (vtab.Table, string, error) {
		_, schema, err := connectSeries(c, args)
		return &watchedSeries{now: &now}, schema, err
	}
	if err := vtab.Register(c, "series", vtab.Module{Connect: connect, EponymousOnly: true}); err != nil {
		t.Fatal(err)
	}
	step := func(sql string, each func(row int64)) (calls int64) {
		s, _, err := c.Prepare(sql)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		before := runtime.NumCgoCall()
		for k := int64(1); ; k++ {
			row, err := s.Step()
			if err != nil {
				t.Fatal(err)
			}
			if !row {
				return runtime.NumCgoCall() - before
			}
			each(k)
		}
	}
	step("SELECT value FROM series(200)", func(row int64) {
		if now != row {
			t.Fatalf("at row %d the table was asked for row %d", row, now)
		}
	})
	calls := step("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 200) SELECT i FROM r", func(int64) {})
	if calls > 50 {
		t.Errorf("200 rows that are not the table's took %d calls", calls)
	}
}

// watchedSeries tells which row was asked for last.
type watchedSeries struct {
	series
	now *int64
}

func (s *watchedSeries) Open() (vtab.Cursor, error) { return &watchedCursor{now: s.now}, nil }

type watchedCursor struct {
	series
	now *int64
}

func (s *watchedCursor) Filter(plan vtab.Plan, args []sqlite.Value) (bool, error) {
	defer func() { *s.now = s.series.now }()
	return s.series.Filter(plan, args)
}

func (s *watchedCursor) Next() (bool, error) {
	defer func() { *s.now = s.series.now }()
	return s.series.Next()
}
