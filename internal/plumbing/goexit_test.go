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
	for _, tt := range []struct {
		name   string
		before func(*testing.T, *sqlite.Conn, *counted)
	}{
		{"registered at once", func(*testing.T, *sqlite.Conn, *counted) {}},
		{"registered late", func(t *testing.T, c *sqlite.Conn, ctx *counted) { watchOften(t, c, ctx); ctx.counts(t, 0) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := sqlite.Open(":memory:", sqlite.OpenReadWrite)
			check(t, err)
			check(t, c.CreateFunction("leave", sqlite.Scalar0(func() (int64, error) { runtime.Goexit(); return 0, nil }), 0))
			s, _, err := c.Prepare("SELECT leave()")
			check(t, err)
			ctx := newCounted()
			tt.before(t, c, ctx)
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				_, _, _ = plumbing.StmtOf(s).Advance(ctx)
			}()
			<-ended
			ctx.counts(t, 1) // or nothing is left to end
			check(t, c.Close())
			ctx.counts(t, 0)
		})
	}
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
