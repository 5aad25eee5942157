// SPDX-License-Identifier: MIT

//go:build !asan

// The address sanitizer sees the lost connection's memory at the end of the
// process, when the garbage collector may not have come to it; and nothing comes
// to what C frames hold that Goexit leaves behind.

package driver_test

import (
	"database/sql"
	"runtime"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

func TestLostRowsAreReported(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, "CREATE TABLE t(x); INSERT INTO t VALUES(1), (2)")
	found := make(chan sqlite.Leak, 10)
	sqlite.OnLeak(func(l sqlite.Leak) { found <- l })
	// The connection of the lost rows is lost as well, sooner or later.
	defer sqlite.OnLeak(func(sqlite.Leak) {})
	func() {
		closed, err := db.Query("SELECT x FROM t WHERE x = 1")
		if err != nil {
			t.Fatal(err)
		}
		if err := closed.Close(); err != nil {
			t.Fatal(err)
		}
		rows, err := db.Query("SELECT x FROM t")
		if err != nil {
			t.Fatal(err)
		}
		rows.Next()
	}()
	for range 4000 {
		runtime.GC()
		select {
		case l := <-found:
			if want := (sqlite.Leak{What: "rows", Name: "SELECT x FROM t"}); l != want {
				t.Errorf("reported %v, want %v", l, want)
			}
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
	t.Error("lost rows are not reported")
}

// A connection whose callback took its goroutine away leaves the pool, and its lock is given back.
func TestGoexitLeavesThePool(t *testing.T) {
	c, err := driver.NewConnector(file(t), func(c *sqlite.Conn) error {
		return c.CreateFunction("leave", sqlite.Scalar0(func() (int64, error) { runtime.Goexit(); return 0, nil }), 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(c)
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	exec(t, db, "CREATE TABLE t(x)")
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = db.Exec("INSERT INTO t SELECT leave()")
	}()
	<-done
	exec(t, db, "INSERT INTO t VALUES(1)")
	if n := count(t, db, "SELECT count(*) FROM t"); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}
