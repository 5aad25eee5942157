// SPDX-License-Identifier: MIT

package vfs

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/gosqlite/gosqlite/internal/capi"
	"github.com/gosqlite/gosqlite/sqlite"
)

// system is a VFS as capi sees it.
type system struct {
	vfs VFS

	mu     sync.Mutex
	shared map[string]*shared // by full name, while a file is open
}

// guard runs a method and gives its code, or that of what went wrong.
func guard(otherwise sqlite.ErrorCode, f func() error) (rc int) {
	returned := false
	defer func() {
		if returned {
			return
		}
		v := recover()
		if v == nil {
			end()
		}
		rc = int(otherwise)
	}()
	err := f()
	returned = true
	return codeOf(err, otherwise)
}

// end ends the program: nothing can stop Goexit, and SQLite cannot go on after
// it. A panic here might be recovered further up, one of its own is not.
var end = func() {
	go func() { panic("vfs: a method called runtime.Goexit in the middle of SQLite's work") }()
	select {}
}

func codeOf(err error, otherwise sqlite.ErrorCode) int {
	var e *sqlite.Error
	var code sqlite.ErrorCode
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e) && e.Code != 0:
		return int(e.Code)
	case errors.As(err, &code) && code != 0:
		return int(code)
	}
	return int(otherwise)
}

// Open is called by C.
func (s *system) Open(name string, flags int) (capi.VFSFile, int, int) {
	var f File
	readOnly := false
	rc := guard(sqlite.ErrCantOpen, func() (err error) {
		f, readOnly, err = s.vfs.Open(name, OpenFlags(flags))
		if err == nil && f == nil {
			err = fmt.Errorf("open %s: the file is nil", name)
		}
		return err
	})
	if rc != 0 {
		return nil, 0, rc
	}
	if readOnly {
		flags = flags&^int(OpenReadWrite|OpenCreate) | int(OpenReadOnly)
	}
	o := &file{system: s, f: f, name: name}
	o.locker, _ = f.(Locker)
	if OpenFlags(flags)&OpenMainDB != 0 {
		o.join()
	}
	return o, flags, 0
}

// Delete is called by C.
func (s *system) Delete(name string, sync bool) int {
	return guard(sqlite.ErrIOErrDelete, func() error { return s.vfs.Delete(name, sync) })
}

// Access is called by C, which only asks whether a file is there, can be
// written or read: all one here.
func (s *system) Access(name string, _ int) (yes bool, rc int) {
	rc = guard(sqlite.ErrIOErrAccess, func() (err error) {
		yes, err = s.vfs.Exists(name)
		return err
	})
	return yes, rc
}

// FullPathname is called by C.
func (s *system) FullPathname(name string) (full string, rc int) {
	rc = guard(sqlite.ErrCantOpenFullPath, func() (err error) {
		full, err = s.vfs.FullPathname(name)
		return err
	})
	return full, rc
}

// file is a File as capi sees it.
type file struct {
	system *system
	f      File
	locker Locker // nil: locks are in shared
	name   string
	shared *shared // of a main database

	level   LockLevel
	mapped  bool
	slots   uint16 // shared memory locks held shared
	exslots uint16 // and exclusively
}

// Close is called by C.
func (f *file) Close() int {
	f.part()
	return guard(sqlite.ErrIOErrClose, f.f.Close)
}

// Read is called by C.
func (f *file) Read(p []byte, off int64) (n, rc int) {
	rc = guard(sqlite.ErrIOErrRead, func() (err error) {
		n, err = f.f.ReadAt(p, off)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = nil
		}
		if n < 0 || n > len(p) {
			err = fmt.Errorf("read %s: %d bytes of %d", f.name, n, len(p))
		}
		return err
	})
	return n, rc
}

// Write is called by C.
func (f *file) Write(p []byte, off int64) int {
	return guard(sqlite.ErrIOErrWrite, func() error {
		n, err := f.f.WriteAt(p, off)
		if err == nil && n != len(p) {
			err = io.ErrShortWrite
		}
		return err
	})
}

// Truncate is called by C.
func (f *file) Truncate(size int64) int {
	return guard(sqlite.ErrIOErrTruncate, func() error { return f.f.Truncate(size) })
}

// Sync is called by C.
func (f *file) Sync(int) int { return guard(sqlite.ErrIOErrFSync, f.f.Sync) }

// Size is called by C.
func (f *file) Size() (n int64, rc int) {
	rc = guard(sqlite.ErrIOErrFStat, func() (err error) {
		n, err = f.f.Size()
		return err
	})
	return n, rc
}

// sectorSize is what a file has that is no Device.
const sectorSize = 4096

// SectorSize is called by C.
func (f *file) SectorSize() (n int) {
	n = sectorSize
	if d, ok := f.f.(Device); ok {
		guard(0, func() error { n = d.SectorSize(); return nil })
	}
	return n
}

// Characteristics is called by C.
func (f *file) Characteristics() (c int) {
	if d, ok := f.f.(Device); ok {
		guard(0, func() error { c = int(d.Characteristics()); return nil })
	}
	return c
}
