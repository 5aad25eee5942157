// SPDX-License-Identifier: MIT

package capi

// #include "vfs.h"
// #include <stdlib.h>
// #ifndef _WIN32
// #include "callback.h"
// #endif
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// VFS is a file system for RegisterVFS. Its methods give result codes, do not
// panic, and are called by any goroutine. name is "" for a temporary file.
type VFS interface {
	Open(name string, flags int) (f VFSFile, outFlags, rc int)
	Delete(name string, sync bool) (rc int)
	Access(name string, flags int) (yes bool, rc int)
	FullPathname(name string) (full string, rc int)
}

// VFSFile is an open file. Memory that it is given is SQLite's, good until it
// returns.
type VFSFile interface {
	Close() (rc int)
	Read(p []byte, off int64) (n, rc int)
	Write(p []byte, off int64) (rc int)
	Truncate(size int64) (rc int)
	Sync(flags int) (rc int)
	Size() (n int64, rc int)
	Lock(level int) (rc int)
	Unlock(level int) (rc int)
	CheckReservedLock() (yes bool, rc int)
	SectorSize() int
	Characteristics() int
	ShmMap(region, size int, extend bool) (at uintptr, rc int)
	ShmLock(offset, n, flags int) (rc int)
	ShmUnmap() (rc int)
}

func vfsOf(h C.uintptr_t) VFS      { return cgo.Handle(h).Value().(VFS) }
func fileOf(h C.uintptr_t) VFSFile { return cgo.Handle(h).Value().(VFSFile) }

//export gosqliteGoVFSOpen
func gosqliteGoVFSOpen(vfs C.uintptr_t, name *C.char, flags C.int, outFlags *C.int, file *C.uintptr_t) C.int {
	f, out, rc := vfsOf(vfs).Open(C.GoString(name), int(flags))
	if rc != 0 {
		return C.int(rc)
	}
	*outFlags = C.int(out)
	*file = C.uintptr_t(cgo.NewHandle(f))
	return 0
}

//export gosqliteGoVFSDelete
func gosqliteGoVFSDelete(vfs C.uintptr_t, name *C.char, sync C.int) C.int {
	return C.int(vfsOf(vfs).Delete(C.GoString(name), sync != 0))
}

//export gosqliteGoVFSAccess
func gosqliteGoVFSAccess(vfs C.uintptr_t, name *C.char, flags C.int, out *C.int) C.int {
	yes, rc := vfsOf(vfs).Access(C.GoString(name), int(flags))
	*out = flag(yes)
	return C.int(rc)
}

// cantOpen is SQLITE_CANTOPEN.
const cantOpen = 14

//export gosqliteGoVFSFull
func gosqliteGoVFSFull(vfs C.uintptr_t, name *C.char, n C.int, out *C.char) C.int {
	full, rc := vfsOf(vfs).FullPathname(C.GoString(name))
	if rc != 0 {
		return C.int(rc)
	}
	if len(full) >= int(n) {
		return cantOpen
	}
	buf := unsafe.Slice((*byte)(unsafe.Pointer(out)), int(n))
	buf[copy(buf, full)] = 0
	return 0
}

//export gosqliteGoFileClose
func gosqliteGoFileClose(file C.uintptr_t) C.int {
	defer cgo.Handle(file).Delete()
	return C.int(fileOf(file).Close())
}

//export gosqliteGoFileRead
func gosqliteGoFileRead(file C.uintptr_t, p *C.char, n C.int, off C.int64_t) C.int {
	got, rc := fileOf(file).Read(bytesAt(unsafe.Pointer(p), int64(n)), int64(off))
	if rc != 0 {
		return C.int(-rc)
	}
	return C.int(got)
}

//export gosqliteGoFileWrite
func gosqliteGoFileWrite(file C.uintptr_t, p *C.char, n C.int, off C.int64_t) C.int {
	return C.int(fileOf(file).Write(bytesAt(unsafe.Pointer(p), int64(n)), int64(off)))
}

//export gosqliteGoFileTruncate
func gosqliteGoFileTruncate(file C.uintptr_t, size C.int64_t) C.int {
	return C.int(fileOf(file).Truncate(int64(size)))
}

//export gosqliteGoFileSync
func gosqliteGoFileSync(file C.uintptr_t, flags C.int) C.int {
	return C.int(fileOf(file).Sync(int(flags)))
}

//export gosqliteGoFileSize
func gosqliteGoFileSize(file C.uintptr_t, size *C.int64_t) C.int {
	n, rc := fileOf(file).Size()
	*size = C.int64_t(n)
	return C.int(rc)
}

//export gosqliteGoFileLock
func gosqliteGoFileLock(file C.uintptr_t, level C.int) C.int {
	return C.int(fileOf(file).Lock(int(level)))
}

//export gosqliteGoFileUnlock
func gosqliteGoFileUnlock(file C.uintptr_t, level C.int) C.int {
	return C.int(fileOf(file).Unlock(int(level)))
}

//export gosqliteGoFileReserved
func gosqliteGoFileReserved(file C.uintptr_t, out *C.int) C.int {
	yes, rc := fileOf(file).CheckReservedLock()
	*out = flag(yes)
	return C.int(rc)
}

//export gosqliteGoFileSector
func gosqliteGoFileSector(file C.uintptr_t) C.int { return C.int(fileOf(file).SectorSize()) }

//export gosqliteGoFileTraits
func gosqliteGoFileTraits(file C.uintptr_t) C.int { return C.int(fileOf(file).Characteristics()) }

//export gosqliteGoShmMap
func gosqliteGoShmMap(file C.uintptr_t, region, size, extend C.int, at *C.uintptr_t) C.int {
	p, rc := fileOf(file).ShmMap(int(region), int(size), extend != 0)
	*at = C.uintptr_t(p)
	return C.int(rc)
}

//export gosqliteGoShmLock
func gosqliteGoShmLock(file C.uintptr_t, offset, n, flags C.int) C.int {
	return C.int(fileOf(file).ShmLock(int(offset), int(n), int(flags)))
}

//export gosqliteGoShmUnmap
func gosqliteGoShmUnmap(file C.uintptr_t) C.int { return C.int(fileOf(file).ShmUnmap()) }

// RegisteredVFS is an sqlite3_vfs.
type RegisteredVFS C.uintptr_t

// VFSKnown is sqlite3_vfs_find.
func VFSKnown(name string) bool {
	p := C.CString(name)
	defer C.free(unsafe.Pointer(p))
	return C.gosqlite_vfs_known(p) != 0
}

// RegisterVFS is sqlite3_vfs_register; names of files have at most maxPathname
// bytes. v stays reachable for good.
func RegisterVFS(name string, v VFS, maxPathname int) (RegisteredVFS, int) {
	p := C.CString(name)
	defer C.free(unsafe.Pointer(p))
	handle := cgo.NewHandle(v)
	var out C.uintptr_t
	rc := C.gosqlite_vfs_register(p, C.uintptr_t(handle), C.int(maxPathname), &out)
	if rc != 0 {
		handle.Delete()
	}
	return RegisteredVFS(out), int(rc)
}

// Unregister is sqlite3_vfs_unregister: no new connection finds it.
func (v RegisteredVFS) Unregister() { C.gosqlite_vfs_unregister(C.uintptr_t(v)) }

// Region is memory of n zero bytes that Go does not move, to be shared by
// connections; 0 when there is none. FreeRegion gives it back.
func Region(n int) uintptr { return uintptr(C.calloc(1, C.size_t(n))) }

// FreeRegion frees a Region.
func FreeRegion(at uintptr) { C.gosqlite_free_region(C.uintptr_t(at)) }
