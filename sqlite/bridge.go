// SPDX-License-Identifier: MIT

package sqlite

import (
	"github.com/gosqlite/gosqlite/internal/capi"
	"github.com/gosqlite/gosqlite/sqlite/internal/bridge"
)

func init() {
	bridge.Of = func(conn any) bridge.Guest { return guest{conn.(*Conn)} }
	bridge.Values = func(cells []capi.Cell) any {
		values := make([]Value, len(cells))
		for i := range cells {
			values[i] = cellValue(&cells[i])
		}
		return values
	}
}

// guest is a connection for the packages beside this one.
type guest struct{ c *Conn }

func (g guest) Enter() error { return g.c.enter() }

func (g guest) Leave() { g.c.leave() }

func (g guest) Handle() *capi.Conn { return g.c.c }

func (g guest) Add(v any) int { return g.c.hosted().Add(v) }

func (g guest) Drop(slot int) { g.c.host.Drop(slot) }

func (g guest) Fail(rc int) error { return g.c.fail(rc, "") }

func (g guest) Call(f func() error) int {
	err := g.c.hook(f)
	if err == nil {
		return 0
	}
	code, msg := g.c.throw(err)
	g.c.c.ResultError(int(code), msg)
	return int(code)
}

func (g guest) Result(value any) {
	if err := writeValue(g.c.c, *value.(*Value)); err != nil {
		code, msg := g.c.throw(err)
		g.c.c.ResultError(int(code), msg)
	}
}
