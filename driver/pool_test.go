// SPDX-License-Identifier: MIT

package driver_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/driver"
)

func TestPoolOfReadersAndWriters(t *testing.T) {
	db := open(t, file(t)+"?_preset=app&_synchronous=off")
	exec(t, db, "CREATE TABLE t(id INTEGER PRIMARY KEY, worker, n)")
	const workers, each = 4, 40
	var wg sync.WaitGroup
	failed := make([]error, workers)
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for n := range each {
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				_, err := db.ExecContext(ctx, "INSERT INTO t(worker, n) VALUES(?, ?)", w, n)
				var seen int
				if err == nil {
					err = db.QueryRowContext(ctx, "SELECT count(*) FROM t WHERE worker = ?", w).Scan(&seen)
				}
				if err == nil && seen != n+1 {
					err = errors.New("a worker does not see its own rows")
				}
				cancel()
				if err != nil {
					failed[w] = err
					return
				}
			}
		}()
	}
	wg.Wait()
	if err := errors.Join(failed...); err != nil {
		t.Fatal(err)
	}
	var total int
	if err := db.QueryRow("SELECT count(*) FROM t").Scan(&total); err != nil || total != workers*each {
		t.Errorf("%d rows, %v", total, err)
	}
}

func TestQueryRunsStatementsWithoutColumns(t *testing.T) {
	db := open(t, ":memory:")
	for _, query := range []string{"CREATE TABLE t(x)", "INSERT INTO t VALUES(1)", "-- nothing", ""} {
		rows, err := db.Query(query)
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		if names, err := rows.Columns(); len(names) != 0 || err != nil || rows.Next() {
			t.Errorf("%q: columns %v, %v", query, names, err)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Errorf("%q: %v", query, err)
		}
	}
	var n int
	if err := db.QueryRow("SELECT count(*) FROM t").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
	if _, err := db.Prepare("SELECT 1; SELECT 2"); err == nil {
		t.Error("two statements are prepared as one")
	}
	if _, err := db.Prepare("-- nothing"); err == nil {
		t.Error("a comment is prepared")
	}
}

// TestWithoutCacheAndReadingAhead runs what depends on both with each of them
// off: results must not differ.
func TestWithoutCacheAndReadingAhead(t *testing.T) {
	for _, params := range []string{"", "?_stmt_cache=0", "?_read_ahead=1", "?_stmt_cache=0&_read_ahead=1", "?_stmt_cache=1"} {
		db := open(t, ":memory:"+params)
		exec(t, db, "CREATE TABLE t(x); INSERT INTO t VALUES(?); INSERT INTO t SELECT value FROM json_each(?)", 0, "[1,2,3]")
		for range 2 {
			exec(t, db, "INSERT INTO t VALUES(?)", 10)
			exec(t, db, "INSERT INTO t VALUES(?)", numbersOnly(3))
		}
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		rows, err := tx.Query("SELECT x FROM t WHERE x IN carray(?); SELECT 100", []int64{1, 2, 3, 10})
		if err != nil {
			t.Fatal(err)
		}
		for {
			for rows.Next() {
				var x int
				if err := rows.Scan(&x); err != nil {
					t.Fatal(err)
				}
				sum += x + count(t, tx, "SELECT count(*) FROM t WHERE x = ?", -1)
			}
			if !rows.NextResultSet() {
				break
			}
		}
		if err := errors.Join(rows.Err(), rows.Close(), tx.Commit()); err != nil || sum != 1+2+3+20+2*(1+2)+100 {
			t.Errorf("%q: sum %d, %v", params, sum, err)
		}
	}
}

// numbersOnly is a batch of one column.
func numbersOnly(n int) driver.Batch {
	return func(yield func([]any) bool) {
		for i := range n {
			if !yield([]any{i}) {
				return
			}
		}
	}
}
