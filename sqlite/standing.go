// SPDX-License-Identifier: MIT

package sqlite

import (
	"context"
	"slices"
	"weak"
)

// standAfter is how many watches in a row under one context it takes until the
// connection stays registered with it. Fewer, as a request's, are not worth a
// goroutine at the context's end.
const standAfter = 8

// standing is a registration with a context that goes on when a watch is over: a
// loop that runs statements under one context registers once, not each time. It
// reaches the connection only while a watch is set. It ends with the context,
// with the connection, or when a watch under another context comes while none of
// its own is set.
type standing struct {
	done  <-chan struct{} // of the context that the last watches were under
	again int             // watches in a row under it
	id    uint64          // of the watches under the registration; 0: there is none
	stop  func() bool
}

// under counts a watch under ctx. It gives the id of the registration with it, 0
// for none, and whether there should be one. Contexts of one Done channel end
// together, whatever values they carry. The caller holds mu.
func (c *Conn) under(ctx context.Context) (id uint64, often bool) {
	if c.c == nil {
		return 0, false // nothing would end it
	}
	s := &c.standing
	if ctx.Done() == s.done {
		s.again++
		return s.id, s.again > standAfter
	}
	inUse := func(w watched) bool { return w.id == s.id }
	if s.id != 0 && slices.ContainsFunc(c.watches, inUse) {
		return 0, false // ctx is within it
	}
	s.end()
	s.done = ctx.Done()
	return 0, false
}

// end ends the registration.
func (s *standing) end() {
	if s.id != 0 {
		s.stop()
	}
	*s = standing{}
}

// stand registers the connection with ctx for watches of this id, the first of
// which is set and has it for its own. The context does not keep the connection alive: one that its user has
// lost is still found.
func (c *Conn) stand(ctx context.Context, id uint64) Watch {
	conn := weak.Make(c)
	stop := context.AfterFunc(ctx, func() {
		c := conn.Value()
		if c == nil {
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.fire(id)
		if c.standing.id == id {
			c.standing = standing{}
		}
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	if ctx.Done() != c.standing.done || c.standing.id != 0 || ctx.Err() != nil {
		return Watch{own: id, stop: stop}
	}
	c.standing.id, c.standing.stop = id, stop
	return Watch{own: id}
}
