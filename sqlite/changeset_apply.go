// SPDX-License-Identifier: MIT

package sqlite

import (
	"errors"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// ConflictKind is why a change does not fit.
//
// https://sqlite.org/session/c_changeset_conflict.html
type ConflictKind int

// Conflicts.
const (
	ConflictData       ConflictKind = 1 // SQLITE_CHANGESET_DATA: the row has other values than the change says
	ConflictNotFound   ConflictKind = 2 // SQLITE_CHANGESET_NOTFOUND: there is no such row
	ConflictConflict   ConflictKind = 3 // SQLITE_CHANGESET_CONFLICT: an inserted row's key is there already
	ConflictConstraint ConflictKind = 4 // SQLITE_CHANGESET_CONSTRAINT: another constraint fails
	ConflictForeignKey ConflictKind = 5 // SQLITE_CHANGESET_FOREIGN_KEY: at the end foreign keys are violated
)

// Resolution is what to do about a conflict.
//
// https://sqlite.org/session/c_changeset_abort.html
type Resolution int

// Resolutions.
const (
	ConflictOmit    Resolution = 0 // SQLITE_CHANGESET_OMIT: leave this change out
	ConflictReplace Resolution = 1 // SQLITE_CHANGESET_REPLACE: only for ConflictData and ConflictConflict
	ConflictAbort   Resolution = 2 // SQLITE_CHANGESET_ABORT: undo all
)

// Conflict is a change that does not fit the database it is applied to.
type Conflict struct {
	*Change
	Kind ConflictKind
}

// Conflicting is sqlite3changeset_conflict: column i of the row in the way, for
// ConflictData and ConflictConflict.
//
// https://sqlite.org/session/sqlite3changeset_conflict.html
func (c *Conflict) Conflicting(i int) (Value, error) {
	if c.Kind != ConflictData && c.Kind != ConflictConflict {
		return Value{}, misuse("this kind of conflict has no row in the way")
	}
	v, _, err := c.value(capi.ChangeConflict, i)
	return v, err
}

// ForeignKeys is sqlite3changeset_fk_conflicts: the number of violations, for
// ConflictForeignKey.
//
// https://sqlite.org/session/sqlite3changeset_fk_conflicts.html
func (c *Conflict) ForeignKeys() (int, error) {
	if c.ch == 0 {
		return 0, errChangeOver
	}
	n, rc := c.ch.FKConflicts()
	if rc != 0 {
		return 0, changesetError(rc)
	}
	return n, nil
}

// ApplyFlags tune [Conn.Apply].
//
// https://sqlite.org/session/c_changesetapply_fknoaction.html
type ApplyFlags int

// Flags of Apply.
const (
	ApplyNoSavepoint ApplyFlags = 0x01 // SQLITE_CHANGESETAPPLY_NOSAVEPOINT: what was applied before an error stays
	ApplyInvert      ApplyFlags = 0x02 // SQLITE_CHANGESETAPPLY_INVERT
	ApplyIgnoreNoop  ApplyFlags = 0x04 // SQLITE_CHANGESETAPPLY_IGNORENOOP: no conflict when nothing is to do
	ApplyFKNoAction  ApplyFlags = 0x08 // SQLITE_CHANGESETAPPLY_FKNOACTION: foreign keys act as NO ACTION
)

// Apply says how a changeset is applied. Its functions must not use the
// connection, and their Change is good until they return.
type Apply struct {
	// Filter picks changes; nil takes all.
	Filter func(ch *Change) bool
	// Conflict decides about a change that does not fit; an error undoes all and
	// is that of Apply. nil aborts at the first.
	Conflict func(c *Conflict) (Resolution, error)
	Flags    ApplyFlags
}

// Apply is sqlite3changeset_apply_v3 to the schema "main": all changes or, after
// an error, none. rebase is what a [Rebaser] needs to know of the conflicts.
// An abort is an error that matches ErrAbort, for foreign keys ErrConstraint.
//
// https://sqlite.org/session/sqlite3changeset_apply.html
func (c *Conn) Apply(cs Changeset, how Apply) (rebase []byte, err error) {
	if err := cs.check(); err != nil {
		return nil, err
	}
	return c.apply(how, func(slot int) ([]byte, int) {
		return c.c.ApplyChangeset(cs, slot, how.Filter != nil, int(how.Flags))
	})
}

// apply keeps what is promised of errors where SQLite does not: it passes over a
// change whose filter panics. Outside of a transaction there is no commit then.
func (c *Conn) apply(how Apply, call func(slot int) ([]byte, int)) (rebase []byte, err error) {
	if how.Filter == nil || how.Flags&ApplyNoSavepoint != 0 || c.AutoCommit() {
		return c.applyInside(how, call)
	}
	if err := c.Exec("SAVEPOINT gosqlite_apply"); err != nil {
		return nil, err
	}
	rebase, err = c.applyInside(how, call)
	if c.AutoCommit() {
		return rebase, err // the error has rolled everything back
	}
	if err != nil {
		err = errors.Join(err, c.Exec("ROLLBACK TO gosqlite_apply"))
	}
	return rebase, errors.Join(err, c.Exec("RELEASE gosqlite_apply"))
}

// applyInside runs a call of C with the applier in a slot.
func (c *Conn) applyInside(how Apply, call func(slot int) ([]byte, int)) (rebase []byte, err error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	defer c.leave()
	a := &applier{c: c, how: how}
	slot := c.hosted().Add(a)
	defer c.host.Drop(slot)
	rebase, rc := call(slot)
	if err := c.outcome(rc, ""); err != nil {
		return nil, err
	}
	return rebase, nil
}

type applier struct {
	c   *Conn
	how Apply
}

// Wants is called by C.
func (a *applier) Wants(h capi.Change) (yes bool) {
	if a.c.thrown != nil {
		return false
	}
	ch := &Change{h}
	defer func() { ch.ch = 0 }()
	a.c.tell(func() { yes = a.how.Filter(ch) })
	return yes
}

// Resolve is called by C.
func (a *applier) Resolve(kind int, h capi.Change) int {
	if a.how.Conflict == nil {
		return int(ConflictAbort)
	}
	conflict := &Conflict{&Change{h}, ConflictKind(kind)}
	defer func() { conflict.ch = 0 }()
	answer := ConflictAbort
	err := a.c.guard(func() (err error) {
		answer, err = a.how.Conflict(conflict)
		return err
	})
	if err != nil {
		a.c.throwSilent(err)
		return int(ConflictAbort)
	}
	return int(answer)
}
