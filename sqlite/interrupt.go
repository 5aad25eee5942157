// SPDX-License-Identifier: MIT

package sqlite

import "context"

// Interrupt is sqlite3_interrupt: what runs on the connection now ends with
// ErrInterrupt, a wait for a lock included. It is the one method that any
// goroutine may call. Calls that start later are not reached.
//
// https://sqlite.org/c3ref/interrupt.html
func (c *Conn) Interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.c == nil {
		return
	}
	c.c.InterruptActive()
	// The flag is for a call that waits for a lock or has not begun to run.
	// leave clears it; when leave was faster, it is cleared here.
	c.stray.Store(true)
	c.c.SetCancel(true)
	if !c.busy.Load() && c.depth.Load() == 0 {
		c.settle()
	}
}

// settle ends what Interrupt began; a context that has ended keeps its flag.
func (c *Conn) settle() {
	c.stray.Store(false)
	if c.c != nil {
		c.c.SetCancel(c.fired)
	}
}

// SetContext lets ctx end what runs on the connection: while it is set, the end
// of ctx interrupts running statements and waits for locks, and statements that
// start later fail at once. Such an error matches both ErrInterrupt and
// ctx.Err(). release ends the watch and must be called; afterwards ctx can no
// longer reach the connection, even if it ends at that moment. Contexts nest:
// release puts the one before back.
//
// No goroutine is started until ctx ends.
func (c *Conn) SetContext(ctx context.Context) (release func()) {
	w := c.Watch(ctx)
	return func() { c.Unwatch(w) }
}

// Watch is a context set on a connection by [Conn.Watch].
type Watch struct {
	outer context.Context
	stop  func() bool
}

// Watch is SetContext without a closure, for callers that count allocations:
// Unwatch takes what it returns.
func (c *Conn) Watch(ctx context.Context) Watch {
	w := Watch{outer: c.ctx}
	if ctx == nil || ctx.Done() == nil {
		return w
	}
	c.ctx = ctx
	c.mu.Lock()
	c.watch++
	generation := c.watch
	if ctx.Err() != nil {
		if c.c != nil {
			c.c.Interrupt()
			c.fired = true
		}
		c.mu.Unlock()
		w.stop = ended
		return w
	}
	c.mu.Unlock()
	w.stop = context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.c != nil && c.watch == generation {
			c.c.Interrupt()
			c.fired = true
		}
	})
	return w
}

// ended stands for a context that had ended before it was set.
func ended() bool { return false }

// Unwatch ends a watch; contexts end in the reverse order of their start.
func (c *Conn) Unwatch(w Watch) {
	if w.stop == nil {
		return
	}
	c.ctx = w.outer
	if w.stop() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watch++
	c.fired = false
	if c.c != nil {
		c.c.Uninterrupt()
	}
}
