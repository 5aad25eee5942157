// SPDX-License-Identifier: MIT

package driver_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

const endless = "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r) SELECT count(*) FROM r"

func TestIsolationAndReadOnly(t *testing.T) {
	db := open(t, file(t))
	exec(t, db, "CREATE TABLE t(x)")
	ctx := context.Background()
	for level := sql.LevelDefault; level <= sql.LevelLinearizable; level++ {
		tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: level})
		wantOK := level == sql.LevelDefault || level == sql.LevelSerializable
		if (err == nil) != wantOK {
			t.Errorf("%v: %v", level, err)
		}
		if err == nil {
			_ = tx.Rollback()
		}
	}
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("INSERT INTO t VALUES(1)"); !errors.Is(err, sqlite.ErrReadOnly) {
		t.Errorf("write in a read-only transaction: %v", err)
	}
	if err := tx.Commit(); err != nil {
		t.Error(err)
	}
	exec(t, db, "INSERT INTO t VALUES(1)")
}

func TestStatementAfterAutomaticRollback(t *testing.T) {
	db := open(t, file(t))
	db.SetMaxOpenConns(1)
	exec(t, db, "CREATE TABLE t(x UNIQUE)")
	exec(t, db, "INSERT INTO t VALUES(1)")
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, "INSERT INTO t VALUES(2)")
	if _, err := tx.Exec("INSERT OR ROLLBACK INTO t VALUES(1)"); !errors.Is(err, sqlite.ErrConstraintUnique) {
		t.Fatal(err)
	}
	if _, err := tx.Exec("INSERT INTO t VALUES(3)"); !errors.Is(err, driver.ErrTxRolledBack) {
		t.Errorf("statement after rollback: %v", err)
	}
	var n int
	if err := tx.QueryRow("SELECT 1").Scan(&n); !errors.Is(err, driver.ErrTxRolledBack) {
		t.Errorf("query after rollback: %v", err)
	}
	if err := tx.Commit(); !errors.Is(err, driver.ErrTxRolledBack) {
		t.Errorf("commit after rollback: %v", err)
	}
	if err := db.QueryRow("SELECT count(*) FROM t").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
}

func TestInterruptedWriteRollsBackItsTransaction(t *testing.T) {
	db := open(t, file(t))
	exec(t, db, "CREATE TABLE t(x)")
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err = tx.ExecContext(ctx, "INSERT INTO t "+endless)
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, sqlite.ErrInterrupt) {
		t.Errorf("interrupted insert: %v", err)
	}
	if _, err := tx.Exec("INSERT INTO t VALUES(1)"); !errors.Is(err, driver.ErrTxRolledBack) {
		t.Errorf("statement after the interrupt: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
	exec(t, db, "INSERT INTO t VALUES(1)")
}

func TestFailedCommitLeavesNoLock(t *testing.T) {
	name := file(t)
	db, other := open(t, name), open(t, name+"?_busy_timeout=0")
	exec(t, db, "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p DEFERRABLE INITIALLY DEFERRED)")
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, "INSERT INTO c VALUES(7)")
	if err := tx.Commit(); !errors.Is(err, sqlite.ErrConstraintForeignKey) {
		t.Errorf("commit: %v", err)
	}
	exec(t, other, "INSERT INTO p VALUES(1)")
	var n int
	if err := db.QueryRow("SELECT count(*) FROM c").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows, %v", n, err)
	}
}

func TestCommitWaitEndsWithItsContext(t *testing.T) {
	name := file(t)
	db, other := open(t, name+"?_busy_timeout=1m"), open(t, name)
	exec(t, db, "CREATE TABLE t(x); INSERT INTO t VALUES(1), (2)")
	reader, err := other.Query("SELECT x FROM t") // holds a shared lock
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	reader.Next()
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("INSERT INTO t VALUES(3)"); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(60*time.Millisecond, cancel)
	start := time.Now()
	if err := tx.Commit(); !errors.Is(err, context.Canceled) {
		t.Errorf("commit: %v", err)
	}
	if d := time.Since(start); d > 40*time.Second {
		t.Errorf("commit took %v", d)
	}
}

func TestLeakedBeginHoldsNoLock(t *testing.T) {
	name := file(t)
	db, other := open(t, name), open(t, name+"?_busy_timeout=0")
	exec(t, db, "CREATE TABLE t(x)")
	exec(t, db, "BEGIN IMMEDIATE; INSERT INTO t VALUES(1)")
	exec(t, other, "INSERT INTO t VALUES(2)")
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := driver.Raw(conn, func(c *sqlite.Conn) error { return c.Exec("BEGIN IMMEDIATE") }); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	exec(t, other, "INSERT INTO t VALUES(3)")
}

func TestCommitErrorOfReturningReachesScan(t *testing.T) {
	db := open(t, file(t))
	exec(t, db, "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p DEFERRABLE INITIALLY DEFERRED)")
	var got int
	err := db.QueryRow("INSERT INTO c VALUES(7) RETURNING p").Scan(&got)
	if !errors.Is(err, sqlite.ErrConstraintForeignKey) {
		t.Errorf("scan: %d, %v", got, err)
	}
	exec(t, db, "INSERT INTO p VALUES(1)")
}

func TestCancelNeverHitsTheNextUser(t *testing.T) {
	db := open(t, file(t)+"?_synchronous=off")
	db.SetMaxOpenConns(1)
	exec(t, db, "CREATE TABLE t(x)")
	for i := 0; i < 300; i++ {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() {
			time.Sleep(time.Duration(i%10) * 10 * time.Microsecond)
			cancel()
			close(done)
		}()
		_, err := db.ExecContext(ctx, "INSERT INTO t VALUES(1)")
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatalf("cancelled statement: %v", err)
		}
		if _, err := db.Exec("INSERT INTO t VALUES(2)"); err != nil {
			t.Fatalf("the next user: %v", err)
		}
		<-done
	}
}

func TestQueryContextEndsWhileRowsAreRead(t *testing.T) {
	db := open(t, file(t))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	rows, err := db.QueryContext(ctx, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r) SELECT i FROM r")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	time.AfterFunc(30*time.Millisecond, cancel)
	for rows.Next() {
	}
	if err := rows.Err(); !errors.Is(err, context.Canceled) {
		t.Errorf("rows: %v", err)
	}
}

// A connection that must not write must not after a read-only transaction, either, however it was set up.
func TestReadOnlyTransactionLeavesQueryOnly(t *testing.T) {
	name := file(t)
	exec(t, open(t, name), "CREATE TABLE t(x)")
	for _, dsn := range []string{"?_pragma=query_only(1)", "?_query_only=1", ""} {
		db := open(t, name+dsn)
		db.SetMaxOpenConns(1)
		if dsn == "" {
			exec(t, db, "PRAGMA query_only = 1")
		}
		tx, err := db.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec("INSERT INTO t VALUES(1)"); !errors.Is(err, sqlite.ErrReadOnly) {
			t.Errorf("%q: a write: %v", dsn, err)
		}
	}
}
