// SPDX-License-Identifier: MIT

package sqlite

import (
	"iter"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// Changeset is a set of changes, or a patchset, in SQLite's format: at most
// 2 GiB. One from a foreign source may be anything; reading it then gives an
// error that matches ErrCorrupt.
//
// https://sqlite.org/sessionintro.html
type Changeset []byte

func (cs Changeset) check() error {
	if int64(len(cs)) > 1<<31-1 {
		return coded(ErrTooBig, "a changeset has at most 2 GiB")
	}
	return nil
}

// row is SQLITE_ROW.
const row = 100

// All is sqlite3changeset_start_v2 and sqlite3changeset_next: the changes, table
// by table; a last error ends them. A Change is good until the next one.
//
// https://sqlite.org/session/sqlite3changeset_start.html
func (cs Changeset) All() iter.Seq2[*Change, error] {
	return func(yield func(*Change, error) bool) {
		if err := cs.check(); err != nil {
			yield(nil, err)
			return
		}
		walk(func() (*capi.Changes, int) { return capi.StartChanges(cs, 0) }, yield)
	}
}

// walk yields the changes of an iterator that start makes.
func walk(start func() (*capi.Changes, int), yield func(*Change, error) bool) {
	it, rc := start()
	if rc != 0 {
		yield(nil, changesetError(rc))
		return
	}
	ch := &Change{}
	defer func() {
		if it != nil {
			ch.ch = 0
			it.Finish()
		}
	}()
	for it.Next() == row {
		ch.ch = it.Change()
		if !yield(ch, nil) {
			return
		}
	}
	ch.ch = 0
	rc = it.Finish()
	it = nil
	if rc != 0 {
		yield(nil, changesetError(rc))
	}
}

func changesetError(rc int) error { return coded(ErrorCode(rc), "changeset: "+capi.ErrStr(rc)) }

// Invert is sqlite3changeset_invert: the changes that undo these. A patchset
// cannot be inverted.
//
// https://sqlite.org/session/sqlite3changeset_invert.html
func (cs Changeset) Invert() (Changeset, error) {
	if err := cs.check(); err != nil {
		return nil, err
	}
	b, rc := capi.InvertChangeset(cs)
	if rc != 0 {
		return nil, changesetError(rc)
	}
	return b, nil
}

// Concat is sqlite3changeset_concat: one changeset that does what these do one
// after the other.
//
// https://sqlite.org/session/sqlite3changeset_concat.html
func (cs Changeset) Concat(more ...Changeset) (Changeset, error) {
	g, err := NewChangeGroup()
	if err != nil {
		return nil, err
	}
	defer g.Close()
	for _, one := range append([]Changeset{cs}, more...) {
		if err := g.Add(one); err != nil {
			return nil, err
		}
	}
	return g.Changeset()
}

// Change is one row's change in a [Changeset].
//
// https://sqlite.org/session/changeset_iter.html
type Change struct {
	ch capi.Change // 0 when the iteration went on
}

var errChangeOver = misuse("the iteration that this change belongs to has gone on")

// Table is the table's name from sqlite3changeset_op; "" for a change that is
// over.
//
// https://sqlite.org/session/sqlite3changeset_op.html
func (ch *Change) Table() string {
	if ch.ch == 0 {
		return ""
	}
	table, _, _, _, _ := ch.ch.Op()
	return table
}

// Op is what happened, from sqlite3changeset_op; 0 for a change that is over.
//
// https://sqlite.org/session/sqlite3changeset_op.html
func (ch *Change) Op() Op {
	if ch.ch == 0 {
		return 0
	}
	_, _, op, _, _ := ch.ch.Op()
	return Op(op)
}

// Columns is the number of columns, from sqlite3changeset_op.
//
// https://sqlite.org/session/sqlite3changeset_op.html
func (ch *Change) Columns() int {
	if ch.ch == 0 {
		return 0
	}
	_, n, _, _, _ := ch.ch.Op()
	return n
}

// Indirect reports whether a trigger, a foreign key or [Session.SetIndirect]
// made the change, from sqlite3changeset_op.
//
// https://sqlite.org/session/sqlite3changeset_op.html
func (ch *Change) Indirect() bool {
	if ch.ch == 0 {
		return false
	}
	_, _, _, indirect, _ := ch.ch.Op()
	return indirect
}

// PrimaryKey is sqlite3changeset_pk: for each column whether it is part of the
// key. For [ConflictForeignKey], which is about no row, it is an error that
// matches ErrMisuse.
//
// https://sqlite.org/session/sqlite3changeset_pk.html
func (ch *Change) PrimaryKey() ([]bool, error) {
	if ch.ch == 0 {
		return nil, errChangeOver
	}
	pk, rc := ch.ch.PrimaryKey()
	if rc != 0 {
		return nil, changesetError(rc)
	}
	return pk, nil
}

// Old is sqlite3changeset_old: column i (from 0) of an updated or deleted row.
// ok is false for a column that an update did not touch.
//
// https://sqlite.org/session/sqlite3changeset_old.html
func (ch *Change) Old(i int) (v Value, ok bool, err error) { return ch.value(capi.ChangeOld, i) }

// New is sqlite3changeset_new: column i (from 0) of an inserted or updated row.
// ok is false for a column that an update did not touch.
//
// https://sqlite.org/session/sqlite3changeset_new.html
func (ch *Change) New(i int) (v Value, ok bool, err error) { return ch.value(capi.ChangeNew, i) }

func (ch *Change) value(which, i int) (Value, bool, error) {
	if ch.ch == 0 {
		return Value{}, false, errChangeOver
	}
	cell, present, rc := ch.ch.Value(which, i)
	if rc != 0 {
		return Value{}, false, changesetError(rc)
	}
	if !present {
		return Value{}, false, nil
	}
	return cellValue(&cell), true, nil
}
