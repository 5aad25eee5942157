// SPDX-License-Identifier: MIT

package capi

// #include "capi.h"
// #include <stdlib.h>
import "C"

import (
	"sync/atomic"
	"unsafe"
)

// Conn is a gosqlite_conn in C memory.
type Conn C.gosqlite_conn

func (c *Conn) h() C.uintptr_t { return C.uintptr_t(uintptr(unsafe.Pointer(c))) }

// Open is sqlite3_open_v2 with the cancel and busy handlers installed. The
// connection is returned also on failure (except without memory), for its
// message, and must be closed.
func Open(name string, flags int, vfs string) (*Conn, int) {
	cname := C.CString(name)
	defer C.free(unsafe.Pointer(cname))
	cvfs, free := cstring(vfs)
	defer free()
	var out *C.gosqlite_conn
	rc := C.gosqlite_open(cname, C.int(flags), cvfs, &out)
	return (*Conn)(out), int(rc)
}

// Close is sqlite3_close; on failure the connection stays open.
func (c *Conn) Close() int { return int(C.gosqlite_close(c.h())) }

// LastError gives the text and the byte offset (-1 unknown) of the last failure.
func (c *Conn) LastError() (msg string, offset int) {
	if c.errmsg == nil {
		return "", -1
	}
	return C.GoString(c.errmsg), int(c.erroffset)
}

// Tail is how many bytes of SQL the last Prepare used.
func (c *Conn) Tail() int { return int(c.tail) }

// Interrupt ends what runs on the connection; any goroutine may call it while
// the connection is open.
func (c *Conn) Interrupt() { C.gosqlite_interrupt(c.h()) }

// InterruptActive is sqlite3_interrupt alone: it reaches statements in the
// middle of a run and none that starts later.
func (c *Conn) InterruptActive() { C.gosqlite_interrupt_active(c.h()) }

// SetCancel sets the flag that the handlers poll, from any goroutine.
func (c *Conn) SetCancel(on bool) {
	var v int32
	if on {
		v = 1
	}
	atomic.StoreInt32((*int32)(unsafe.Pointer(&c.cancel)), v)
}

// Uninterrupt forgets an Interrupt.
func (c *Conn) Uninterrupt() { C.gosqlite_uninterrupt(c.h()) }

// SetBusyLimit sets how long a lock is waited for, in milliseconds.
func (c *Conn) SetBusyLimit(ms int) { C.gosqlite_busy_limit(c.h(), C.int(ms)) }

// DBConfig is sqlite3_db_config for options with an on/off value; on < 0 asks.
func (c *Conn) DBConfig(op, on int) (now, rc int) {
	var out C.int
	rc = int(C.gosqlite_dbconfig(c.h(), C.int(op), C.int(on), &out))
	return int(out), rc
}

// Limit is sqlite3_limit.
func (c *Conn) Limit(id, value int) int { return int(C.gosqlite_limit(c.h(), C.int(id), C.int(value))) }

// AutoCommit is sqlite3_get_autocommit.
func (c *Conn) AutoCommit() bool { return C.gosqlite_autocommit(c.h()) != 0 }

// Changes is sqlite3_changes64.
func (c *Conn) Changes() int64 { return int64(C.gosqlite_changes(c.h(), 0)) }

// TotalChanges is sqlite3_total_changes64.
func (c *Conn) TotalChanges() int64 { return int64(C.gosqlite_changes(c.h(), 1)) }

// LastInsertRowID is sqlite3_last_insert_rowid.
func (c *Conn) LastInsertRowID() int64 { return int64(C.gosqlite_last_insert_rowid(c.h())) }

// SetLastInsertRowID is sqlite3_set_last_insert_rowid.
func (c *Conn) SetLastInsertRowID(id int64) {
	C.gosqlite_set_last_insert_rowid(c.h(), C.int64_t(id))
}

// Filename is sqlite3_db_filename.
func (c *Conn) Filename(schema string) string {
	p, free := cstring(schema)
	defer free()
	return C.GoString(C.gosqlite_filename(c.h(), p))
}

// ReadOnly is sqlite3_db_readonly: 1, 0, or -1 for an unknown schema.
func (c *Conn) ReadOnly(schema string) int {
	p, free := cstring(schema)
	defer free()
	return int(C.gosqlite_readonly(c.h(), p))
}

// TxnState is sqlite3_txn_state.
func (c *Conn) TxnState(schema string) int {
	p, free := cstring(schema)
	defer free()
	return int(C.gosqlite_txn_state(c.h(), p))
}

// CacheFlush is sqlite3_db_cacheflush.
func (c *Conn) CacheFlush() int { return int(C.gosqlite_cacheflush(c.h())) }

// Status is sqlite3_db_status64.
func (c *Conn) Status(op int, reset bool) (now, high int64, rc int) {
	var a, b C.int64_t
	rc = int(C.gosqlite_db_status(c.h(), C.int(op), flag(reset), &a, &b))
	return int64(a), int64(b), rc
}

// LoadExtension is sqlite3_load_extension.
func (c *Conn) LoadExtension(file, entry string) int {
	f := C.CString(file)
	defer C.free(unsafe.Pointer(f))
	e, free := cstring(entry)
	defer free()
	return int(C.gosqlite_load_extension(c.h(), f, e))
}

// Checkpoint is sqlite3_wal_checkpoint_v2.
func (c *Conn) Checkpoint(schema string, mode int) (log, done, rc int) {
	p, free := cstring(schema)
	defer free()
	var l, d C.int
	rc = int(C.gosqlite_checkpoint(c.h(), p, C.int(mode), &l, &d))
	return int(l), int(d), rc
}

// DoubleText is the text that SQLite makes of a float.
func (c *Conn) DoubleText(v float64) string {
	var buf [64]C.char
	n := C.gosqlite_double_text(c.h(), C.double(v), &buf[0], C.int(len(buf)))
	return C.GoStringN(&buf[0], n)
}

// TableColumn is sqlite3_table_column_metadata without its texts.
func (c *Conn) TableColumn(schema, table, column string) (notNull, pk, autoInc bool, rc int) {
	s, freeS := cstring(schema)
	defer freeS()
	t := C.CString(table)
	defer C.free(unsafe.Pointer(t))
	col := C.CString(column)
	defer C.free(unsafe.Pointer(col))
	var a, b, d C.int
	rc = int(C.gosqlite_table_column(c.h(), s, t, col, &a, &b, &d))
	return a != 0, b != 0, d != 0, rc
}

func flag(b bool) C.int {
	if b {
		return 1
	}
	return 0
}
