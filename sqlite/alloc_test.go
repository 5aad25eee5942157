// SPDX-License-Identifier: MIT

//go:build !asan && !msan && !race

// The sanitizers allocate by themselves.

package sqlite_test

import (
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

// TestAllocations holds what the hot paths allocate; a change here shows in
// every benchmark.
func TestAllocations(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(a INTEGER PRIMARY KEY, b)")
	insert := prepare(t, c, "INSERT OR REPLACE INTO t VALUES(?, ?)")
	args := []sqlite.Value{sqlite.Int64Value(1), sqlite.TextValue("some text")}
	get := prepare(t, c, "SELECT a, b FROM t WHERE a = ?")
	scan := prepare(t, c, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 640) SELECT i FROM r")
	calls := scalarCalls(t, c)
	var failed error
	tests := []struct {
		name string
		most float64
		run  func()
	}{
		{name: "insert", most: 0, run: func() { failed = insert.Run(args) }},
		{name: "lookup", most: 0, run: func() {
			failed = get.Query(args[:1])
			_, _ = get.Step()
			_ = get.ColumnInt64(0)
			_, _ = get.Step()
		}},
		{name: "scan of integers", most: 0, run: func() {
			for row := true; row && failed == nil; {
				row, failed = scan.Step()
			}
		}},
		{name: "640 calls of a function of integers", most: 0, run: func() { failed = calls[0].Run(nil) }},
		{name: "640 calls of a function of floats", most: 0, run: func() { failed = calls[1].Run(nil) }},
		{name: "640 calls of a function of SQLite's memory", most: 0, run: func() { failed = calls[2].Run(nil) }},
		{name: "640 calls of a function of a text, copied", most: 640, run: func() { failed = calls[3].Run(nil) }},
		{name: "640 calls of a function of many", most: 0, run: func() { failed = calls[4].Run(nil) }},
		{name: "640 calls of a function with its context", most: 0, run: func() { failed = calls[5].Run(nil) }},
		{name: "640 rows of an aggregate", most: 1, run: func() { failed = calls[6].Run(nil) }},
	}
	for _, tt := range tests {
		if n := testing.AllocsPerRun(100, tt.run); n > tt.most || failed != nil {
			t.Errorf("%s: %v allocations, at most %v wanted; %v", tt.name, n, tt.most, failed)
		}
	}
}

// scalarCalls prepares statements that call a function once for each of 640
// rows.
func scalarCalls(t *testing.T, c *sqlite.Conn) []*sqlite.Stmt {
	t.Helper()
	var all []*sqlite.Stmt
	for _, f := range []struct {
		call string
		f    sqlite.Func
	}{
		{"f0(i)", sqlite.Scalar1(func(v int64) (int64, error) { return v + 1, nil })},
		{"f1(i, 0.5)", sqlite.Scalar2(func(v, w float64) (float64, error) { return v * w, nil })},
		{"f2('some text')", sqlite.Scalar1(func(v sqlite.RawBytes) (int64, error) { return int64(len(v)), nil })},
		{"f3('some text')", sqlite.Scalar1(func(v string) (string, error) { return v, nil })},
		{"f4(i, i, i, i, i, i, i)", sqlite.ScalarN(func(v []int64) (int64, error) { return v[0], nil })},
		{"f5(i)", sqlite.Scalar(1, func(_ *sqlite.Context, v []sqlite.Arg) (int64, error) { return v[0].Int64(), nil })},
		{"f6(i)", sqlite.Aggregate1(func(s *int64, v int64) error { *s += v; return nil }, func(s *int64) (int64, error) { return *s, nil })},
	} {
		if err := c.CreateFunction(f.call[:2], f.f, 0); err != nil {
			t.Fatal(err)
		}
		all = append(all, prepare(t, c, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 640) SELECT "+f.call+" FROM r"))
	}
	return all
}
