// SPDX-License-Identifier: MIT

package sqlite

import (
	"time"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// TraceEvent is a set of things to be told of.
//
// https://sqlite.org/c3ref/c_trace.html
type TraceEvent uint32

// Events of [Conn.SetTrace].
const (
	TraceStmt    TraceEvent = 1 // SQLITE_TRACE_STMT: a statement, or a trigger in it, begins
	TraceProfile TraceEvent = 2 // SQLITE_TRACE_PROFILE: a statement has ended
	TraceRow     TraceEvent = 4 // SQLITE_TRACE_ROW: a statement gives a row
	TraceClose   TraceEvent = 8 // SQLITE_TRACE_CLOSE: the connection closes
)

// Trace is one event, for as long as the callback runs.
type Trace struct {
	Event   TraceEvent
	Elapsed time.Duration // of TraceProfile: about how long the statement ran

	stmt       capi.Traced
	text       string // of TraceStmt
	k          *Context
	generation uint64
}

// SQL is the statement's text with its parameters as written; for a trigger a
// comment that names it. It is "" for TraceClose.
//
// https://sqlite.org/c3ref/expanded_sql.html
func (t *Trace) SQL() string {
	if t.text != "" || t.stmt == 0 || t.generation != t.k.generation {
		return t.text
	}
	return t.stmt.SQL()
}

// ExpandedSQL is sqlite3_expanded_sql: the text with the parameters' values.
// Mind secrets.
//
// https://sqlite.org/c3ref/expanded_sql.html
func (t *Trace) ExpandedSQL() string {
	if t.stmt == 0 || t.generation != t.k.generation {
		return ""
	}
	return t.stmt.ExpandedSQL()
}

// SetTrace is sqlite3_trace_v2: f is told of the events in the set. f must not
// use the connection but through the Trace. nil takes it away.
//
// https://sqlite.org/c3ref/trace_v2.html
func (c *Conn) SetTrace(events TraceEvent, f func(t *Trace)) error {
	if f == nil {
		events = 0
	}
	return c.set(&c.hooks.trace, events&TraceRow != 0, func(bool) {
		c.host.Trace = func(event uint32, stmt capi.Traced, text string, ns int64) {
			c.tell(func() {
				k := c.contexts[c.depth.Load()-1]
				f(&Trace{Event: TraceEvent(event), Elapsed: time.Duration(ns), stmt: stmt, text: text, k: k, generation: k.generation})
			})
		}
		c.c.SetTrace(uint32(events))
	})
}
