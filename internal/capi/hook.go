// SPDX-License-Identifier: MIT

package capi

// #include "hook.h"
// #include <stdlib.h>
// #ifndef _WIN32
// #include "callback.h"
// #endif
import "C"

import "unsafe"

//export gosqliteGoProgress
func gosqliteGoProgress(host C.uintptr_t) C.int { return flag(hostOf(host).Progress()) }

//export gosqliteGoBusy
func gosqliteGoBusy(host C.uintptr_t, count C.int) C.int {
	return flag(hostOf(host).Busy(int(count)))
}

//export gosqliteGoCommit
func gosqliteGoCommit(host C.uintptr_t) C.int { return flag(hostOf(host).Commit()) }

//export gosqliteGoRollback
func gosqliteGoRollback(host C.uintptr_t) { hostOf(host).Rollback() }

//export gosqliteGoUpdate
func gosqliteGoUpdate(host C.uintptr_t, op C.int, schema, table *C.char, rowid C.int64_t) {
	hostOf(host).Update(int(op), C.GoString(schema), C.GoString(table), int64(rowid))
}

//export gosqliteGoPreUpdate
func gosqliteGoPreUpdate(host C.uintptr_t, op C.int, schema, table *C.char, from, to C.int64_t) {
	hostOf(host).PreUpdate(int(op), C.GoString(schema), C.GoString(table), int64(from), int64(to))
}

//export gosqliteGoWAL
func gosqliteGoWAL(host C.uintptr_t, schema *C.char, pages C.int) C.int {
	return C.int(hostOf(host).WAL(C.GoString(schema), int(pages)))
}

//export gosqliteGoAutovacuum
func gosqliteGoAutovacuum(host C.uintptr_t, schema *C.char, pages, freePages, pageSize C.uint) C.uint {
	return C.uint(hostOf(host).Autovacuum(C.GoString(schema), uint32(pages), uint32(freePages), uint32(pageSize)))
}

//export gosqliteGoAuthorize
func gosqliteGoAuthorize(host C.uintptr_t, action C.int, a, b, schema, inner *C.char) C.int {
	return C.int(hostOf(host).Authorize(int(action), C.GoString(a), C.GoString(b), C.GoString(schema), C.GoString(inner)))
}

//export gosqliteGoTrace
func gosqliteGoTrace(host C.uintptr_t, event C.uint, stmt C.uintptr_t, text *C.char, ns C.int64_t) {
	hostOf(host).Trace(uint32(event), Traced(stmt), C.GoString(text), int64(ns))
}

//export gosqliteGoCollationNeeded
func gosqliteGoCollationNeeded(host C.uintptr_t, name *C.char) {
	hostOf(host).CollationNeeded(C.GoString(name))
}

// SetProgress calls Host.Progress about every ops opcodes, never when 0.
func (c *Conn) SetProgress(ops int) { C.gosqlite_progress(c.h(), C.int(ops)) }

// SetBusy lets Host.Busy decide on waits.
func (c *Conn) SetBusy(on bool) { C.gosqlite_busy_go(c.h(), flag(on)) }

// SetCommit lets Host.Commit decide on commits.
func (c *Conn) SetCommit(on bool) { C.gosqlite_commit_hook(c.h(), flag(on)) }

// GuardCommit makes commits fail while SetAborted is on.
//
// https://sqlite.org/c3ref/commit_hook.html
func (c *Conn) GuardCommit() { C.gosqlite_guard_commit(c.h()) }

// SetAborted makes the statement at hand, where it is a transaction of its own,
// end without a commit.
func (c *Conn) SetAborted(on bool) { c.aborted = C.int32_t(flag(on)) }

// SetRollback is sqlite3_rollback_hook with the Host's function.
func (c *Conn) SetRollback(on bool) { C.gosqlite_rollback_hook(c.h(), flag(on)) }

// SetUpdate is sqlite3_update_hook with the Host's function.
func (c *Conn) SetUpdate(on bool) { C.gosqlite_update_hook(c.h(), flag(on)) }

// SetPreUpdate is sqlite3_preupdate_hook with the Host's function.
func (c *Conn) SetPreUpdate(on bool) { C.gosqlite_preupdate_hook(c.h(), flag(on)) }

// PreUpdateValue is sqlite3_preupdate_old or sqlite3_preupdate_new; the cell is
// good until the hook returns.
func (c *Conn) PreUpdateValue(newValue bool, i int) (Cell, int) {
	var cell C.gosqlite_cell
	rc := C.gosqlite_preupdate_value(c.h(), flag(newValue), C.int(i), &cell)
	return Cell{V: int64(cell.v), N: int64(cell.n)}, int(rc)
}

// PreUpdateCount is sqlite3_preupdate_count.
func (c *Conn) PreUpdateCount() int { return int(C.gosqlite_preupdate_count(c.h())) }

// PreUpdateDepth is sqlite3_preupdate_depth.
func (c *Conn) PreUpdateDepth() int { return int(C.gosqlite_preupdate_depth(c.h())) }

// PreUpdateBlobWrite is sqlite3_preupdate_blobwrite.
func (c *Conn) PreUpdateBlobWrite() int { return int(C.gosqlite_preupdate_blobwrite(c.h())) }

// SetWAL is sqlite3_wal_hook with the Host's function.
func (c *Conn) SetWAL(on bool) { C.gosqlite_wal_hook(c.h(), flag(on)) }

// WALAutoCheckpoint is sqlite3_wal_autocheckpoint.
func (c *Conn) WALAutoCheckpoint(pages int) int {
	return int(C.gosqlite_wal_autocheckpoint(c.h(), C.int(pages)))
}

// SetAutovacuum is sqlite3_autovacuum_pages with the Host's function.
func (c *Conn) SetAutovacuum(on bool) int {
	return int(C.gosqlite_autovacuum_pages(c.h(), flag(on)))
}

// SetAuthorizer is sqlite3_set_authorizer with the Host's function.
func (c *Conn) SetAuthorizer(on bool) int { return int(C.gosqlite_authorizer(c.h(), flag(on))) }

// SetTrace is sqlite3_trace_v2 with the Host's function.
func (c *Conn) SetTrace(mask uint32) int { return int(C.gosqlite_trace(c.h(), C.int(mask))) }

// Traced is the sqlite3_stmt of a trace event, good until the callback returns.
type Traced C.uintptr_t

// SQL is sqlite3_sql.
func (t Traced) SQL() string { return C.GoString(C.gosqlite_trace_sql(C.uintptr_t(t))) }

// ExpandedSQL is sqlite3_expanded_sql.
func (t Traced) ExpandedSQL() string {
	p := C.gosqlite_trace_expanded(C.uintptr_t(t))
	defer C.gosqlite_free(unsafe.Pointer(p))
	return C.GoString(p)
}

// FileControl is sqlite3_file_control with an int, or a 64-bit integer if wide.
func (c *Conn) FileControl(schema string, op int, v int64, wide bool) (int64, int) {
	p, free := cstring(schema)
	defer free()
	value := C.int64_t(v)
	rc := C.gosqlite_file_control(c.h(), p, C.int(op), &value, flag(wide))
	return int64(value), int(rc)
}

// FileControlText is sqlite3_file_control of an operation that gives a text.
func (c *Conn) FileControlText(schema string, op int) (string, int) {
	p, free := cstring(schema)
	defer free()
	var text *C.char
	rc := C.gosqlite_file_control_text(c.h(), p, C.int(op), &text)
	defer C.gosqlite_free(unsafe.Pointer(text))
	return C.GoString(text), int(rc)
}
