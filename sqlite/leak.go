// SPDX-License-Identifier: MIT

package sqlite

import (
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"weak"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// Leak tells of a handle that the program lost without closing it. It may hold
// a lock or keep a connection out of its pool until the process ends.
type Leak struct {
	What string // "connection", "statement" or "rows"
	Name string // name of the database, or the SQL text without values
}

// leakReport is where leaks are reported; nil until OnLeak.
var leakReport atomic.Pointer[func(Leak)]

// OnLeak sets what is called, from a goroutine of its own, after the garbage
// collector found a leak. Without it, and with nil, log/slog's default logger
// warns of each.
func OnLeak(report func(Leak)) {
	if report == nil {
		leakReport.Store(nil)
		return
	}
	leakReport.Store(&report)
}

// report tells of it.
func (l Leak) report() {
	if report := leakReport.Load(); report != nil {
		(*report)(l)
		return
	}
	slog.Warn("gosqlite: "+l.What+" was lost without Close", "name", l.Name)
}

// openStmt is a statement that C holds. The list of them leads to the Stmt only
// weakly, so that one which the program lost is found.
type openStmt struct {
	s          *capi.Stmt
	sql        string
	owner      weak.Pointer[Stmt]
	handles    *handles
	watch      runtime.Cleanup
	prev, next *openStmt
}

// handles are what C holds for a connection. They know nothing of the Conn, so
// that they can outlive it.
type handles struct {
	c        *capi.Conn // set once
	name     string     // of the database
	stmts    *openStmt  // open statements
	callback bool       // C may call Go when the connection closes

	mu   sync.Mutex
	lost []*openStmt // for the goroutine that uses the connection to end them
	any  atomic.Bool // lost is not empty
}

// link adds a new statement to the connection's list.
func (c *Conn) link(s *Stmt) {
	h := c.handles
	o := &openStmt{s: s.s, sql: s.sql, owner: weak.Make(s), handles: h, next: h.stmts}
	o.watch = runtime.AddCleanup(s, (*openStmt).wasLost, o)
	if h.stmts != nil {
		h.stmts.prev = o
	}
	h.stmts, s.open = o, o
}

// wasLost runs when nothing leads to the Stmt any more.
func (o *openStmt) wasLost() {
	o.handles.mu.Lock()
	o.handles.lost = append(o.handles.lost, o)
	o.handles.mu.Unlock()
	o.handles.any.Store(true)
	Leak{What: "statement", Name: o.sql}.report()
}

// unlink finalizes a statement and takes it off the list.
func (h *handles) unlink(o *openStmt) {
	if o.s == nil {
		return
	}
	o.watch.Stop()
	s := o.owner.Value()
	if s != nil {
		s.forget()
		s.running = true // a callback that finalizing calls must leave it alone
	}
	cs := o.s
	o.s = nil // and must not find one that was lost
	cs.Finalize()
	if s != nil {
		s.running, s.s = false, nil
	}
	if o.prev != nil {
		o.prev.next = o.next
	} else {
		h.stmts = o.next
	}
	if o.next != nil {
		o.next.prev = o.prev
	}
	o.prev, o.next = nil, nil
}

// reclaim ends the statements that were lost. The caller has entered.
func (c *Conn) reclaim() {
	h := c.handles
	if !h.any.Load() {
		return
	}
	h.mu.Lock()
	lost := h.lost
	h.lost = nil
	h.any.Store(false)
	h.mu.Unlock()
	for _, o := range lost {
		h.unlink(o)
	}
}

// endOpen ends the run of an open statement. The caller has entered.
func (c *Conn) endOpen(o *openStmt) error {
	if s := o.owner.Value(); s != nil {
		return s.end()
	}
	return c.endLost(o)
}

// endLost ends a statement that was lost, whether or not it is known to be, and
// gives the error of its run's end. The caller has entered.
func (c *Conn) endLost(o *openStmt) error {
	cs := o.s
	o.s = nil // what the end calls must not end it once more
	rc := cs.Reset()
	err := c.outcome(rc, o.sql)
	o.s = cs
	c.handles.unlink(o)
	return err
}

// watchLeak reports a connection that is lost before Close stops the watch.
func (c *Conn) watchLeak() { c.leak = runtime.AddCleanup(c, (*handles).wasLost, c.handles) }

// wasLost runs when nothing leads to the Conn and so to its statements any more.
// It gives locks and memory back, unless closing could call into Go, where what
// was registered may be gone.
func (h *handles) wasLost() {
	if !h.callback {
		for h.stmts != nil {
			h.unlink(h.stmts)
		}
		h.c.Close() // refused while a backup or a blob is open, which is lost as well
	}
	Leak{What: "connection", Name: h.name}.report()
}
