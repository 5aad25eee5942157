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

// Report reports a leak; for packages that hand out handles of their own.
func (l Leak) Report() {
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
	orphans    *orphans
	watch      runtime.Cleanup
	prev, next *openStmt
}

// orphans are statements that were lost; the goroutine that uses the
// connection ends them.
type orphans struct {
	any atomic.Bool
	mu  sync.Mutex
	all []*openStmt
}

// link adds a new statement to the connection's list.
func (c *Conn) link(s *Stmt) {
	o := &openStmt{s: s.s, sql: s.sql, owner: weak.Make(s), orphans: c.orphans, next: c.stmts}
	o.watch = runtime.AddCleanup(s, (*openStmt).wasLost, o)
	if c.stmts != nil {
		c.stmts.prev = o
	}
	c.stmts, s.open = o, o
}

// wasLost runs when nothing leads to the Stmt any more.
func (o *openStmt) wasLost() {
	o.orphans.mu.Lock()
	o.orphans.all = append(o.orphans.all, o)
	o.orphans.mu.Unlock()
	o.orphans.any.Store(true)
	Leak{What: "statement", Name: o.sql}.Report()
}

// unlink finalizes a statement and takes it off the list.
func (c *Conn) unlink(o *openStmt) {
	if o.s == nil {
		return
	}
	o.watch.Stop()
	s := o.owner.Value()
	if s != nil {
		s.forget()
		s.running = true // a callback that finalizing calls must leave it alone
	}
	o.s.Finalize()
	o.s = nil
	if s != nil {
		s.running, s.s = false, nil
	}
	if o.prev != nil {
		o.prev.next = o.next
	} else {
		c.stmts = o.next
	}
	if o.next != nil {
		o.next.prev = o.prev
	}
	o.prev, o.next = nil, nil
}

// reclaim ends the statements that were lost. The caller has entered.
func (c *Conn) reclaim() {
	if !c.orphans.any.Load() {
		return
	}
	c.orphans.mu.Lock()
	all := c.orphans.all
	c.orphans.all = nil
	c.orphans.any.Store(false)
	c.orphans.mu.Unlock()
	for _, o := range all {
		c.unlink(o)
	}
}

// watchLeak reports a connection that is lost before Close stops the watch.
func (c *Conn) watchLeak(name string) {
	c.leak = runtime.AddCleanup(c, func(name string) { Leak{What: "connection", Name: name}.Report() }, name)
}
