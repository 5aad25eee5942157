// SPDX-License-Identifier: MIT

package sqlite

import (
	"context"
	"slices"

	"github.com/gosqlite/gosqlite/internal/plumbing"
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
	w := c.watch(ctx)
	return func() { c.unwatch(w) }
}

// watched is a context that is set now; the last one was set last.
type watched struct {
	own   uint64
	ctx   context.Context
	fired bool        // it has ended and interrupted the connection
	late  bool        // a timer registers it if it is still set then
	stop  func() bool // of the registration that the timer made
}

// watch is SetContext without a closure; unwatch takes what it returns.
func (c *Conn) watch(ctx context.Context) plumbing.Watch {
	if ctx == nil || ctx.Done() == nil {
		return plumbing.Watch{}
	}
	c.mu.Lock()
	w, over := c.beginWatch(ctx)
	c.mu.Unlock()
	if !over {
		w.Stop = c.register(ctx, w.Own)
	}
	return w
}

// beginWatch is the beginning of a watch and says whether ctx is over: then there is
// nothing to wait for. The caller holds mu.
func (c *Conn) beginWatch(ctx context.Context) (w plumbing.Watch, over bool) {
	c.lastWatch++
	own := c.lastWatch
	c.watches = append(c.watches, watched{own: own, ctx: ctx})
	if over = ctx.Err() != nil; over {
		c.fire(own)
	}
	return plumbing.Watch{Own: own}, over
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

// unwatch ends a watch. A second unwatch does nothing.
func (c *Conn) unwatch(w plumbing.Watch) {
	if w.Own == 0 {
		return
	}
	if w.Stop != nil {
		w.Stop()
	}
	if stop := c.endWatch(w.Own); stop != nil {
		stop()
	}
}

// endWatch is the end of a watch and gives what is left to call, without mu.
func (c *Conn) endWatch(own uint64) (stop func() bool) {
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
