// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

// leaks collects what is reported while the test runs.
func leaks(t *testing.T) chan sqlite.Leak {
	found := make(chan sqlite.Leak, 100)
	sqlite.OnLeak(func(l sqlite.Leak) { found <- l })
	t.Cleanup(func() { sqlite.OnLeak(nil) })
	return found
}

// wantLeaks collects garbage until the leaks are reported.
func wantLeaks(t *testing.T, found chan sqlite.Leak, want ...sqlite.Leak) {
	t.Helper()
	var got []sqlite.Leak
	// A lost connection's statements may be found before it.
	all := func() bool {
		return !slices.ContainsFunc(want, func(l sqlite.Leak) bool { return !slices.Contains(got, l) })
	}
	for end := time.Now().Add(time.Minute); !all() && time.Now().Before(end); {
		runtime.GC()
		select {
		case l := <-found:
			got = append(got, l)
		case <-time.After(10 * time.Millisecond):
		}
	}
	for _, l := range want {
		if !slices.Contains(got, l) {
			t.Errorf("not reported: %v; got %v", l, got)
		}
	}
}

func TestLostStatementIsReportedAndEnded(t *testing.T) {
	found := leaks(t)
	name := filepath.Join(t.TempDir(), "leak.db")
	c, other := openTest(t, name), openTest(t, name)
	exec(t, c, "CREATE TABLE t(x); INSERT INTO t VALUES(1), (2)")
	const sql = "SELECT x FROM t, (SELECT 1 UNION SELECT 2)"
	func() {
		s, _, err := c.Prepare(sql)
		if err != nil {
			t.Fatal(err)
		}
		if row, err := s.Step(); !row || err != nil {
			t.Fatal(err)
		}
	}()
	wantLeaks(t, found, sqlite.Leak{What: "statement", Name: sql})
	// The lost statement held a shared lock. Compiling another one ends it.
	exec(t, c, "SELECT 1")
	exec(t, other, "PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE; ROLLBACK")
}

func TestLostConnectionIsReportedAndClosed(t *testing.T) {
	found := leaks(t)
	name := filepath.Join(t.TempDir(), "leak.db")
	func() {
		c, err := sqlite.Open(name, sqlite.OpenReadWrite|sqlite.OpenCreate)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, c, "CREATE TABLE t(x); BEGIN IMMEDIATE; INSERT INTO t VALUES(1)")
		if s, _, err := c.Prepare("SELECT x FROM t"); err != nil || s == nil {
			t.Fatal(err)
		}
	}()
	wantLeaks(t, found, sqlite.Leak{What: "connection", Name: name})
	// Its lock is gone, and so is what it had not committed.
	exec(t, openTest(t, name), "PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE; ROLLBACK")
}

func TestWhatIsClosedIsNoLeak(t *testing.T) {
	found := leaks(t)
	func() {
		c, err := sqlite.Open(":memory:", sqlite.OpenReadWrite)
		if err != nil {
			t.Fatal(err)
		}
		for _, sql := range []string{"SELECT 1", "SELECT 2"} {
			s, _, err := c.Prepare(sql)
			if err != nil {
				t.Fatal(err)
			}
			if sql == "SELECT 2" {
				break // ended by the connection's Close
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}()
	for range 3 {
		runtime.GC()
		time.Sleep(5 * time.Millisecond)
	}
	if len(found) > 0 {
		t.Errorf("reported: %v", <-found)
	}
}
