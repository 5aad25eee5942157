// SPDX-License-Identifier: MIT

package driver_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

func numbers(n int) driver.Batch {
	return func(yield func([]any) bool) {
		row := make([]any, 2)
		blob := make([]byte, 300)
		for i := range n {
			blob[0] = byte(i) // reused: the batch must have copied it
			row[0], row[1] = i, blob
			if !yield(row) {
				return
			}
		}
	}
}

func TestBatch(t *testing.T) {
	db := open(t, file(t)+"?_synchronous=off")
	exec(t, db, "CREATE TABLE t(id INTEGER PRIMARY KEY, v)")
	const insert = "INSERT INTO t VALUES(?, ?)"
	ctx := context.Background()
	run := map[string]func(b driver.Batch) (sql.Result, error){
		"DB": func(b driver.Batch) (sql.Result, error) { return db.ExecContext(ctx, insert, b) },
		"Stmt": func(b driver.Batch) (sql.Result, error) {
			st, err := db.Prepare(insert)
			if err != nil {
				return nil, err
			}
			defer st.Close()
			return st.ExecContext(ctx, b)
		},
		"Tx": func(b driver.Batch) (res sql.Result, err error) {
			err = driver.Immediate(ctx, db, func(tx *sql.Tx) error {
				res, err = tx.ExecContext(ctx, insert, b)
				return err
			})
			return res, err
		},
	}
	for name, run := range run {
		t.Run(name, func(t *testing.T) {
			exec(t, db, "DELETE FROM t")
			res, err := run(numbers(1000))
			if err != nil {
				t.Fatal(err)
			}
			n, _ := res.RowsAffected()
			last, _ := res.LastInsertId()
			if sum := count(t, db, "SELECT count(*) FROM t WHERE unhex(substr(hex(v), 1, 2)) = unhex(printf('%02x', id % 256))"); n != 1000 || last != 999 || sum != 1000 {
				t.Errorf("%d rows, last %d, %d are right", n, last, sum)
			}
			// Row 701 is there already: none of these rows stays.
			exec(t, db, "DELETE FROM t WHERE id <> 700")
			if _, err := run(numbers(1000)); !errors.Is(err, sqlite.ErrConstraintPrimaryKey) || !strings.Contains(err.Error(), "row 701 ") {
				t.Errorf("duplicate: %v", err)
			}
			if n := count(t, db, "SELECT count(*) FROM t"); n != 1 {
				t.Errorf("%d rows after a failed batch, want the 1 of before", n)
			}
		})
	}
}

func TestBatchThatFailsLeavesTheTransaction(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, "CREATE TABLE t(x UNIQUE, y)")
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, "INSERT INTO t VALUES(5, 0)")
	if _, err := tx.Exec("INSERT INTO t VALUES(?, ?)", numbers(10)); !errors.Is(err, sqlite.ErrConstraintUnique) {
		t.Errorf("duplicate: %v", err)
	}
	exec(t, tx, "INSERT INTO t VALUES(6, 0)")
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if n := count(t, db, "SELECT sum(x) FROM t"); n != 11 {
		t.Errorf("sum %d, want 5 and 6 alone", n)
	}
}

func TestBatchesThatAreRefused(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, "CREATE TABLE t(x, y)")
	rows := func(rows ...[]any) driver.Batch { return driver.Batch(slices.Values(rows)) }
	tests := []struct {
		name, query string
		args        []any
		want        string
	}{
		{name: "short row", query: "INSERT INTO t VALUES(?, ?)", args: []any{rows([]any{1, 2}, []any{1})}, want: "row 2 of the batch: gosqlite: the statement wants 2 arguments, got 1"},
		{name: "type", query: "INSERT INTO t VALUES(?, ?)", args: []any{rows([]any{1, struct{}{}})}, want: "row 1 of the batch: argument 2: unsupported type struct {}"},
		{name: "two statements", query: "INSERT INTO t VALUES(?, ?); SELECT 1", args: []any{rows()}, want: "exactly one statement"},
		{name: "no statement", query: "-- nothing", args: []any{rows()}, want: "exactly one statement"},
		{name: "no parameters", query: "INSERT INTO t VALUES(1, 2)", args: []any{rows()}, want: "statement with parameters"},
		{name: "beside others", query: "INSERT INTO t VALUES(?, ?)", args: []any{1, rows()}, want: "driver.Batch is none that SQLite knows"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := db.Exec(tt.query, tt.args...); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
	if n := count(t, db, "SELECT count(*) FROM t"); n != 0 {
		t.Errorf("%d rows of refused batches", n)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	forever := driver.Batch(func(yield func([]any) bool) {
		for yield([]any{1, 2}) {
		}
	})
	if _, err := db.ExecContext(ctx, "INSERT INTO t VALUES(?, ?)", forever); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("endless batch: %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = db.Exec("INSERT INTO t VALUES(?, ?)", driver.Batch(func(yield func([]any) bool) {
			yield([]any{1, 2})
			panic("the caller's")
		}))
	}()
	if n := count(t, db, "SELECT count(*) FROM t"); n != 0 {
		t.Errorf("%d rows of a cancelled batch and one that panicked", n)
	}
	exec(t, db, "INSERT INTO t VALUES(1, 2)")
}
