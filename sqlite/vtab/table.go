// SPDX-License-Identifier: MIT

package vtab

import (
	"errors"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/internal/capi"
	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/internal/bridge"
)

// done is SQLITE_DONE.
const done = 101

// module is a Module as capi sees it.
type module struct {
	c *sqlite.Conn
	g bridge.Guest
	m Module
}

// Dropped is called when SQLite lets go of the module.

// Connect is called by C.
func (m *module) Connect(create bool, argv []string) (slot, rc int) {
	var t Table
	rc = m.g.Call(func() error {
		args := Args{Module: argv[0], Schema: argv[1], Table: argv[2], Args: argv[3:], Create: create}
		var schema string
		var err error
		if t, schema, err = m.m.Connect(m.c, args); err != nil {
			return err
		}
		if t == nil || strings.IndexByte(schema, 0) >= 0 {
			return misuse("module " + args.Module + ": Connect gave no table, or a schema with a NUL byte")
		}
		if err := m.g.Enter(); err != nil {
			return err
		}
		defer m.g.Leave()
		if rc := m.g.Handle().DeclareVTab(schema); rc != 0 {
			return m.g.Fail(rc)
		}
		return nil
	})
	if rc != 0 {
		return 0, rc
	}
	return m.g.Add(&table{g: m.g, t: t}), 0
}

// table is a Table as capi sees it.
type table struct {
	g         bridge.Guest
	t         Table
	lists     bool                // BestIndex has taken a list whole
	functions map[signature]found // that it was asked for and has
}

// End is called by C.
func (t *table) End(destroy bool) int {
	return t.g.Call(func() error {
		if d, ok := t.t.(Destroyer); ok && destroy {
			return d.Destroy()
		}
		if d, ok := t.t.(Disconnecter); ok {
			d.Disconnect()
		}
		return nil
	})
}

// Best is called by C.
func (t *table) Best(h capi.Index) int {
	refused := false
	rc := t.g.Call(func() error {
		x := newIndex(h)
		defer func() { x.over = true }()
		err := t.t.BestIndex(x)
		if errors.Is(err, sqlite.ErrConstraint) {
			// It has not failed: SQLite tries another plan.
			refused = true
			return nil
		}
		if err != nil {
			return err
		}
		t.lists = t.lists || x.lists
		return x.answer()
	})
	if refused {
		return int(sqlite.ErrConstraint)
	}
	return rc
}

// Open is called by C.
func (t *table) Open() (slot, rc int) {
	var c Cursor
	rc = t.g.Call(func() (err error) {
		c, err = t.t.Open()
		if err == nil && c == nil {
			err = misuse("Open gave no cursor")
		}
		return err
	})
	if rc != 0 {
		return 0, rc
	}
	return t.g.Add(&cursor{g: t.g, t: t, c: c}), 0
}

// Update is called by C: one cell deletes; more insert when the first is NULL,
// else they update.
func (t *table) Update(cells []capi.Cell) (rowID int64, rc int) {
	values := bridge.Values(cells).([]sqlite.Value)
	rc = t.g.Call(func() (err error) {
		u, ok := t.t.(Updater)
		switch {
		case !ok:
			return &sqlite.Error{Code: sqlite.ErrReadOnly, Message: "the virtual table may not be modified", Offset: -1}
		case len(values) == 1:
			return u.Delete(values[0])
		case values[0].IsNull():
			rowID, err = u.Insert(values[1], values[2:])
			return err
		}
		return u.Update(values[0], values[1], values[2:])
	})
	return rowID, rc
}

// Txn is called by C.
func (t *table) Txn(what, n int) int {
	tr, transacts := t.t.(Transactor)
	sp, saves := t.t.(Savepointer)
	if !transacts && what <= capi.VTabRollback || !saves && what > capi.VTabRollback {
		return 0
	}
	return t.g.Call(func() error {
		switch what {
		case capi.VTabBegin:
			return tr.Begin()
		case capi.VTabSync:
			return tr.Sync()
		case capi.VTabCommit:
			return tr.Commit()
		case capi.VTabRollback:
			return tr.Rollback()
		case capi.VTabSavepoint:
			return sp.Savepoint(n)
		case capi.VTabRelease:
			return sp.Release(n)
		}
		return sp.RollbackTo(n)
	})
}

// Rename is called by C.
func (t *table) Rename(name string) int {
	return t.g.Call(func() error {
		if r, ok := t.t.(Renamer); ok {
			return r.Rename(name)
		}
		return &sqlite.Error{Code: sqlite.ErrError, Message: "the virtual table cannot be renamed", Offset: -1}
	})
}

// cursor is a Cursor as capi sees it.
type cursor struct {
	g     bridge.Guest
	t     *table
	c     Cursor
	value sqlite.Value // of Column, here so that it is not allocated each time
}

// Close is called by C, which has no use for an error.
func (c *cursor) Close() { c.g.Call(c.c.Close) }

func (c *cursor) move(f func() (bool, error)) int {
	row := false
	rc := c.g.Call(func() (err error) {
		row, err = f()
		return err
	})
	if rc == 0 && !row {
		return done
	}
	return rc
}

// Filter is called by C.
func (c *cursor) Filter(num int, text string, args []capi.Cell, in capi.Lists) int {
	return c.filter(Plan{int32(num), text}, args, in)
}

func (c *cursor) filter(plan Plan, args []capi.Cell, in lister) int {
	values := bridge.Values(args).([]sqlite.Value)
	f, ok := c.c.(ListFilterer)
	return c.move(func() (bool, error) {
		if !ok && !c.t.lists {
			return c.c.Filter(plan, values)
		}
		lists, err := members(args, in)
		if err != nil {
			return false, err
		}
		if ok {
			return f.FilterLists(plan, values, lists)
		}
		if slices.ContainsFunc(lists, func(l []sqlite.Value) bool { return l != nil }) {
			return false, misuse("filter: BestIndex took a list by TakeList, and the cursor has no FilterLists: give it one, or use Take")
		}
		return c.c.Filter(plan, values)
	})
}

// Next is called by C.
func (c *cursor) Next() int { return c.move(c.c.Next) }

// Column is called by C.
func (c *cursor) Column(i int, unchanged bool) (skip bool) {
	if s, ok := c.c.(ColumnSkipper); ok && unchanged {
		if rc := c.g.Call(func() error { skip = s.SkipColumn(i); return nil }); rc != 0 {
			return false
		}
		if skip {
			return true
		}
	}
	rc := c.g.Call(func() (err error) {
		c.value, err = c.c.Column(i)
		return err
	})
	if rc == 0 {
		c.g.Result(&c.value)
	}
	return false
}

// RowID is called by C.
func (c *cursor) RowID() (id int64, rc int) {
	rc = c.g.Call(func() (err error) {
		id, err = c.c.RowID()
		return err
	})
	return id, rc
}
