// SPDX-License-Identifier: MIT

//go:build !asan && !msan

// C frames that Goexit leaves behind are no error to C, which never returns
// into them, but the sanitizers go on watching their variables.

package vtab_test

import (
	"errors"
	"runtime"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/vtab"
)

func TestGoexitLosesTheConnection(t *testing.T) {
	c, err := sqlite.Open(":memory:", sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	f := &fragile{fails: func(m string) error {
		if m == "Next" {
			runtime.Goexit()
		}
		return nil
	}}
	if err := vtab.Register(c, "fragile", vtab.Module{Connect: f.connect, Eponymous: true}); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.Exec("SELECT * FROM fragile")
	}()
	<-ended
	if err := c.Exec("SELECT 1"); !errors.Is(err, sqlite.ErrAbort) {
		t.Errorf("use of the lost connection: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
