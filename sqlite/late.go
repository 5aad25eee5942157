// SPDX-License-Identifier: MIT

package sqlite

import (
	"context"
	"slices"
	"time"

	"github.com/gosqlite/gosqlite/internal/plumbing"
)

// To register with a context costs as much as a short statement: it makes a
// closure, an entry in the context's map, and their garbage. Where statements
// follow each other closely a watch is registered late, by a timer, if it is
// still set then; most are over by that time. One timer serves all watches of its
// time, and none runs when no statement does. A context that ends before is found
// by the timer, so that it reaches its statement after lateAfter at the latest.
//
// A watch that comes alone is registered at once: the timer would wake a
// processor for it.

const (
	// lateAfter is what a timer waits.
	lateAfter = 500 * time.Microsecond
	// closely is what lies at most between the beginnings of two watches for the
	// second one to be late.
	closely = time.Millisecond
)

// began is what time is counted from.
var began = time.Now()

// late is what a connection knows of watches that are registered late.
type late struct {
	last  time.Duration // when the last watch of a call began
	timed bool          // a timer runs
}

// mayWait notes a watch and reports whether it may be registered late. Where time
// stands still, as in a bubble of testing/synctest, no timer would end.
func (l *late) mayWait() bool {
	now := time.Since(began)
	gap := now - l.last
	l.last = now
	return gap > 0 && gap < closely
}

// watchCall is watch for one call of SQLite, which may be registered late.
func (c *Conn) watchCall(ctx context.Context) plumbing.Watch {
	if ctx == nil || ctx.Done() == nil {
		return plumbing.Watch{}
	}
	c.mu.Lock()
	if !c.late.mayWait() {
		c.mu.Unlock()
		return c.watch(ctx)
	}
	w, over := c.beginWatch(ctx)
	if !over {
		c.watches[len(c.watches)-1].late = true
		if !c.late.timed {
			c.late.timed = true
			// A new one each time: one that a bubble of testing/synctest has made
			// panics outside of it.
			time.AfterFunc(lateAfter, c.registerLate)
		}
	}
	c.mu.Unlock()
	return w
}

// registerLate registers the watches that are still set.
func (c *Conn) registerLate() {
	c.mu.Lock()
	c.late.timed = false
	var still []watched
	for i := range c.watches {
		if w := &c.watches[i]; w.late {
			w.late = false
			still = append(still, *w)
		}
	}
	c.mu.Unlock()
	for _, w := range still {
		// Without mu: a context may call what it is given at once.
		stop := c.register(w.ctx, w.own)
		c.mu.Lock()
		i := slices.IndexFunc(c.watches, func(x watched) bool { return x.own == w.own })
		if i >= 0 {
			c.watches[i].stop = stop
		}
		c.mu.Unlock()
		if i < 0 {
			stop()
		}
	}
}
