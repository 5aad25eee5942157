// SPDX-License-Identifier: MIT

package driver_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

// TestCommitOfReturningEndsWithItsContext closes rows early: their commit has to
// wait for a reader, as long as the context lasts.
func TestCommitOfReturningEndsWithItsContext(t *testing.T) {
	name := file(t)
	db, other := open(t, name+"?_busy_timeout=1m"), open(t, name)
	exec(t, db, "CREATE TABLE t(x); INSERT INTO t VALUES(1), (2)")
	reader, err := other.Query("SELECT x FROM t")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	start := time.Now()
	rows, err := db.QueryContext(ctx, "INSERT INTO t VALUES(3), (4), (5) RETURNING x")
	if err != nil {
		t.Fatal(err)
	}
	rows.Next()
	time.AfterFunc(50*time.Millisecond, cancel)
	if err := errors.Join(rows.Err(), rows.Close()); !errors.Is(err, context.Canceled) || time.Since(start) > 40*time.Second {
		t.Errorf("commit at Close: %v after %v", err, time.Since(start))
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	exec(t, other, "INSERT INTO t VALUES(6)")
	if n := count(t, db, "SELECT count(*) FROM t"); n != 3 {
		t.Errorf("%d rows, want the two of before and one of after", n)
	}
}

// TestTransactionsContextEndsItsStatements runs a statement that has no context
// of its own in a transaction whose context ends.
func TestTransactionsContextEndsItsStatements(t *testing.T) {
	db := open(t, file(t))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	time.AfterFunc(30*time.Millisecond, cancel)
	var n int
	if err := tx.QueryRow(endless).Scan(&n); !errors.Is(err, context.Canceled) {
		t.Errorf("query of a transaction whose context ended: %v", err)
	}
	exec(t, db, "CREATE TABLE t(x)")
}

// TestCancelReachesNoNeighbour cancels one statement of a transaction while the
// rows of another are open.
func TestCancelReachesNoNeighbour(t *testing.T) {
	db := open(t, ":memory:")
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	rows, err := tx.Query("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 2000) SELECT i FROM r")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		if n++; n%500 == 1 {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
			var v int
			if err := tx.QueryRowContext(ctx, endless).Scan(&v); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, sqlite.ErrInterrupt) {
				t.Errorf("cancelled neighbour: %v", err)
			}
			cancel()
		}
	}
	if n != 2000 || rows.Err() != nil {
		t.Errorf("%d rows, %v", n, rows.Err())
	}
}

// TestManyCancelsAllEnd cancels running statements at every stage and counts
// the goroutines that stay.
func TestManyCancelsAllEnd(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, "CREATE TABLE t(x)")
	before := runtime.NumGoroutine()
	for i := range 60 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i*20)*time.Microsecond)
		start := time.Now()
		var n int
		if err := db.QueryRowContext(ctx, endless).Scan(&n); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("cancel %d: %v", i, err)
		}
		cancel()
		if d := time.Since(start); d > 30*time.Second {
			t.Errorf("cancel %d took %v", i, d)
		}
	}
	for end := time.Now().Add(30 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, %d before", n, before)
	}
}

// TestCancelLatency measures how long after its context's end a statement ends.
// It prints figures; only a wait that does not end at all fails.
func TestCancelLatency(t *testing.T) {
	name := file(t)
	db, other := open(t, name+"?_busy_timeout=1m"), open(t, name)
	exec(t, db, "CREATE TABLE t(x)")
	tx, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	exec(t, tx, "INSERT INTO t VALUES(1)") // holds the write lock
	for _, tt := range []struct{ name, query string }{
		{"running SQL", endless},
		{"lock wait", "INSERT INTO t VALUES(2)"},
	} {
		var late []time.Duration
		for range 15 {
			ctx, cancel := context.WithCancel(context.Background())
			var ended time.Time
			time.AfterFunc(10*time.Millisecond, func() { ended = time.Now(); cancel() })
			_, err := db.ExecContext(ctx, tt.query)
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("%s: %v", tt.name, err)
			}
			late = append(late, time.Since(ended))
		}
		slices.Sort(late)
		t.Logf("%s ends after its context: median %v, worst %v", tt.name, late[len(late)/2], late[len(late)-1])
		if late[len(late)/2] > 30*time.Second {
			t.Errorf("%s: median %v", tt.name, late[len(late)/2])
		}
	}
}
