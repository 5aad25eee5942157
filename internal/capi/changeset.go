// SPDX-License-Identifier: MIT

package capi

// #include "session.h"
import "C"

import "unsafe"

// data gives a slice as C takes it. It is a *C.char, never an unsafe.Pointer:
// for that cgo looks through the whole object that the slice is part of, and
// panics where it holds a Go pointer.
func data(b []byte) (*C.char, C.int) {
	return (*C.char)(unsafe.Pointer(unsafe.SliceData(b))), C.int(len(b))
}

// Changes is an iterator over a copy of a changeset.
type Changes C.gosqlite_changeset

// StartChanges is sqlite3changeset_start_v2.
func StartChanges(b []byte, flags int) (*Changes, int) {
	var out *C.gosqlite_changeset
	p, n := data(b)
	rc := C.gosqlite_changes_start(p, n, C.int(flags), &out)
	return (*Changes)(out), int(rc)
}

func (c *Changes) p() *C.gosqlite_changeset { return (*C.gosqlite_changeset)(c) }

// Next is sqlite3changeset_next: SQLITE_ROW, SQLITE_DONE or an error.
func (c *Changes) Next() int { return int(C.gosqlite_changes_next(c.p())) }

// Change is the current one.
func (c *Changes) Change() Change { return Change(C.gosqlite_changes_iter(c.p())) }

// Finish is sqlite3changeset_finalize.
func (c *Changes) Finish() int { return int(C.gosqlite_changes_finish(c.p())) }

// Change is an sqlite3_changeset_iter at a change.
type Change C.uintptr_t

// Values of a change.
const (
	ChangeOld      = C.GOSQLITE_CHANGE_OLD
	ChangeNew      = C.GOSQLITE_CHANGE_NEW
	ChangeConflict = C.GOSQLITE_CHANGE_CONFLICT
)

// Op is sqlite3changeset_op.
func (ch Change) Op() (table string, columns, op int, indirect bool, rc int) {
	var t *C.char
	var n, o, i C.int
	rc = int(C.gosqlite_change_op(C.uintptr_t(ch), &t, &n, &o, &i))
	return C.GoString(t), int(n), int(o), i != 0, rc
}

// PrimaryKey is sqlite3changeset_pk.
func (ch Change) PrimaryKey() ([]bool, int) {
	var pk *C.uchar
	var n C.int
	if rc := C.gosqlite_change_pk(C.uintptr_t(ch), &pk, &n); rc != 0 {
		return nil, int(rc)
	}
	out := make([]bool, int(n))
	for i, v := range bytesAt(unsafe.Pointer(pk), int64(n)) {
		out[i] = v != 0
	}
	return out, 0
}

// Value is sqlite3changeset_old, _new or _conflict; the cell is good until the
// iterator moves.
func (ch Change) Value(which, i int) (cell Cell, present bool, rc int) {
	var out C.gosqlite_cell
	var p C.int
	rc = int(C.gosqlite_change_value(C.uintptr_t(ch), C.int(which), C.int(i), &out, &p))
	return Cell{V: int64(out.v), N: int64(out.n)}, p != 0, rc
}

// FKConflicts is sqlite3changeset_fk_conflicts.
func (ch Change) FKConflicts() (int, int) {
	var n C.int
	rc := C.gosqlite_change_fk_conflicts(C.uintptr_t(ch), &n)
	return int(n), int(rc)
}

// InvertChangeset is sqlite3changeset_invert.
func InvertChangeset(b []byte) ([]byte, int) {
	in, n := data(b)
	return output(func(nout *C.int, p *unsafe.Pointer) C.int { return C.gosqlite_changeset_invert(in, n, nout, p) })
}

// ApplyChangeset is sqlite3changeset_apply_v3 with the Applier in a slot.
func (c *Conn) ApplyChangeset(b []byte, slot int, filter bool, flags int) (rebase []byte, rc int) {
	in, n := data(b)
	return output(func(nout *C.int, p *unsafe.Pointer) C.int {
		return C.gosqlite_changeset_apply(c.h(), in, n, C.int(slot), flag(filter), C.int(flags), p, nout)
	})
}

// ChangeGroup is an sqlite3_changegroup.
type ChangeGroup C.uintptr_t

// NewChangeGroup is sqlite3changegroup_new.
func NewChangeGroup() (ChangeGroup, int) {
	var out C.uintptr_t
	rc := C.gosqlite_group_new(&out)
	return ChangeGroup(out), int(rc)
}

// GroupSchema is sqlite3changegroup_schema.
func (c *Conn) GroupSchema(g ChangeGroup, schema string) int {
	p, free := cstring(schema)
	defer free()
	return int(C.gosqlite_group_schema(c.h(), C.uintptr_t(g), p))
}

// Add is sqlite3changegroup_add.
func (g ChangeGroup) Add(b []byte) int {
	p, n := data(b)
	return int(C.gosqlite_group_add(C.uintptr_t(g), p, n))
}

// AddChange is sqlite3changegroup_add_change.
func (g ChangeGroup) AddChange(ch Change) int {
	return int(C.gosqlite_group_add_change(C.uintptr_t(g), C.uintptr_t(ch)))
}

// Output is sqlite3changegroup_output.
func (g ChangeGroup) Output() ([]byte, int) {
	return output(func(n *C.int, p *unsafe.Pointer) C.int { return C.gosqlite_group_output(C.uintptr_t(g), n, p) })
}

// Delete is sqlite3changegroup_delete.
func (g ChangeGroup) Delete() { C.gosqlite_group_delete(C.uintptr_t(g)) }

// Rebaser is an sqlite3_rebaser.
type Rebaser C.uintptr_t

// NewRebaser is sqlite3rebaser_create.
func NewRebaser() (Rebaser, int) {
	var out C.uintptr_t
	rc := C.gosqlite_rebaser_new(&out)
	return Rebaser(out), int(rc)
}

// Configure is sqlite3rebaser_configure.
func (r Rebaser) Configure(b []byte) int {
	p, n := data(b)
	return int(C.gosqlite_rebaser_configure(C.uintptr_t(r), p, n))
}

// Rebase is sqlite3rebaser_rebase.
func (r Rebaser) Rebase(b []byte) ([]byte, int) {
	in, n := data(b)
	return output(func(nout *C.int, p *unsafe.Pointer) C.int {
		return C.gosqlite_rebaser_rebase(C.uintptr_t(r), in, n, nout, p)
	})
}

// Delete is sqlite3rebaser_delete.
func (r Rebaser) Delete() { C.gosqlite_rebaser_delete(C.uintptr_t(r)) }
