// SPDX-License-Identifier: MIT

//go:build !asan && !msan && !race

// The sanitizers allocate by themselves.

package plumbing_test

import (
	"context"
	"testing"

	"github.com/gosqlite/gosqlite/internal/plumbing"
)

func TestAllocationsOfWatches(t *testing.T) {
	inner := plumbing.ConnOf(open(t))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for _, tt := range []struct {
		name string
		most float64
		run  func()
	}{
		{"a context that changes", 10, func() {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			inner.Unwatch(inner.WatchCall(ctx))
		}},
		{"a context again and again", 0, func() { inner.Unwatch(inner.WatchCall(ctx)) }},
		{"a context that never ends", 0, func() { inner.Unwatch(inner.WatchCall(context.Background())) }},
	} {
		if n := testing.AllocsPerRun(100, tt.run); n > tt.most {
			t.Errorf("watch of %s: %v allocations, at most %v wanted", tt.name, n, tt.most)
		}
	}
}
