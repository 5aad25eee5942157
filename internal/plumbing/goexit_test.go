// SPDX-License-Identifier: MIT

//go:build !asan && !msan

// The sanitizers go on watching variables of the C frames that Goexit leaves.

package plumbing_test

import (
	"runtime"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

func TestGoexitLeavesNoRegistration(t *testing.T) {
	c, err := sqlite.Open(":memory:", sqlite.OpenReadWrite)
	check(t, err)
	check(t, c.CreateFunction("leave", sqlite.Scalar0(func() (int64, error) { runtime.Goexit(); return 0, nil }), 0))
	ctx := newCounted()
	watchOften(t, c, ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.Exec("SELECT leave()")
	}()
	<-ended
	check(t, c.Close())
	ctx.counts(t)
}
