// SPDX-License-Identifier: MIT

package sqlite

import (
	"sync"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// ChangeGroup joins changesets, or patchsets, into one. It needs no connection
// and may be shared.
//
// https://sqlite.org/session/changegroup.html
type ChangeGroup struct {
	mu   sync.Mutex
	g    capi.ChangeGroup // 0 after Close
	conn *Conn            // whose schema it reads, or nil
}

// NewChangeGroup is sqlite3changegroup_new.
//
// https://sqlite.org/session/sqlite3changegroup_new.html
func NewChangeGroup() (*ChangeGroup, error) {
	g, rc := capi.NewChangeGroup()
	if rc != 0 {
		return nil, changesetError(rc)
	}
	return &ChangeGroup{g: g}, nil
}

func (g *ChangeGroup) do(f func() int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.g == 0 {
		return misuse("change group is closed")
	}
	if g.conn != nil {
		if err := g.conn.enter(); err != nil {
			return err
		}
		defer g.conn.leave()
	}
	if rc := f(); rc != 0 {
		return changesetError(rc)
	}
	return nil
}

// SetSchema is sqlite3changegroup_schema: changesets that were recorded before
// columns were added are widened to the tables of a schema of c. It comes before
// the first Add. From then on each call uses c, whose Close closes the group.
//
// https://sqlite.org/session/sqlite3changegroup_schema.html
func (g *ChangeGroup) SetSchema(c *Conn, schema string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.g == 0:
		return misuse("change group is closed")
	case g.conn != nil:
		return misuse("the change group has a schema already")
	}
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	if rc := c.c.GroupSchema(g.g, schema); rc != 0 {
		return changesetError(rc)
	}
	g.conn = c
	c.own(g)
	return nil
}

// Add is sqlite3changegroup_add.
//
// https://sqlite.org/session/sqlite3changegroup_add.html
func (g *ChangeGroup) Add(cs Changeset) error {
	if err := cs.check(); err != nil {
		return err
	}
	return g.do(func() int { return g.g.Add(cs) })
}

// AddChange is sqlite3changegroup_add_change of one change of an iteration.
//
// https://sqlite.org/session/sqlite3changegroup_add_change.html
func (g *ChangeGroup) AddChange(ch *Change) error {
	if ch.ch == 0 {
		return errChangeOver
	}
	return g.do(func() int { return g.g.AddChange(ch.ch) })
}

// Changeset is sqlite3changegroup_output. The group goes on.
//
// https://sqlite.org/session/sqlite3changegroup_output.html
func (g *ChangeGroup) Changeset() (cs Changeset, err error) {
	err = g.do(func() (rc int) {
		var b []byte
		b, rc = g.g.Output()
		cs = b
		return rc
	})
	return cs, err
}

// Close is sqlite3changegroup_delete. A second Close does nothing.
//
// https://sqlite.org/session/sqlite3changegroup_delete.html
func (g *ChangeGroup) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.g == 0 {
		return nil
	}
	if g.conn != nil {
		if err := g.conn.enter(); err != nil {
			return err
		}
		defer g.conn.leave()
		g.conn.disown(g)
	}
	g.g.Delete()
	g.g = 0
	return nil
}

// Rebaser changes local changesets so that they apply after remote ones whose
// conflicts were resolved. It needs no connection and may be shared.
//
// https://sqlite.org/session/rebaser.html
type Rebaser struct {
	mu sync.Mutex
	r  capi.Rebaser // 0 after Close
}

// NewRebaser is sqlite3rebaser_create.
//
// https://sqlite.org/session/sqlite3rebaser_create.html
func NewRebaser() (*Rebaser, error) {
	r, rc := capi.NewRebaser()
	if rc != 0 {
		return nil, changesetError(rc)
	}
	return &Rebaser{r: r}, nil
}

func (r *Rebaser) do(f func() int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.r == 0 {
		return misuse("rebaser is closed")
	}
	if rc := f(); rc != 0 {
		return changesetError(rc)
	}
	return nil
}

// Configure is sqlite3rebaser_configure with what [Conn.Apply] gave.
//
// https://sqlite.org/session/sqlite3rebaser_configure.html
func (r *Rebaser) Configure(rebase []byte) error {
	if err := Changeset(rebase).check(); err != nil {
		return err
	}
	return r.do(func() int { return r.r.Configure(rebase) })
}

// Rebase is sqlite3rebaser_rebase.
//
// https://sqlite.org/session/sqlite3rebaser_rebase.html
func (r *Rebaser) Rebase(cs Changeset) (out Changeset, err error) {
	if err := cs.check(); err != nil {
		return nil, err
	}
	err = r.do(func() (rc int) {
		var b []byte
		b, rc = r.r.Rebase(cs)
		out = b
		return rc
	})
	return out, err
}

// Close is sqlite3rebaser_delete. A second Close does nothing.
//
// https://sqlite.org/session/sqlite3rebaser_delete.html
func (r *Rebaser) Close() {
	_ = r.do(func() int { r.r.Delete(); r.r = 0; return 0 })
}
