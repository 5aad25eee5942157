// SPDX-License-Identifier: MIT

//go:build !asan && !msan && !race

// The sanitizers allocate by themselves.

package driver_test

import (
	"context"
	"testing"

	"github.com/gosqlite/gosqlite/driver"
)

// TestAllocations holds what the usual calls allocate, database/sql's own part
// included; a change here shows in every benchmark.
func TestAllocations(t *testing.T) {
	db := open(t, ":memory:")
	db.SetMaxOpenConns(1)
	exec(t, db, "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, n INT)")
	exec(t, db, "INSERT INTO t SELECT value, 'name of ' || value, value FROM json_each((SELECT json_group_array(value) FROM (WITH RECURSIVE r(value) AS (SELECT 1 UNION ALL SELECT value+1 FROM r LIMIT 640) SELECT value FROM r)))")
	insert, err := db.Prepare("INSERT OR REPLACE INTO t VALUES(?, ?, ?)")
	if err != nil {
		t.Fatal(err)
	}
	defer insert.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var failed error
	lookup := func(ctx context.Context) func() {
		return func() {
			var name string
			var n int64
			failed = db.QueryRowContext(ctx, "SELECT name, n FROM t WHERE id = ?", 7).Scan(&name, &n)
		}
	}
	scan := func() {
		rows, err := db.Query("SELECT id, name, n FROM t")
		if err != nil {
			failed = err
			return
		}
		defer rows.Close()
		var id, n int64
		var name string
		for rows.Next() {
			if failed = rows.Scan(&id, &name, &n); failed != nil {
				return
			}
		}
	}
	batch := driver.Batch(func(yield func([]any) bool) {
		row := []any{int64(1), "some name", int64(3)}
		for range 256 {
			if !yield(row) {
				return
			}
		}
	})
	for _, tt := range []struct {
		name string
		most float64
		run  func()
	}{
		{name: "prepared insert", most: 5, run: func() { _, failed = insert.Exec(int64(7), "a name", int64(7)) }},
		{name: "lookup", most: 15, run: lookup(context.Background())},
		{name: "lookup with a context that may end", most: 19, run: lookup(ctx)},
		{name: "prepared insert with a context that may end", most: 5, run: func() { _, failed = insert.ExecContext(ctx, int64(7), "a name", int64(7)) }},
		{name: "scan of 640 rows of 3 columns", most: 120, run: scan},
		{name: "batch of 256 rows", most: 30, run: func() { _, failed = db.Exec("INSERT OR REPLACE INTO t VALUES(?, ?, ?)", batch) }},
	} {
		n := testing.AllocsPerRun(50, tt.run)
		t.Logf("%s: %v allocations", tt.name, n)
		if n > tt.most || failed != nil {
			t.Errorf("%s: %v allocations, at most %v wanted; %v", tt.name, n, tt.most, failed)
		}
	}
}
