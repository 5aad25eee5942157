// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

func windowSum() sqlite.Func {
	return sqlite.Window1(
		func(s *int64, v int64) error { *s += v; return nil },
		func(s *int64, v int64) error { *s -= v; return nil },
		func(s *int64) (int64, error) { return *s, nil })
}

func TestAggregatesAndWindows(t *testing.T) {
	c := openTest(t, ":memory:")
	type joined struct{ all []string }
	functions := []struct {
		name string
		f    sqlite.Func
	}{
		{"join_text", sqlite.Aggregate1(
			func(j *joined, v string) error { j.all = append(j.all, v); return nil },
			func(j *joined) (string, error) { return strings.Join(j.all, "+"), nil })},
		{"weighted", sqlite.Aggregate2(
			func(s *float64, v, w float64) error { *s += v * w; return nil },
			func(s *float64) (float64, error) { return *s, nil })},
		{"nulls", sqlite.AggregateN(-1,
			func(n *int64, _ *sqlite.Context, args []sqlite.Arg) error {
				for _, a := range args {
					if a.IsNull() {
						*n++
					}
				}
				return nil
			}, func(n *int64) (int64, error) { return *n, nil })},
		{"total_of", windowSum()},
	}
	for _, f := range functions {
		if err := c.CreateFunction(f.name, f.f, sqlite.Deterministic); err != nil {
			t.Fatal(err)
		}
	}
	exec(t, c, "CREATE TABLE t(g, x); INSERT INTO t VALUES('a', 1), ('b', 2), ('a', 3), ('b', NULL), ('a', 5)")
	tests := []struct{ sql, want string }{
		{"SELECT join_text(x) FROM t", "1+2+3+5"},
		{"SELECT join_text(x) FROM t WHERE 0", ""},
		{"SELECT group_concat(j) FROM (SELECT join_text(x) AS j FROM t GROUP BY g ORDER BY g)", "1+3+5,2"},
		{"SELECT weighted(x, 2) FROM t", "22.0"},
		{"SELECT nulls(x, NULL) FROM t", "6"},
		{"SELECT total_of(x) FROM t", "11"},
		{"SELECT group_concat(s) FROM (SELECT total_of(x) OVER (ORDER BY rowid ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM t)", "1,3,5,3,5"},
		{"SELECT group_concat(s) FROM (SELECT total_of(x) OVER (ORDER BY rowid ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING) AS s FROM t)", "5,3,5,5,0"},
	}
	for _, tt := range tests {
		if _, got, err := one(t, c, tt.sql); got != tt.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", tt.sql, got, err, tt.want)
		}
	}
	if _, _, err := one(t, c, "SELECT join_text(x) OVER (ORDER BY x) FROM t"); err == nil {
		t.Error("an aggregate without inverse is used as a window function")
	}
}

func TestAggregateErrors(t *testing.T) {
	c := openTest(t, ":memory:")
	create := func(name string, step func(*int64, int64) error, value func(*int64) (int64, error)) {
		t.Helper()
		if err := c.CreateFunction(name, sqlite.Aggregate1(step, value), 0); err != nil {
			t.Fatal(err)
		}
	}
	fine := func(s *int64) (int64, error) { return *s, nil }
	create("bad_step", func(s *int64, v int64) error {
		if v == 3 {
			return errMine
		}
		return nil
	}, fine)
	create("panic_step", func(*int64, int64) error { panic(errMine) }, fine)
	create("bad_value", func(*int64, int64) error { return nil }, func(*int64) (int64, error) { return 0, errMine })
	const rows = " FROM (SELECT 1 AS x UNION ALL SELECT 3 UNION ALL SELECT 4)"
	for _, f := range []string{"bad_step", "panic_step", "bad_value"} {
		if _, _, err := one(t, c, "SELECT "+f+"(x)"+rows); !errors.Is(err, errMine) {
			t.Errorf("%s: %v", f, err)
		}
	}
	if _, got, err := one(t, c, "SELECT 7"); got != "7" || err != nil {
		t.Errorf("after the failures: %s, %v", got, err)
	}
}

func TestCollations(t *testing.T) {
	c := openTest(t, ":memory:")
	backwards := func(a, b sqlite.RawBytes) int { return strings.Compare(string(b), string(a)) }
	if err := c.CreateCollation("backwards", backwards); err != nil {
		t.Fatal(err)
	}
	const rows = " FROM (SELECT 'a' AS x UNION ALL SELECT 'c' UNION ALL SELECT 'b' UNION ALL SELECT '') ORDER BY x COLLATE "
	const sorted = "SELECT group_concat(x) FROM (SELECT x" + rows
	if _, got, err := one(t, c, sorted+"backwards)"); got != "c,b,a," || err != nil {
		t.Errorf("sorted %q, %v", got, err)
	}
	if err := c.SetCollationNeeded(func(c *sqlite.Conn, name string) {
		if name == "late" {
			if err := c.CreateCollation(name, backwards); err != nil {
				t.Error(err)
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	if _, got, err := one(t, c, sorted+"late)"); got != "c,b,a," || err != nil {
		t.Errorf("needed: %q, %v", got, err)
	}
	if err := c.Exec("SELECT 1" + " ORDER BY 'x' COLLATE never"); err == nil {
		t.Error("an unknown collation is used")
	}
	if err := c.CreateCollation("broken", func(a, b sqlite.RawBytes) int { panic(errMine) }); err != nil {
		t.Fatal(err)
	}
	if _, _, err := one(t, c, sorted+"broken)"); !panicked(err) || !errors.Is(err, errMine) {
		t.Errorf("panic: %v", err)
	}
	if _, got, err := one(t, c, "SELECT 7"); got != "7" || err != nil {
		t.Errorf("after the panic: %s, %v", got, err)
	}
	if err := c.DeleteCollation("backwards"); err != nil {
		t.Error(err)
	}
	if err := c.Exec(sorted + "backwards)"); err == nil {
		t.Error("a deleted collation is used")
	}
}

// One function serves several connections at once.
func TestScalarNOnTwoConnections(t *testing.T) {
	f := sqlite.ScalarN(func(v []int64) (n int64, err error) {
		for _, x := range v {
			n += x
		}
		return n, nil
	})
	var wg sync.WaitGroup
	for k := range int64(2) {
		c := openTest(t, ":memory:")
		check(t, c.CreateFunction("total", f, 0))
		s := prepare(t, c, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r WHERE i < 50000) SELECT count(*) FROM r WHERE total(?1, ?1, ?1) <> 3*?1")
		wg.Go(func() {
			if err := s.Query([]sqlite.Value{sqlite.Int64Value(k + 1)}); err != nil {
				t.Error(err)
			}
			if row, err := s.Step(); !row || err != nil || s.ColumnInt64(0) != 0 {
				t.Errorf("%d wrong sums: %v", s.ColumnInt64(0), err)
			}
		})
	}
	wg.Wait()
}

// What failed first is the error, though SQLite asks for the value of a group whose step has failed.
func TestErrorOfStepOutlivesThatOfItsEnd(t *testing.T) {
	c := openTest(t, ":memory:")
	check(t, c.CreateFunction("f", sqlite.Aggregate1(
		func(*int, int64) error { return errMine },
		func(*int) (int64, error) { return 0, errors.New("unfinished") }), 0))
	if err := c.Exec("SELECT f(1)"); !errors.Is(err, errMine) {
		t.Error(err)
	}
}
