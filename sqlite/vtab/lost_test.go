// SPDX-License-Identifier: MIT

package vtab_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/vtab"
)

// busyClose is a table whose cursors use their connection when they close.
type busyClose struct {
	series
	c      *sqlite.Conn
	closes int
}

func (b *busyClose) connect(c *sqlite.Conn, _ vtab.Args) (vtab.Table, string, error) {
	b.c = c
	return b, "CREATE TABLE x(value INTEGER, stop HIDDEN)", nil
}

func (b *busyClose) Open() (vtab.Cursor, error) { return b, nil }

func (b *busyClose) Close() error {
	b.closes++
	if b.closes > 1 {
		return nil // a second one is an error already
	}
	if err := b.c.ResetAll(); err != nil {
		return err
	}
	return b.c.Exec("SELECT 1")
}

// The end of a lost statement calls the program, which ends lost statements itself: each ends once.
func TestLostStatementWhoseEndUsesTheConnection(t *testing.T) {
	for name, end := range map[string]func(*sqlite.Conn) error{
		"ResetAll": (*sqlite.Conn).ResetAll,
		"Prepare":  func(c *sqlite.Conn) error { return c.Exec("SELECT 1") },
		"Close":    (*sqlite.Conn).Close,
	} {
		c := openTest(t)
		found := make(chan sqlite.Leak, 10)
		sqlite.OnLeak(func(l sqlite.Leak) { found <- l })
		b := &busyClose{}
		if err := vtab.Register(c, "busy", vtab.Module{Connect: b.connect, Eponymous: true}); err != nil {
			t.Fatal(err)
		}
		func() {
			s, _, err := c.Prepare("SELECT value FROM busy")
			if err != nil {
				t.Fatal(err)
			}
			if row, err := s.Step(); !row || err != nil {
				t.Fatal(row, err)
			}
		}()
		for lost := false; !lost; {
			runtime.GC()
			select {
			case <-found:
				lost = true
			case <-time.After(10 * time.Millisecond):
			}
		}
		sqlite.OnLeak(nil)
		if err := end(c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if b.closes != 1 {
			t.Errorf("%s: the lost statement's cursor was closed %d times", name, b.closes)
		}
		if name != "Close" {
			exec(t, c, "SELECT value FROM busy; SELECT 1")
		}
	}
}
