// SPDX-License-Identifier: MIT

package driver_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

func TestImmediateHoldsTheWriteLock(t *testing.T) {
	name := file(t)
	db, other := open(t, name+"?_txlock=deferred"), open(t, name+"?_busy_timeout=0")
	exec(t, db, "CREATE TABLE t(x)")
	ctx := context.Background()
	err := driver.Immediate(ctx, db, func(tx *sql.Tx) error {
		if _, err := other.Exec("INSERT INTO t VALUES(1)"); !errors.Is(err, sqlite.ErrBusy) {
			t.Errorf("another writer: %v", err)
		}
		_, err := tx.Exec("INSERT INTO t VALUES(2)")
		return err
	})
	if n := count(t, db, "SELECT sum(x) FROM t"); err != nil || n != 2 {
		t.Errorf("sum %d, %v", n, err)
	}
	broken := errors.New("broken")
	err = driver.Immediate(ctx, db, func(tx *sql.Tx) error {
		exec(t, tx, "DELETE FROM t")
		return broken
	})
	func() {
		defer func() { _ = recover() }()
		_ = driver.Immediate(ctx, db, func(tx *sql.Tx) error {
			exec(t, tx, "DELETE FROM t")
			panic(broken)
		})
	}()
	if n := count(t, db, "SELECT sum(x) FROM t"); err != broken || n != 2 {
		t.Errorf("after an error and a panic: sum %d, %v", n, err)
	}
	exec(t, other, "INSERT INTO t VALUES(3)")
}

func TestSavepointsNest(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, "CREATE TABLE t(x)")
	ctx := context.Background()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err = driver.Savepoint(ctx, tx, func() error {
		exec(t, tx, "INSERT INTO t VALUES(1)")
		if err := driver.Savepoint(ctx, tx, func() error {
			exec(t, tx, "INSERT INTO t VALUES(10)")
			return broken
		}); err != broken {
			t.Errorf("inner: %v", err)
		}
		func() {
			defer func() { _ = recover() }()
			_ = driver.Savepoint(ctx, tx, func() error {
				exec(t, tx, "INSERT INTO t VALUES(100)")
				panic(broken)
			})
		}()
		return driver.Savepoint(ctx, tx, func() error {
			exec(t, tx, "INSERT INTO t VALUES(1000)")
			return nil
		})
	})
	if err := errors.Join(err, tx.Commit()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, db, "SELECT sum(x) FROM t"); n != 1001 {
		t.Errorf("sum %d, want 1001", n)
	}
}

func ExampleImmediate() {
	db, err := sql.Open(driver.Name, ":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	ctx := context.Background()
	err = driver.Immediate(ctx, db, func(tx *sql.Tx) error {
		if _, err := tx.Exec("CREATE TABLE account(id INTEGER PRIMARY KEY, cents INTEGER NOT NULL)"); err != nil {
			return err
		}
		return driver.Savepoint(ctx, tx, func() error {
			_, err := tx.Exec("INSERT INTO account VALUES(1, 100)")
			return err
		})
	})
	if err != nil {
		panic(err)
	}
	// Output:
}
