// SPDX-License-Identifier: MIT

package vtab_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/vtab"
)

// flusher writes to its connection at its end, or panics.
type flusher struct {
	series
	c     *sqlite.Conn
	panic bool
	err   error
}

func (f *flusher) Disconnect() {
	if f.panic {
		panic("flusher")
	}
	f.err = f.c.Exec("INSERT INTO log VALUES(1)")
}

func openFlusher(t *testing.T) (name string, f *flusher) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "a.db")
	c, err := sqlite.Open(name, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	f = &flusher{c: c}
	connect := func(*sqlite.Conn, vtab.Args) (vtab.Table, string, error) {
		return f, "CREATE TABLE x(value INTEGER, stop HIDDEN)", nil
	}
	if err := vtab.Register(c, "flusher", vtab.Module{Connect: connect}); err != nil {
		t.Fatal(err)
	}
	exec(t, c, "CREATE TABLE log(x); CREATE VIRTUAL TABLE v USING flusher")
	return name, f
}

// A table that writes at the end of its connection gets the errors of writing, and Close ends.
func TestDisconnectAtCloseMeetsALock(t *testing.T) {
	name, f := openFlusher(t)
	if err := f.c.SetBusyTimeout(0); err != nil {
		t.Fatal(err)
	}
	other, err := sqlite.Open(name, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	exec(t, other, "BEGIN IMMEDIATE")
	done := make(chan error, 1)
	go func() { done <- f.c.Close() }()
	select {
	case <-done:
		if !errors.Is(f.err, sqlite.ErrBusy) {
			t.Errorf("the last write: %v", f.err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Close hangs")
	}
}

func TestCloseTellsOfADisconnectThatPanics(t *testing.T) {
	_, f := openFlusher(t)
	f.panic = true
	var p *sqlite.PanicError
	if err := f.c.Close(); !errors.As(err, &p) {
		t.Errorf("close: %v", err)
	}
	if err := f.c.Close(); err != nil {
		t.Errorf("again: %v", err)
	}
}
