// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

// A context ends a wait for a lock whatever names PRAGMA busy_timeout, and only the pragma sets the limit.
func TestWaitsEndWithTheContextBesideBusyTimeout(t *testing.T) {
	name := filepath.Join(t.TempDir(), "busy.db")
	owner := openTest(t, name)
	exec(t, owner, "CREATE TABLE t(x)")
	const limit = 3 * time.Second
	for _, l := range []struct {
		name, prepare, run string
	}{
		{"a pragma that never runs", "PRAGMA busy_timeout = 3000", "INSERT INTO t VALUES(1)"},
		{"a pragma that is explained", "EXPLAIN PRAGMA busy_timeout = 3000", "INSERT INTO t VALUES(1)"},
		{"a value", "SELECT 1", "INSERT INTO t VALUES('busy_timeout')"},
		{"a comment", "SELECT 1", "/* PRAGMA */ -- busy_timeout\n INSERT INTO t VALUES(1)"},
		{"a column", "SELECT 1", "SELECT x AS timeout FROM t WHERE x <> 'busy_timeout'"},
	} {
		c := openTest(t, name)
		check(t, c.SetBusyTimeout(limit))
		exec(t, c, "SELECT * FROM t") // the schema is read
		exec(t, owner, "BEGIN EXCLUSIVE")
		prepare(t, c, l.prepare)
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
		release := c.SetContext(ctx)
		start := time.Now()
		err := c.Exec(l.run)
		waited := time.Since(start)
		release()
		cancel()
		exec(t, owner, "ROLLBACK")
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, sqlite.ErrBusy) && !errors.Is(err, sqlite.ErrInterrupt) || waited > limit/2 {
			t.Errorf("%s: ended after %v by %v", l.name, waited, err)
		}
		if waited < 20*time.Millisecond {
			t.Errorf("%s: waited %v only", l.name, waited)
		}
	}
	// What looks like the pragma's row is none.
	c := openTest(t, ":memory:")
	exec(t, c, "PRAGMA busy_timeout = 1234")
	if _, _, err := one(t, c, "SELECT 7 AS timeout -- busy_timeout"); err != nil {
		t.Error(err)
	}
	for _, sql := range []string{"PRAGMA busy_timeout", " ;/*/ x */ -- y\n pragma main . busy_timeout"} {
		if _, ms, err := one(t, c, sql); ms != "1234" || err != nil {
			t.Errorf("%s: %s, %v", sql, ms, err)
		}
	}
}
