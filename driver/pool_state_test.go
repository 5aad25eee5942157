// SPDX-License-Identifier: MIT

package driver_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

// An argument that is refused before SQLite runs says nothing of the transaction: it has to be rolled back all the same,
// and what the next user writes has to stay.
func TestRefusedArgumentInTransaction(t *testing.T) {
	const insert = "INSERT INTO t VALUES(?)"
	for _, test := range []struct {
		name string
		run  func(tx *sql.Tx) error
	}{
		{"exec", func(tx *sql.Tx) error { _, err := tx.Exec(insert, math.NaN()); return err }},
		{"query", func(tx *sql.Tx) error {
			rows, err := tx.Query(insert+" RETURNING x", math.NaN())
			if err == nil {
				err = rows.Close()
			}
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			db := open(t, file(t))
			db.SetMaxOpenConns(1)
			exec(t, db, "CREATE TABLE t(x)")
			exec(t, db, insert, 1.0)
			exec(t, db, insert+" RETURNING x", 1.5)
			tx, err := db.Begin()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec("INSERT INTO t VALUES(2)"); err != nil {
				t.Fatal(err)
			}
			if err := test.run(tx); err == nil {
				t.Fatal("NaN was accepted")
			}
			if _, err := tx.Exec("INSERT INTO t VALUES(3)"); err != nil {
				t.Errorf("the transaction goes on: %v", err)
			}
			if err := tx.Rollback(); err != nil {
				t.Fatal(err)
			}
			exec(t, db, "INSERT INTO t VALUES(4)")
			if n := count(t, db, "SELECT count(*) FROM t"); n != 3 {
				t.Errorf("%d rows, want the two before the transaction and the one after it", n)
			}
		})
	}
}

// A cancel between the rows of a write undoes the write.
func TestCancelBetweenRowsOfWrite(t *testing.T) {
	db := open(t, file(t))
	db.SetMaxOpenConns(1)
	exec(t, db, "CREATE TABLE t(x)")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	rows, err := db.QueryContext(ctx, "INSERT INTO t SELECT value FROM json_each('[1,2,3,4,5,6,7,8,9]') RETURNING x")
	if err != nil {
		t.Fatal(err)
	}
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	cancel()
	for rows.Next() {
	}
	err = errors.Join(rows.Err(), rows.Close())
	if n := count(t, db, "SELECT count(*) FROM t"); err != nil && n != 0 || err == nil && n != 9 {
		t.Errorf("error %v, and %d rows are in", err, n)
	}
}

// What a function of Raw leaves half read must not hold the connection's next user in the past, or its lock.
func TestHalfReadStatementOfRawEndsWithIt(t *testing.T) {
	for _, mode := range []string{"wal", "delete"} {
		t.Run(mode, func(t *testing.T) {
			name := file(t)
			db, other := open(t, name), open(t, name+"?_busy_timeout=0")
			db.SetMaxOpenConns(1)
			exec(t, db, "CREATE TABLE t(x); INSERT INTO t VALUES(1), (2), (3)")
			if n := count(t, db, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'delete'"); n != 1 {
				t.Fatal("the journal mode is another one")
			}
			var got string
			if err := db.QueryRow("PRAGMA journal_mode = " + mode).Scan(&got); err != nil || got != mode {
				t.Fatal(got, err)
			}
			conn, err := db.Conn(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if err := driver.Raw(conn, func(c *sqlite.Conn) error {
				s, _, err := c.Prepare("SELECT x FROM t")
				if err != nil {
					return err
				}
				t.Cleanup(func() { _ = s.Close() })
				s.SetReadAhead(1)
				_, err = s.Step()
				return err
			}); err != nil {
				t.Fatal(err)
			}
			// A batch asks for the state of the transaction; what Raw left is still to be ended after it.
			if _, err := conn.ExecContext(context.Background(), "INSERT INTO t VALUES(?)", driver.Batch(func(yield func([]any) bool) { yield([]any{4}) })); err != nil {
				t.Fatal(err)
			}
			if err := conn.Close(); err != nil {
				t.Fatal(err)
			}
			exec(t, other, "INSERT INTO t VALUES(5)")
			if n := count(t, db, "SELECT count(*) FROM t"); n != 5 {
				t.Errorf("%d rows, want 5", n)
			}
		})
	}
}

// A statement that was prepared and closed is the cache's again, for queries of its text and to be dropped.
func TestClosedStatementsGoBack(t *testing.T) {
	db := open(t, ":memory:?_stmt_cache=1")
	db.SetMaxOpenConns(1)
	for i := range 20 {
		query, n := fmt.Sprintf("SELECT %d", i), -1
		s, err := db.Prepare(query)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.QueryRow().Scan(&n); err != nil || n != i {
			t.Fatal(n, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := db.QueryRow(query).Scan(&n); err != nil || n != i {
			t.Fatal(n, err)
		}
	}
	if n := count(t, db, "SELECT count(*) FROM sqlite_stmt"); n > 3 {
		t.Errorf("%d statements are open", n)
	}
}
