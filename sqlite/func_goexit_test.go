// SPDX-License-Identifier: MIT

//go:build !asan && !msan

// C frames that Goexit leaves behind are no error to C, which never returns
// into them, but the sanitizers go on watching their variables.

package sqlite_test

import (
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
