// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

// waitForMisuse returns when somebody else is inside of the connection.
func waitForMisuse(t *testing.T, c *sqlite.Conn) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; runtime.Gosched() {
		err := c.SetBusyTimeout(0)
		if errors.Is(err, sqlite.ErrMisuse) {
			return
		}
		if err != nil || time.Now().After(end) {
			t.Fatalf("nobody was found inside of the connection: %v", err)
		}
	}
}

// comeInside makes a call until it is let in: waitForMisuse may be inside when it
// comes.
func comeInside(call func() error) error {
	for {
		if err := call(); !errors.Is(err, sqlite.ErrMisuse) {
			return err
		}
		runtime.Gosched()
	}
}

// interruptUntil interrupts until a statement has ended, since an interrupt that
// comes before its first opcode is none, and gives its error.
func interruptUntil(c *sqlite.Conn, ended <-chan error) error {
	for {
		c.Interrupt()
		select {
		case err := <-ended:
			return err
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// TestConcurrentUseIsAnError makes every kind of call while another goroutine is
// in the middle of a statement.
func TestConcurrentUseIsAnError(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(x); INSERT INTO t VALUES(1), (2), (3), (4), (5)")
	read, other, slow := prepare(t, c, "SELECT x FROM t"), prepare(t, c, "SELECT 1"), prepare(t, c, endless)
	half := prepare(t, c, "SELECT x FROM t, (WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 1000) SELECT i FROM r)")
	for range 2 { // the second call has read all rows
		_, err := read.Step()
		check(t, err)
		_, err = half.Step()
		check(t, err)
	}
	calls := []struct {
		name string
		call func() error
	}{
		{"Exec", func() error { return c.Exec("SELECT 1") }},
		{"Prepare", func() error { s, _, err := c.Prepare("SELECT 2"); return errors.Join(err, closed(s)) }},
		{"Step", func() error { _, err := other.Step(); return err }},
		{"Step to a row at hand", func() error { _, err := read.Step(); return err }},
		{"Run", func() error { return other.Run(nil) }},
		{"Query", func() error { return other.Query(nil) }},
		{"Reset", half.Reset},
		{"ResetAll", c.ResetAll},
		{"BindInt64", func() error { return ignoreRange(other.BindInt64(1, 1)) }},
		{"SetCommitHook", func() error { return c.SetCommitHook(nil) }},
		{"Status", func() error { _, _, err := c.Status(sqlite.StatusCacheUsed, false); return err }},
		{"Stmt.Close", other.Close},
		{"Close", c.Close},
	}
	ended := make(chan error, 1)
	go func() { ended <- comeInside(func() error { _, err := slow.Step(); return err }) }()
	waitForMisuse(t, c)
	for _, tt := range append(calls, struct {
		name string
		call func() error
	}{"Close of the statement that runs", slow.Close}) {
		if err := tt.call(); !errors.Is(err, sqlite.ErrMisuse) {
			t.Errorf("%s beside a statement that runs: %v", tt.name, err)
		}
	}
	if err := interruptUntil(c, ended); !errors.Is(err, sqlite.ErrInterrupt) {
		t.Errorf("the statement: %v", err)
	}
	// Plant: with nobody inside, none of them is refused.
	for _, tt := range calls {
		if err := tt.call(); err != nil {
			t.Errorf("plant: %s alone: %v", tt.name, err)
		}
	}
}

func closed(s *sqlite.Stmt) error {
	if s == nil {
		return nil
	}
	return s.Close()
}

// ignoreRange lets pass that the parameter does not exist: the call came that far.
func ignoreRange(err error) error {
	if errors.Is(err, sqlite.ErrRange) {
		return nil
	}
	return err
}

// TestACallbacksConnectionIsItsOwn lets another goroutine run a statement on a
// connection that is open to a callback: the callback is told.
func TestACallbacksConnectionIsItsOwn(t *testing.T) {
	c := openTest(t, ":memory:")
	ended := make(chan error, 1)
	check(t, c.CreateFunction("meet", sqlite.Scalar0(func() (int64, error) {
		go func() { ended <- comeInside(func() error { return c.Exec(endless) }) }()
		waitForMisuse(t, c)
		c.Interrupt()
		return 1, nil
	}), 0))
	// The interrupt is for the outer statement as well, if that goes on.
	if err := c.Exec("SELECT meet()"); err != nil && !errors.Is(err, sqlite.ErrInterrupt) {
		t.Errorf("the outer statement: %v", err)
	}
	if err := interruptUntil(c, ended); !errors.Is(err, sqlite.ErrInterrupt) {
		t.Errorf("the other goroutine's statement: %v", err)
	}
	exec(t, c, "SELECT 1")
}
