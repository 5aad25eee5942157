// SPDX-License-Identifier: MIT

package capi

// #include "session.h"
// #include <stdlib.h>
// #ifndef _WIN32
// #include "callback.h"
// #endif
import "C"

import "unsafe"

// TableFilter is a session's filter in a Host's table.
type TableFilter interface{ Records(table string) bool }

// Applier answers while a changeset is applied; it lies in a Host's table.
type Applier interface {
	Wants(ch Change) bool
	Resolve(kind int, ch Change) int
}

//export gosqliteGoSessionFilter
func gosqliteGoSessionFilter(host C.uintptr_t, slot C.int, table *C.char) C.int {
	return flag(hostOf(host).slots[slot].(TableFilter).Records(C.GoString(table)))
}

//export gosqliteGoApplyFilter
func gosqliteGoApplyFilter(host C.uintptr_t, slot C.int, iter C.uintptr_t) C.int {
	return flag(hostOf(host).slots[slot].(Applier).Wants(Change(iter)))
}

//export gosqliteGoConflict
func gosqliteGoConflict(host C.uintptr_t, slot, kind C.int, iter C.uintptr_t) C.int {
	return C.int(hostOf(host).slots[slot].(Applier).Resolve(int(kind), Change(iter)))
}

// Session is an sqlite3_session.
type Session C.uintptr_t

// NewSession is sqlite3session_create.
func (c *Conn) NewSession(schema string) (Session, int) {
	p := C.CString(schema)
	defer C.free(unsafe.Pointer(p))
	var out C.uintptr_t
	rc := C.gosqlite_session_create(c.h(), p, &out)
	return Session(out), int(rc)
}

// Delete is sqlite3session_delete.
func (s Session) Delete() { C.gosqlite_session_delete(C.uintptr_t(s)) }

// RowID is sqlite3session_object_config of SQLITE_SESSION_OBJCONFIG_ROWID.
func (s Session) RowID(on bool) int {
	return int(C.gosqlite_session_rowid(C.uintptr_t(s), flag(on)))
}

// Enable is sqlite3session_enable; on < 0 asks.
func (s Session) Enable(on int) bool {
	return C.gosqlite_session_enable(C.uintptr_t(s), C.int(on)) != 0
}

// Indirect is sqlite3session_indirect; on < 0 asks.
func (s Session) Indirect(on int) bool {
	return C.gosqlite_session_indirect(C.uintptr_t(s), C.int(on)) != 0
}

// IsEmpty is sqlite3session_isempty.
func (s Session) IsEmpty() bool { return C.gosqlite_session_isempty(C.uintptr_t(s)) != 0 }

// MemoryUsed is sqlite3session_memory_used.
func (s Session) MemoryUsed() int64 { return int64(C.gosqlite_session_memory(C.uintptr_t(s))) }

// SessionAttach is sqlite3session_attach; "" stands for all tables.
func (c *Conn) SessionAttach(s Session, table string) int {
	p, free := cstring(table)
	defer free()
	return int(C.gosqlite_session_attach(c.h(), C.uintptr_t(s), p))
}

// SessionFilter is sqlite3session_table_filter of the filter in a slot. What it
// returns goes to SessionUnfilter once the session is deleted.
func (c *Conn) SessionFilter(s Session, slot int) (kept uintptr, rc int) {
	var out C.uintptr_t
	rc = int(C.gosqlite_session_filter(c.h(), C.uintptr_t(s), C.int(slot), &out))
	return uintptr(out), rc
}

// SessionUnfilter drops a filter's slot.
func SessionUnfilter(kept uintptr) { C.gosqlite_session_unfilter(C.uintptr_t(kept)) }

// SessionDiff is sqlite3session_diff.
func (c *Conn) SessionDiff(s Session, from, table string) int {
	f := C.CString(from)
	defer C.free(unsafe.Pointer(f))
	t := C.CString(table)
	defer C.free(unsafe.Pointer(t))
	return int(C.gosqlite_session_diff(c.h(), C.uintptr_t(s), f, t))
}

// SessionOutput is sqlite3session_changeset or sqlite3session_patchset.
func (c *Conn) SessionOutput(s Session, patchset bool) ([]byte, int) {
	return output(func(n *C.int, p *unsafe.Pointer) C.int {
		return C.gosqlite_session_output(c.h(), C.uintptr_t(s), flag(patchset), n, p)
	})
}

// output copies what a call gives and frees it; none is an empty slice.
func output(call func(n *C.int, p *unsafe.Pointer) C.int) ([]byte, int) {
	var n C.int
	var p unsafe.Pointer
	if rc := call(&n, &p); rc != 0 {
		return nil, int(rc)
	}
	defer C.gosqlite_free(p)
	return append([]byte{}, bytesAt(p, int64(n))...), 0
}
