// SPDX-License-Identifier: MIT

// Package vfs lets SQLite keep its files in Go: in memory, in an archive, or
// encrypted.
//
// It is EXPERIMENTAL: its interface may change in any release.
//
//	err := vfs.Register("box", box)
//	...
//	conn, err := sqlite.OpenVFS("app.db", sqlite.OpenReadWrite|sqlite.OpenCreate, "box")
//
// # Locks and shared memory
//
// Locks are kept by this package, inside the process, by the full name of the
// file; so is the shared memory of databases in WAL mode. A database must
// therefore not be open through a VFS in Go by two processes at once, unless
// its File locks by itself ([Locker]) and the journal mode is not WAL.
//
// # Errors
//
// An error that holds an [sqlite.ErrorCode] is that code for SQLite; any other
// is the I/O error of the method that it came from. A panic is an I/O error.
// A method must not call runtime.Goexit: it would take SQLite's work away in the
// middle, and there is no connection to blame, so the program is ended.
//
// Reference: https://sqlite.org/vfs.html
package vfs

import (
	"reflect"
	"strings"
	"sync"

	"github.com/gosqlite/gosqlite/internal/capi"
	"github.com/gosqlite/gosqlite/sqlite"
)

// VFS is a file system. Any goroutine may call its methods.
//
// https://sqlite.org/c3ref/vfs.html
type VFS interface {
	// Open opens a file; name is a full path name, or "" for a temporary file
	// that nobody else sees. A file that it opens for reading only, although
	// flags ask for more, is returned with readOnly.
	Open(name string, flags OpenFlags) (f File, readOnly bool, err error)
	// Delete removes a file. With sync the removal must survive a power cut.
	// It is an error that matches sqlite.ErrIOErrDeleteNoEnt when there is none.
	Delete(name string, sync bool) error
	// Exists reports whether there is such a file.
	Exists(name string) (bool, error)
	// FullPathname gives the one name of a file, of at most 1024 bytes.
	FullPathname(name string) (string, error)
}

// File is an open file. SQLite calls its methods from one goroutine at a time.
// Memory that it is given is SQLite's and good until the method returns.
//
// https://sqlite.org/c3ref/io_methods.html
type File interface {
	Close() error
	// ReadAt reads as io.ReaderAt does: fewer bytes only at the end of the file.
	ReadAt(p []byte, off int64) (int, error)
	// WriteAt writes as io.WriterAt does; the file grows as needed.
	WriteAt(p []byte, off int64) (int, error)
	Truncate(size int64) error
	// Sync makes everything written so far survive a power cut, and with the
	// first Sync of a new file its name, with all names that were removed from
	// the same folder before: a journal that comes back undoes a transaction.
	Sync() error
	Size() (int64, error)
}

// Locker is a File that locks by itself.
//
// https://sqlite.org/c3ref/io_methods.html
type Locker interface {
	// Lock raises the lock to level, or gives an error that matches
	// sqlite.ErrBusy.
	Lock(level LockLevel) error
	// Unlock lowers it to LockShared or LockNone.
	Unlock(level LockLevel) error
	// CheckReservedLock reports whether anybody holds LockReserved or more.
	CheckReservedLock() (bool, error)
}

// Device is a File that knows what it lies on; else it has sectors of 4096 bytes
// and promises nothing.
//
// https://sqlite.org/c3ref/io_methods.html
type Device interface {
	SectorSize() int
	Characteristics() Characteristics
}

// OpenFlags say what a file is for.
//
// https://sqlite.org/c3ref/c_open_autoproxy.html
type OpenFlags int

// Flags of VFS.Open.
const (
	OpenReadOnly      OpenFlags = 0x000001 // SQLITE_OPEN_READONLY
	OpenReadWrite     OpenFlags = 0x000002 // SQLITE_OPEN_READWRITE
	OpenCreate        OpenFlags = 0x000004 // SQLITE_OPEN_CREATE
	OpenDeleteOnClose OpenFlags = 0x000008 // SQLITE_OPEN_DELETEONCLOSE
	OpenExclusive     OpenFlags = 0x000010 // SQLITE_OPEN_EXCLUSIVE: the file must not be there
	OpenMainDB        OpenFlags = 0x000100 // SQLITE_OPEN_MAIN_DB
	OpenTempDB        OpenFlags = 0x000200 // SQLITE_OPEN_TEMP_DB
	OpenTransientDB   OpenFlags = 0x000400 // SQLITE_OPEN_TRANSIENT_DB
	OpenMainJournal   OpenFlags = 0x000800 // SQLITE_OPEN_MAIN_JOURNAL
	OpenTempJournal   OpenFlags = 0x001000 // SQLITE_OPEN_TEMP_JOURNAL
	OpenSubJournal    OpenFlags = 0x002000 // SQLITE_OPEN_SUBJOURNAL
	OpenSuperJournal  OpenFlags = 0x004000 // SQLITE_OPEN_SUPER_JOURNAL
	OpenWAL           OpenFlags = 0x080000 // SQLITE_OPEN_WAL
)

// Characteristics are promises of a device.
//
// https://sqlite.org/c3ref/c_iocap_atomic.html
type Characteristics int

// Promises that SQLite makes use of.
const (
	SafeAppend         Characteristics = 0x0200 // SQLITE_IOCAP_SAFE_APPEND: data is there before the size
	Sequential         Characteristics = 0x0400 // SQLITE_IOCAP_SEQUENTIAL: writes happen in order
	PowersafeOverwrite Characteristics = 0x1000 // SQLITE_IOCAP_POWERSAFE_OVERWRITE: a write harms no byte beside it
	Immutable          Characteristics = 0x2000 // SQLITE_IOCAP_IMMUTABLE: nobody changes the file
)

// maxPathname is the longest name of a file.
const maxPathname = 1024

var registry struct {
	mu    sync.Mutex
	known map[string]capi.RegisteredVFS
	// systems are those of values that can be told apart: whatever names one has, it has one set of locks.
	systems map[VFS]*system
}

// Register is sqlite3_vfs_register: sqlite.OpenVFS finds v by the name.
//
// https://sqlite.org/c3ref/vfs_find.html
func Register(name string, v VFS) error {
	if name == "" || strings.IndexByte(name, 0) >= 0 || v == nil {
		return &sqlite.Error{Code: sqlite.ErrMisuse, Message: "register VFS: it needs a name without NUL bytes and methods", Offset: -1}
	}
	registry.mu.Lock()
	defer registry.mu.Unlock()
	if capi.VFSKnown(name) {
		return &sqlite.Error{Code: sqlite.ErrMisuse, Message: "register VFS: there is one with the name " + name, Offset: -1}
	}
	r, rc := capi.RegisterVFS(name, systemOf(v), maxPathname)
	if rc != 0 {
		return sqlite.ErrorCode(rc)
	}
	if registry.known == nil {
		registry.known = map[string]capi.RegisteredVFS{}
	}
	registry.known[name] = r
	return nil
}

// systemOf is what C calls for a VFS. The caller holds the registry.
func systemOf(v VFS) *system {
	equal := reflect.ValueOf(v).Comparable()
	if equal {
		if s := registry.systems[v]; s != nil {
			return s
		}
	}
	s := &system{vfs: v, shared: map[string]*shared{}}
	if equal {
		if registry.systems == nil {
			registry.systems = map[VFS]*system{}
		}
		registry.systems[v] = s
	}
	return s
}

// Unregister is sqlite3_vfs_unregister: no new connection finds the VFS, while
// open ones keep it.
//
// https://sqlite.org/c3ref/vfs_find.html
func Unregister(name string) error {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	r, ok := registry.known[name]
	if !ok {
		return &sqlite.Error{Code: sqlite.ErrNotFound, Message: "unregister VFS: none was registered with the name " + name, Offset: -1}
	}
	r.Unregister()
	delete(registry.known, name)
	return nil
}
