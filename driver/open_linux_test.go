// SPDX-License-Identifier: MIT

package driver_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/driver"
)

// openFiles counts the process's descriptors of files with a name in them.
func openFiles(t *testing.T, name string) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.HasPrefix(to, name) {
			n++
		}
	}
	return n
}

// TestNothingIsLeftOpen counts statements while a pool works, in all kinds of
// ways to leave early, and files when it is closed.
func TestNothingIsLeftOpen(t *testing.T) {
	name := file(t)
	before := runtime.NumGoroutine()
	db, err := sql.Open(driver.Name, name+"?_preset=app&_stmt_cache=8")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(2)
	exec(t, db, "CREATE TABLE t(x); INSERT INTO t VALUES(1), (2), (3)")
	for i := range 40 {
		ctx, cancel := context.WithCancel(context.Background())
		rows, err := db.QueryContext(ctx, fmt.Sprintf("SELECT x + %d FROM t; SELECT 2", i))
		if err != nil {
			t.Fatal(err)
		}
		rows.Next()
		if i%2 == 0 {
			cancel()
		}
		_ = rows.Close()
		cancel()
		_, _ = db.Exec("INSERT INTO t VALUES(1); SELECT nothing")
		_, _ = db.Query("SELECT ?", i, i)
		_, _ = db.Prepare("SELECT 1; SELECT 2")
		st, err := db.Prepare(fmt.Sprintf("SELECT %d", i))
		if err != nil {
			t.Fatal(err)
		}
		_ = st.QueryRow().Scan(new(int))
		_ = st.Close()
	}
	if n := count(t, db, "SELECT count(*) FROM sqlite_stmt"); n > 10 {
		t.Errorf("a connection with a cache of 8 holds %d statements", n)
	}
	if openFiles(t, name) == 0 {
		t.Fatal("the count of open files sees none")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if n := openFiles(t, name); n != 0 {
		t.Errorf("%d files are open after Close", n)
	}
	for _, bad := range []string{"file:" + name + "?_pragma=no_such_function()", "file:" + name + "?mode=ro&_journal_mode=delete", "file:" + t.TempDir()} {
		db, err := sql.Open(driver.Name, bad)
		if err != nil {
			t.Fatal(err)
		}
		_ = db.Ping()
		_ = db.Close()
	}
	if n := openFiles(t, name); n != 0 {
		t.Errorf("%d files are open after failed connections", n)
	}
	if left := goroutinesBeyond(before, 10*time.Second); left != "" {
		t.Error(left)
	}
	planted, now := make(chan struct{}), runtime.NumGoroutine()
	for range 100 { // more than earlier tests may be ending meanwhile
		go func() { <-planted }()
	}
	if goroutinesBeyond(now, 10*time.Millisecond) == "" {
		t.Error("plant: a goroutine that stays was not noticed")
	}
	close(planted)
}

// goroutinesBeyond waits for what ends by itself and shows what does not.
func goroutinesBeyond(before int, wait time.Duration) string {
	for end := time.Now().Add(wait); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<16)
			return fmt.Sprintf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
	return ""
}
