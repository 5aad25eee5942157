// SPDX-License-Identifier: MIT

//go:build !asan && !msan && !race

// The sanitizers allocate by themselves.

package plumbing_test

import (
	"context"
	"testing"

	"github.com/gosqlite/gosqlite/internal/plumbing"
)

// A watch of a call allocates nothing of its own where calls follow each other
// closely, whatever making its context takes. The plant is a watch that is
// registered.
func TestAllocationsOfWatches(t *testing.T) {
	inner := plumbing.ConnOf(open(t))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	fresh := func(use func(context.Context)) func() {
		return func() {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			use(ctx)
		}
	}
	call := func(ctx context.Context) { inner.Unwatch(inner.WatchCall(ctx)) }
	made := testing.AllocsPerRun(1000, fresh(func(ctx context.Context) { _ = ctx.Done() }))
	for _, tt := range []struct {
		name string
		want float64
		run  func()
	}{
		{"a context that changes", made, fresh(call)},
		{"a context again and again", 0, func() { call(ctx) }},
		{"a context that never ends", 0, func() { call(context.Background()) }},
	} {
		if n := testing.AllocsPerRun(1000, tt.run); n != tt.want {
			t.Errorf("watch of %s: %v allocations, want %v", tt.name, n, tt.want)
		}
	}
	if n := testing.AllocsPerRun(1000, func() { inner.Unwatch(inner.Watch(ctx)) }); n == 0 {
		t.Error("plant: the allocations of a registration are not seen")
	}
}
