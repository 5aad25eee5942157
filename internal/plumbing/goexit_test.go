// SPDX-License-Identifier: MIT

//go:build !asan && !msan

// The sanitizers go on watching variables of the C frames that Goexit leaves.

package plumbing_test

import (
	"runtime"
	"testing"

	"github.com/gosqlite/gosqlite/internal/plumbing"
	"github.com/gosqlite/gosqlite/sqlite"
)

// A call that ends its goroutine never ends its watch; the connection's end does,
// so that a context which lives on keeps no connection.
func TestGoexitLeavesNoRegistration(t *testing.T) {
	t.Run("registered at once", func(t *testing.T) {
		if late := leave(t, false); late {
			t.Error("it was registered late")
		}
	})
	t.Run("registered late", func(t *testing.T) {
		for range 50 { // a machine at work elsewhere lets time pass, in which the timer comes
			if leave(t, true) {
				return
			}
		}
		t.Error("none was registered late")
	})
}

// leave has a call end its goroutine, closely behind others or alone, and holds that the watch ends with the connection. It tells whether the watch was
// registered after the goroutine had ended.
func leave(t *testing.T, closely bool) (late bool) {
	t.Helper()
	c, err := sqlite.Open(":memory:", sqlite.OpenReadWrite)
	check(t, err)
	check(t, c.CreateFunction("leave", sqlite.Scalar0(func() (int64, error) { runtime.Goexit(); return 0, nil }), 0))
	s, _, err := c.Prepare("SELECT leave()")
	check(t, err)
	ctx := newCounted()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		before := 0
		defer func() { late = ctx.ever() == before }()
		if closely {
			watchOften(t, c, ctx)
			before = ctx.ever()
		}
		_, _, _ = plumbing.StmtOf(s).Advance(ctx)
	}()
	<-ended
	ctx.counts(t, 1) // or nothing is left to end
	check(t, c.Close())
	ctx.counts(t, 0)
	return late
}

// A watch that is over with its connection is over for whoever set it, too.
func TestCloseEndsWatches(t *testing.T) {
	c, err := sqlite.Open(":memory:", sqlite.OpenReadWrite)
	check(t, err)
	ctx := newCounted()
	release := c.SetContext(ctx)
	ctx.counts(t, 1)
	check(t, c.Close())
	ctx.counts(t, 0)
	release()
	ctx.counts(t, 0)
}
