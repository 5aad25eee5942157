// SPDX-License-Identifier: MIT

//go:build !asan

// The address sanitizer sees the lost connection's memory at the end of the
// process, when the garbage collector may not have come to it.

package driver_test

import (
	"runtime"
	"testing"
	"time"

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
