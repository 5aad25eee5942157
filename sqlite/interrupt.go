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
	if c.gone() {
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

// gone reports whether there is nothing left to interrupt. The caller holds mu.
func (c *Conn) gone() bool { return c.c == nil || c.closing }

// settle ends what Interrupt began; a context that has ended keeps its flag.
func (c *Conn) settle() {
	if c.closing {
		return
	}
	c.stray.Store(false)
	if c.c == nil {
		return
	}
	c.c.SetAborted(false)
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
// ctx.Err(). release ends the watch and must be called; Close ends it, too.
// Afterwards ctx can no longer reach the connection, even if it ends at that
// moment. Contexts nest: the end of any that is set interrupts.
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
	own   plumbing.Watch
	ctx   context.Context
	fired bool        // it has ended and interrupted the connection
	late  bool        // a timer registers it if it is still set then
	stop  func() bool // ends the registration with ctx; nil: there is none
}

// watch is SetContext without a closure; unwatch takes what it returns.
func (c *Conn) watch(ctx context.Context) plumbing.Watch {
	if ctx == nil || ctx.Done() == nil {
		return 0
	}
	c.mu.Lock()
	w, over := c.beginWatch(ctx)
	c.mu.Unlock()
	if !over {
		c.register(ctx, w)
	}
	return w
}

// beginWatch is the beginning of a watch and says whether ctx is over: then there is
// nothing to wait for. The caller holds mu.
func (c *Conn) beginWatch(ctx context.Context) (w plumbing.Watch, over bool) {
	c.lastWatch++
	w = c.lastWatch
	c.watches = append(c.watches, watched{own: w, ctx: ctx})
	if over = ctx.Err() != nil; over {
		c.fire(w)
	}
	return w, over
}

// register has the end of ctx interrupt the connection for a watch, which may be
// over by now. The caller does not hold mu: a context may call what it is given at
// once.
func (c *Conn) register(ctx context.Context, own plumbing.Watch) {
	stop := context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.fire(own)
	})
	c.mu.Lock()
	i := c.watchAt(own)
	if i >= 0 {
		c.watches[i].stop = stop
	}
	c.mu.Unlock()
	if i < 0 {
		stop()
	}
}

// watchAt finds a watch, -1 when it is over. The caller holds mu.
func (c *Conn) watchAt(own plumbing.Watch) int {
	return slices.IndexFunc(c.watches, func(w watched) bool { return w.own == own })
}

// fire interrupts the connection for a watch, unless that is over. The caller
// holds mu.
func (c *Conn) fire(own plumbing.Watch) {
	if i := c.watchAt(own); i >= 0 && !c.gone() {
		c.watches[i].fired = true
		c.c.Interrupt()
	}
}

// fired reports whether a context that is set has ended. The caller holds mu.
func (c *Conn) fired() bool {
	return slices.ContainsFunc(c.watches, func(w watched) bool { return w.fired })
}

// unwatch ends a watch. A second unwatch does nothing.
func (c *Conn) unwatch(w plumbing.Watch) {
	if w == 0 {
		return
	}
	if stop := c.endWatch(w); stop != nil {
		stop()
	}
}

// endWatch is the end of a watch and gives what is left to call, without mu.
func (c *Conn) endWatch(own plumbing.Watch) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.watchAt(own)
	if i < 0 {
		return nil
	}
	// A context that ends from here on finds no watch and interrupts nothing.
	fired := c.watches[i].fired
	stop = c.watches[i].stop
	c.watches = slices.Delete(c.watches, i, i+1)
	if fired && !c.gone() && !c.fired() {
		c.c.Uninterrupt()
	}
	return stop
}

// endWatches ends the watches that are left when the connection is closed: whoever
// set them may have ended by runtime.Goexit.
func (c *Conn) endWatches() {
	c.mu.Lock()
	left := c.watches
	c.watches = nil
	c.mu.Unlock()
	for _, w := range left {
		if w.stop != nil {
			w.stop()
		}
	}
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
