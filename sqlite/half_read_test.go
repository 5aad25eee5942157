// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

// A backup writes to its destination until it is closed, which it cannot be while its source is at work. Until then the
// destination must not be freed.
func TestCloseOfABackupsDestinationWaitsForItsSource(t *testing.T) {
	src := openTest(t, ":memory:")
	exec(t, src, "CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(100000))")
	dst, err := sqlite.Open(":memory:", sqlite.OpenReadWrite)
	check(t, err)
	b, err := src.Backup(dst, "main", "main")
	check(t, err)
	if finished, err := b.Step(1); finished || err != nil {
		t.Fatalf("finished %t, %v", finished, err)
	}
	inside, ended := make(chan struct{}), make(chan error)
	check(t, src.CreateFunction("enter", sqlite.Scalar0(func() (int64, error) { close(inside); return 1, nil }), sqlite.Innocuous))
	go func() { ended <- src.Exec("SELECT enter(); " + endless) }()
	<-inside
	// The function has returned soon, and its statement runs on its own.
	for range 3 {
		time.Sleep(5 * time.Millisecond)
		if err := dst.Close(); !errors.Is(err, sqlite.ErrMisuse) {
			t.Fatalf("closed under a backup: %v", err)
		}
	}
	src.Interrupt()
	if err := <-ended; !errors.Is(err, sqlite.ErrInterrupt) {
		t.Fatal(err)
	}
	if finished, err := b.Step(-1); !finished || err != nil {
		t.Errorf("the backup goes on: %t, %v", finished, err)
	}
	if _, n, err := one(t, dst, "SELECT 1"); n != "1" {
		t.Errorf("the destination is gone: %v", err)
	}
	check(t, dst.Close())
	if _, err := b.Step(1); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("step after the destination's close: %v", err)
	}
}

// Rows that nobody reads leave a statement that writes open; the next run ends it, and that commits. Where the commit
// fails the new run must not begin, else nobody hears that the rows are lost.
func TestErrorOfAnImplicitCommitWhenAStatementBeginsAnew(t *testing.T) {
	runs := map[string]func(s *sqlite.Stmt, args []sqlite.Value) error{
		"Run":     (*sqlite.Stmt).Run,
		"Query":   (*sqlite.Stmt).Query,
		"RunMany": func(s *sqlite.Stmt, args []sqlite.Value) error { _, err := s.RunMany(args); return err },
	}
	for name, again := range runs {
		c := openTest(t, ":memory:")
		exec(t, c, "CREATE TABLE p(id INTEGER PRIMARY KEY); INSERT INTO p VALUES(1); CREATE TABLE c(p REFERENCES p DEFERRABLE INITIALLY DEFERRED)")
		s := prepare(t, c, "INSERT INTO c VALUES(?), (1) RETURNING p")
		check(t, s.Query([]sqlite.Value{sqlite.Int64Value(99)}))
		if row, err := s.Step(); !row || err != nil {
			t.Fatal(row, err)
		}
		if err := again(s, []sqlite.Value{sqlite.Int64Value(1)}); !errors.Is(err, sqlite.ErrConstraintForeignKey) {
			t.Errorf("%s: the failed commit of the run before: %v", name, err)
		}
		if _, n, err := one(t, c, "SELECT count(*) FROM c"); n != "0" || err != nil {
			t.Errorf("%s: %s rows, %v; want none: the new run must not begin", name, n, err)
		}
		if err := again(s, []sqlite.Value{sqlite.Int64Value(1)}); err != nil {
			t.Errorf("%s: after the error was told: %v", name, err)
		}
	}
}

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

// What another statement changes between its rows, a SELECT has not changed.
func TestChangesOfASelect(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(x)")
	s := halfRead(t, c, 3)
	exec(t, c, "INSERT INTO t VALUES(1)")
	if n := rest(t, s); n != 2 || s.Changes() != 0 {
		t.Errorf("%d rows, %d changes", n, s.Changes())
	}
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

// An interrupt that comes while a statement runs is for that one. It must not stay behind in SQLite and end what runs
// when the context that sent it has been taken away.
func TestInterruptOfARowDoesNotStay(t *testing.T) {
	c := openTest(t, ":memory:")
	ctx, cancel := context.WithCancel(context.Background())
	check(t, c.CreateFunction("stop", sqlite.Scalar0(func() (int64, error) {
		cancel()
		time.Sleep(20 * time.Millisecond) // the context's end is told by another goroutine
		return 1, nil
	}), sqlite.Innocuous))
	release := c.SetContext(ctx)
	s := prepare(t, c, "SELECT stop() UNION ALL SELECT 2 UNION ALL SELECT 3")
	s.SetReadAhead(1)
	row, err := s.Step()
	release()
	if err != nil && !errors.Is(err, context.Canceled) || err == nil && !row {
		t.Errorf("the row: %t, %v", row, err)
	}
	if n := 1; err == nil {
		if n += rest(t, s); n != 3 {
			t.Errorf("%d rows, want 3", n)
		}
	}
	exec(t, c, "SELECT 1")
}
