// SPDX-License-Identifier: MIT

package sqlite

import (
	"context"
	"time"

	"github.com/gosqlite/gosqlite/internal/plumbing"
)

// To register with a context makes a closure, an entry in the context's map, and
// their garbage. Where statements follow each other closely a watch is registered
// late, by a timer, if it is still set then; most are over by that time. One timer
// serves all watches of its time, and none runs when no statement does. A context
// that ends before is found by the timer, so that it reaches its statement when
// that ends.
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

// began is what time is counted from: so long before any watch that the first one
// of a connection comes alone.
var began = time.Now().Add(-closely)

// late is what a connection knows of watches that are registered late.
type late struct {
	last  time.Duration // when the last watch of a call began
	timed bool          // a timer runs
}

// mayWait notes a watch and reports whether it may be registered late. A coarse
// clock shows watches that follow each other the same time. In a bubble of
// testing/synctest it shows the year 2000, which is before the process began, and
// no timer ends while C runs.
func (l *late) mayWait(now time.Duration) bool {
	gap := now - l.last
	l.last = now
	return now >= 0 && gap >= 0 && gap < closely
}

// watchCall is watch for one call of SQLite, which may be registered late.
func (c *Conn) watchCall(ctx context.Context) plumbing.Watch {
	if ctx == nil || ctx.Done() == nil {
		return 0
	}
	c.mu.Lock()
	if !c.late.mayWait(time.Since(began)) {
		c.mu.Unlock()
		return c.watch(ctx)
	}
	w, over := c.beginWatch(ctx)
	if !over {
		c.watches[len(c.watches)-1].late = true
		if !c.late.timed {
			c.late.timed = true
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
		c.register(w.ctx, w.own)
	}
}
