// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

// halfRead gives a statement of n rows that was read up to the first, one row at a time.
func halfRead(t *testing.T, c *sqlite.Conn, n int) *sqlite.Stmt {
	t.Helper()
	s := prepare(t, c, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT ?) SELECT i FROM r")
	s.SetReadAhead(1)
	check(t, s.BindInt64(1, int64(n)))
	if row, err := s.Step(); !row || err != nil {
		t.Fatal(row, err)
	}
	return s
}

// rest counts the rows that are left.
func rest(t *testing.T, s *sqlite.Stmt) (n int) {
	t.Helper()
	for {
		row, err := s.Step()
		if err != nil {
			t.Errorf("the half-read neighbour: %v", err)
		}
		if err != nil || !row {
			return n
		}
		n++
	}
}

// What ends a running statement must leave the one beside it alone, which is half read and does not run.
func TestInterruptLeavesAHalfReadNeighbourAlone(t *testing.T) {
	// SQLite looks for an interrupt every so often, so the neighbour must have much to do.
	const rows = 20000
	t.Run("Interrupt", func(t *testing.T) {
		c := openTest(t, ":memory:")
		s := halfRead(t, c, rows)
		time.AfterFunc(10*time.Millisecond, c.Interrupt)
		if err := c.Exec(endless); !errors.Is(err, sqlite.ErrInterrupt) {
			t.Fatal(err)
		}
		if n := rest(t, s); n != rows-1 {
			t.Errorf("%d more rows, want %d", n, rows-1)
		}
	})
	t.Run("context", func(t *testing.T) {
		c := openTest(t, ":memory:")
		s := halfRead(t, c, rows)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		defer cancel()
		release := c.SetContext(ctx)
		err := c.Exec(endless)
		release()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if n := rest(t, s); n != rows-1 {
			t.Errorf("%d more rows, want %d", n, rows-1)
		}
	})
	t.Run("between the rows of a write", func(t *testing.T) {
		c := openTest(t, ":memory:")
		exec(t, c, "CREATE TABLE t(x)")
		s := halfRead(t, c, rows)
		w := prepare(t, c, "INSERT INTO t VALUES(1), (2), (3) RETURNING x")
		if row, err := w.Step(); !row || err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		release := c.SetContext(ctx)
		if _, err := w.Step(); !errors.Is(err, context.Canceled) {
			t.Errorf("the write: %v", err)
		}
		release()
		if _, n, err := one(t, c, "SELECT count(*) FROM t"); n != "0" || err != nil {
			t.Errorf("%s rows of the cancelled write, %v", n, err)
		}
		if n := rest(t, s); n != rows-1 {
			t.Errorf("%d more rows, want %d", n, rows-1)
		}
	})
}
