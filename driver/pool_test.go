// SPDX-License-Identifier: MIT

package driver_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
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
