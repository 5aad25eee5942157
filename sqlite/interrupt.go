// SPDX-License-Identifier: MIT

package sqlite

import (
	"context"
	"slices"
)

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
	if c.c == nil {
		return
	}
	if c.fired() {
		c.c.SetCancel(true)
		return
	}
	// SQLite itself remembers an interrupt while another statement is half read.
	c.c.Uninterrupt()
}

// SetContext lets ctx end what runs on the connection: while it is set, the end
// of ctx interrupts running statements and waits for locks, and statements that
// start later fail at once. Such an error matches both ErrInterrupt and
// ctx.Err(). release ends the watch and must be called; afterwards ctx can no
// longer reach the connection, even if it ends at that moment. Contexts nest:
// the end of any that is set interrupts.
//
// No goroutine is started until ctx ends, unless ctx is neither of package
// context nor has a method AfterFunc: then context.AfterFunc waits in one. See
// there.
//
// https://sqlite.org/c3ref/interrupt.html
func (c *Conn) SetContext(ctx context.Context) (release func()) {
	w := c.Watch(ctx)
	return func() { c.Unwatch(w) }
}

// Watch is a context set on a connection by [Conn.Watch].
type Watch struct {
	own  uint64      // 0: nothing is watched
	stop func() bool // ends the registration with the context; nil: there is none, or Unwatch finds it
}

// watched is a context that is set now; the last one was set last.
type watched struct {
	own   uint64
	ctx   context.Context
	fired bool        // it has ended and interrupted the connection
	late  bool        // a timer registers it if it is still set then
	stop  func() bool // of the registration that the timer made
}

// Watch is SetContext without a closure, for callers that count allocations:
// Unwatch takes what it returns.
//
// https://sqlite.org/c3ref/interrupt.html
func (c *Conn) Watch(ctx context.Context) Watch {
	if ctx == nil || ctx.Done() == nil {
		return Watch{}
	}
	c.mu.Lock()
	w, over := c.watch(ctx)
	c.mu.Unlock()
	if !over {
		w.stop = c.register(ctx, w.own)
	}
	return w
}

// watch sets ctx and says whether it is over: then there is nothing to wait for.
// The caller holds mu.
func (c *Conn) watch(ctx context.Context) (w Watch, over bool) {
	c.lastWatch++
	own := c.lastWatch
	c.watches = append(c.watches, watched{own: own, ctx: ctx})
	if over = ctx.Err() != nil; over {
		c.fire(own)
	}
	return Watch{own: own}, over
}

// register has the end of ctx interrupt the connection for a watch.
func (c *Conn) register(ctx context.Context, own uint64) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.fire(own)
	})
}

// fire interrupts the connection for a watch, unless that is over. The caller
// holds mu.
func (c *Conn) fire(own uint64) {
	for i := range c.watches {
		if c.watches[i].own == own && c.c != nil {
			c.watches[i].fired = true
			c.c.Interrupt()
		}
	}
}

// fired reports whether a context that is set has ended. The caller holds mu.
func (c *Conn) fired() bool {
	return slices.ContainsFunc(c.watches, func(w watched) bool { return w.fired })
}

// Unwatch ends a watch. A second Unwatch does nothing.
//
// https://sqlite.org/c3ref/interrupt.html
func (c *Conn) Unwatch(w Watch) {
	if w.own == 0 {
		return
	}
	if w.stop != nil {
		w.stop()
	}
	if stop := c.unwatch(w.own); stop != nil {
		stop()
	}
}

// unwatch ends a watch and gives what is left to call, without mu.
func (c *Conn) unwatch(own uint64) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.watches, func(x watched) bool { return x.own == own })
	if i < 0 {
		return nil
	}
	// A context that ends from here on finds no watch and interrupts nothing.
	fired := c.watches[i].fired
	stop = c.watches[i].stop
	c.watches = slices.Delete(c.watches, i, i+1)
	if fired && c.c != nil && !c.fired() {
		c.c.Uninterrupt()
	}
	return stop
}

// contextErr is the error of a context that is set and has ended, the one set
// last first; nil without one.
func (c *Conn) contextErr() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range slices.Backward(c.watches) {
		if err := w.ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}
