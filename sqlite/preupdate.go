// SPDX-License-Identifier: MIT

package sqlite

// PreUpdate is a row that is about to change, for as long as the hook runs.
//
// https://sqlite.org/c3ref/preupdate_blobwrite.html
type PreUpdate struct {
	Op       Op
	Schema   string
	Table    string
	OldRowID int64 // of Update and Delete; void in a table WITHOUT ROWID
	NewRowID int64 // of Insert and Update; void in a table WITHOUT ROWID

	c          *Conn
	k          *Context
	generation uint64
}

// SetPreUpdateHook is sqlite3_preupdate_hook: f is called before a row of a
// table changes, also of one WITHOUT ROWID, but not of a virtual or system
// table. f must not change the database. nil takes the hook away. A [Session]
// uses the same place, so that the two exclude each other.
//
// https://sqlite.org/c3ref/preupdate_blobwrite.html
func (c *Conn) SetPreUpdateHook(f func(p *PreUpdate)) error {
	if err := c.enter(); err != nil {
		return err
	}
	recording := c.sessions > 0
	c.leave()
	if recording {
		return errSessionHook
	}
	return c.set(&c.hooks.preUpdate, f != nil, func(on bool) {
		c.host.PreUpdate = func(op int, schema, table string, from, to int64) {
			c.tell(func() {
				k := c.contexts[c.depth.Load()-1]
				f(&PreUpdate{Op: Op(op), Schema: schema, Table: table, OldRowID: from, NewRowID: to, c: c, k: k, generation: k.generation})
			})
		}
		c.c.SetPreUpdate(on)
	})
}

// live reports whether the hook still runs: C waits in it.
func (p *PreUpdate) live() bool { return p.k != nil && p.generation == p.k.generation }

var errPreUpdateOver = misuse("the hook that this change belongs to has returned")

// Count is sqlite3_preupdate_count: the columns of the row.
//
// https://sqlite.org/c3ref/preupdate_blobwrite.html
func (p *PreUpdate) Count() int {
	if !p.live() {
		return 0
	}
	return p.c.c.PreUpdateCount()
}

// Depth is sqlite3_preupdate_depth: 0 for a change by a statement, 1 for one by
// a trigger of it, and so on.
//
// https://sqlite.org/c3ref/preupdate_blobwrite.html
func (p *PreUpdate) Depth() int {
	if !p.live() {
		return 0
	}
	return p.c.c.PreUpdateDepth()
}

// BlobWrite is sqlite3_preupdate_blobwrite: the column that [BlobIO] writes to,
// -1 when the change is not by it. Such a change comes as a Delete.
//
// https://sqlite.org/c3ref/preupdate_blobwrite.html
func (p *PreUpdate) BlobWrite() int {
	if !p.live() {
		return -1
	}
	return p.c.c.PreUpdateBlobWrite()
}

// Old is sqlite3_preupdate_old: column i (from 0) before an Update or Delete.
// The value is good until the hook returns.
//
// https://sqlite.org/c3ref/preupdate_blobwrite.html
func (p *PreUpdate) Old(i int) (Arg, error) { return p.value(false, i) }

// New is sqlite3_preupdate_new: column i (from 0) after an Insert or Update. The
// value is good until the hook returns.
//
// https://sqlite.org/c3ref/preupdate_blobwrite.html
func (p *PreUpdate) New(i int) (Arg, error) { return p.value(true, i) }

func (p *PreUpdate) value(newValue bool, i int) (Arg, error) {
	if !p.live() {
		return Arg{}, errPreUpdateOver
	}
	if i < 0 || i >= p.c.c.PreUpdateCount() {
		return Arg{}, coded(ErrRange, "the row has no such column")
	}
	if newValue && p.Op == Delete || !newValue && p.Op == Insert {
		return Arg{}, misuse("an inserted row has no old values and a deleted one no new values")
	}
	cell, rc := p.c.c.PreUpdateValue(newValue, i)
	if rc != 0 {
		return Arg{}, p.c.fail(rc, "")
	}
	return Arg{cell, p.k, p.generation}, nil
}
