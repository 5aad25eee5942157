// SPDX-License-Identifier: MIT

//go:build !asan && !msan

// C frames that Goexit leaves behind are no error to C, which never returns
// into them, but the sanitizers go on watching their variables.

package sqlite_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

func TestGoexitLosesTheConnectionOnly(t *testing.T) {
	for _, mode := range []string{"delete", "wal"} {
		name := filepath.Join(t.TempDir(), mode+".db")
		c, err := sqlite.Open(name, sqlite.OpenReadWrite|sqlite.OpenCreate)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, c, "PRAGMA journal_mode="+mode+"; CREATE TABLE t(x); INSERT INTO t VALUES('kept')")
		if err := c.CreateFunction("leave", sqlite.Scalar0(func() (int64, error) { runtime.Goexit(); return 0, nil }), 0); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = c.Exec("BEGIN IMMEDIATE; INSERT INTO t VALUES('lost'); INSERT INTO t SELECT leave()")
			t.Error("the goroutine goes on")
		}()
		<-ended
		if err := c.Exec("SELECT 1"); !errors.Is(err, sqlite.ErrAbort) {
			t.Errorf("%s: use of the lost connection: %v", mode, err)
		}
		if err := c.Close(); err != nil {
			t.Errorf("%s: close: %v", mode, err)
		}
		if err := c.Exec("SELECT 1"); !errors.Is(err, sqlite.ErrMisuse) {
			t.Errorf("%s: use after close: %v", mode, err)
		}
		d := openTest(t, name)
		if err := d.Exec("INSERT INTO t VALUES('next')"); err != nil {
			t.Errorf("%s: the next writer: %v", mode, err)
		}
		if _, all, err := one(t, d, "SELECT group_concat(x) FROM t"); all != "kept,next" || err != nil {
			t.Errorf("%s: %s, %v", mode, all, err)
		}
	}
}

// TestPoolReplacesLostConnections ends goroutines in the middle of SQLite, and
// closes a connection of the pool: the next function gets another one, set up alike.
func TestPoolReplacesLostConnections(t *testing.T) {
	opened := 0
	p := openPool(t, sqlite.PoolOptions{Readers: 1, Init: func(c *sqlite.Conn) error {
		opened++
		return c.CreateFunction("leave", sqlite.Scalar0(func() (int64, error) { runtime.Goexit(); return 0, nil }), 0)
	}})
	ctx := context.Background()
	check(t, p.Write(ctx, func(c *sqlite.Conn) error { return c.Exec("CREATE TABLE t(x)") }))
	leave := func(c *sqlite.Conn) error { return c.Exec("INSERT INTO t SELECT leave()") }
	for i, tt := range []struct {
		name string
		do   func(context.Context, func(*sqlite.Conn) error) error
		f    func(*sqlite.Conn) error
		lost bool
	}{
		{"a writer that leaves", p.Write, leave, true},
		{"a reader that leaves", p.Read, func(c *sqlite.Conn) error { return c.Exec("SELECT leave()") }, true},
		{"a writer that closes", p.Write, (*sqlite.Conn).Close, true},
		{"a reader that closes", p.Read, (*sqlite.Conn).Close, true},
		{name: "plant: a writer that fails", do: p.Write, f: func(*sqlite.Conn) error { return errMine }},
	} {
		before := opened
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = tt.do(ctx, tt.f)
		}()
		<-ended
		check(t, p.Write(ctx, func(c *sqlite.Conn) error { return c.Exec("INSERT INTO t VALUES(1)") }))
		check(t, p.Read(ctx, func(c *sqlite.Conn) error {
			if n, err := rows(c); n != int64(i+1) || err != nil {
				t.Errorf("%s: then %d rows, %v", tt.name, n, err)
			}
			if err := c.Exec("INSERT INTO t VALUES(2)"); !errors.Is(err, sqlite.ErrReadOnly) {
				t.Errorf("%s: then a reader writes: %v", tt.name, err)
			}
			return nil
		}))
		if (opened > before) != tt.lost {
			t.Errorf("%s: %d connections were opened after it", tt.name, opened-before)
		}
	}
}
