// SPDX-License-Identifier: MIT

package driver

import (
	"runtime"

	"github.com/gosqlite/gosqlite/internal/plumbing"
)

// guard is held by open rows alone, so that rows which the program lost take it
// with them and are reported. The connection keeps it between rows: watching
// costs a query nothing.
type guard struct{ watched *watched }

// watched is what remains of lost rows.
type watched struct {
	sql  string
	open bool
}

func (c *Conn) takeGuard(sql string) *guard {
	g := c.guard
	c.guard = nil
	if g == nil {
		g = &guard{&watched{}}
		runtime.AddCleanup(g, (*watched).wasLost, g.watched)
	}
	g.watched.sql, g.watched.open = sql, true
	return g
}

func (c *Conn) giveGuard(g *guard) {
	if g == nil {
		return
	}
	g.watched.sql, g.watched.open = "", false
	c.guard = g
}

func (w *watched) wasLost() {
	if w.open {
		plumbing.ReportLeak("rows", w.sql)
	}
}
