// SPDX-License-Identifier: MIT

package capi

// #include "capi.h"
// #include <stdlib.h>
import "C"

import "unsafe"

// Backup is an sqlite3_backup.
type Backup C.uintptr_t

// BackupInit is sqlite3_backup_init; errors are those of dst.
func BackupInit(dst *Conn, dstSchema string, src *Conn, srcSchema string) (Backup, int) {
	d := C.CString(dstSchema)
	defer C.free(unsafe.Pointer(d))
	s := C.CString(srcSchema)
	defer C.free(unsafe.Pointer(s))
	var out C.uintptr_t
	rc := C.gosqlite_backup_init(dst.h(), d, src.h(), s, &out)
	return Backup(out), int(rc)
}

// Step is sqlite3_backup_step.
func (b Backup) Step(pages int) int {
	return int(C.gosqlite_backup_step(C.uintptr_t(b), C.int(pages)))
}

// Remaining is sqlite3_backup_remaining.
func (b Backup) Remaining() int { return int(C.gosqlite_backup_remaining(C.uintptr_t(b))) }

// PageCount is sqlite3_backup_pagecount.
func (b Backup) PageCount() int { return int(C.gosqlite_backup_pagecount(C.uintptr_t(b))) }

// BackupFinish is sqlite3_backup_finish of a backup into c.
func (c *Conn) BackupFinish(b Backup) int {
	return int(C.gosqlite_backup_finish(c.h(), C.uintptr_t(b)))
}

// Serialize is sqlite3_serialize, copied into Go memory.
// The code is -1 for a schema that is not there.
func (c *Conn) Serialize(schema string) ([]byte, int) {
	p, free := cstring(schema)
	defer free()
	var data *C.char
	var n C.int64_t
	if rc := C.gosqlite_serialize(c.h(), p, &data, &n); rc != 0 {
		return nil, int(rc)
	}
	defer C.gosqlite_free(unsafe.Pointer(data))
	out := make([]byte, int(n))
	copy(out, bytesAt(unsafe.Pointer(data), int64(n)))
	return out, 0
}

// Deserialize is sqlite3_deserialize with a copy that SQLite owns.
func (c *Conn) Deserialize(schema string, data []byte, readOnly bool) int {
	p, free := cstring(schema)
	defer free()
	d := (*C.char)(unsafe.Pointer(unsafe.SliceData(data)))
	return int(C.gosqlite_deserialize(c.h(), p, d, C.int64_t(len(data)), flag(readOnly)))
}

// BlobHandle is an sqlite3_blob.
type BlobHandle C.uintptr_t

// BlobOpen is sqlite3_blob_open.
func (c *Conn) BlobOpen(schema, table, column string, rowid int64, write bool) (BlobHandle, int) {
	s := C.CString(schema)
	defer C.free(unsafe.Pointer(s))
	t := C.CString(table)
	defer C.free(unsafe.Pointer(t))
	col := C.CString(column)
	defer C.free(unsafe.Pointer(col))
	var out C.uintptr_t
	rc := C.gosqlite_blob_open(c.h(), s, t, col, C.int64_t(rowid), flag(write), &out)
	return BlobHandle(out), int(rc)
}

// BlobReopen is sqlite3_blob_reopen.
func (c *Conn) BlobReopen(b BlobHandle, rowid int64) int {
	return int(C.gosqlite_blob_reopen(c.h(), C.uintptr_t(b), C.int64_t(rowid)))
}

// BlobRead is sqlite3_blob_read into p.
func (c *Conn) BlobRead(b BlobHandle, p []byte, off int) int {
	return int(C.gosqlite_blob_read(c.h(), C.uintptr_t(b), (*C.char)(unsafe.Pointer(unsafe.SliceData(p))), C.int(len(p)), C.int(off)))
}

// BlobWrite is sqlite3_blob_write of p.
func (c *Conn) BlobWrite(b BlobHandle, p []byte, off int) int {
	return int(C.gosqlite_blob_write(c.h(), C.uintptr_t(b), (*C.char)(unsafe.Pointer(unsafe.SliceData(p))), C.int(len(p)), C.int(off)))
}

// Size is sqlite3_blob_bytes.
func (b BlobHandle) Size() int { return int(C.gosqlite_blob_bytes(C.uintptr_t(b))) }

// BlobClose is sqlite3_blob_close.
func (c *Conn) BlobClose(b BlobHandle) int { return int(C.gosqlite_blob_close(c.h(), C.uintptr_t(b))) }
