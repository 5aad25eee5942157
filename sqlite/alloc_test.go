// SPDX-License-Identifier: MIT

//go:build !asan && !msan && !race

// The sanitizers allocate by themselves.

package sqlite_test

import (
	"context"
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
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
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
		{name: "watch of a context", most: 4, run: func() { c.Unwatch(c.Watch(ctx)) }},
		{name: "watch of a context that never ends", most: 0, run: func() { c.Unwatch(c.Watch(context.Background())) }},
	}
	for _, tt := range tests {
		if n := testing.AllocsPerRun(100, tt.run); n > tt.most || failed != nil {
			t.Errorf("%s: %v allocations, at most %v wanted; %v", tt.name, n, tt.most, failed)
		}
	}
}
