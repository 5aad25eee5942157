// SPDX-License-Identifier: MIT

package capi

// #include "session.h"
import "C"

// Snapshot is an sqlite3_snapshot.
type Snapshot C.uintptr_t

// SnapshotGet is sqlite3_snapshot_get.
func (c *Conn) SnapshotGet(schema string) (Snapshot, int) {
	p, free := cstring(schema)
	defer free()
	var out C.uintptr_t
	rc := C.gosqlite_snapshot_get(c.h(), p, &out)
	return Snapshot(out), int(rc)
}

// SnapshotOpen is sqlite3_snapshot_open.
func (c *Conn) SnapshotOpen(schema string, s Snapshot) int {
	p, free := cstring(schema)
	defer free()
	return int(C.gosqlite_snapshot_open(c.h(), p, C.uintptr_t(s)))
}

// SnapshotRecover is sqlite3_snapshot_recover.
func (c *Conn) SnapshotRecover(schema string) int {
	p, free := cstring(schema)
	defer free()
	return int(C.gosqlite_snapshot_recover(c.h(), p))
}

// Compare is sqlite3_snapshot_cmp.
func (s Snapshot) Compare(t Snapshot) int {
	return int(C.gosqlite_snapshot_cmp(C.uintptr_t(s), C.uintptr_t(t)))
}

// Free is sqlite3_snapshot_free.
func (s Snapshot) Free() { C.gosqlite_snapshot_free(C.uintptr_t(s)) }
