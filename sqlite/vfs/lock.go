// SPDX-License-Identifier: MIT

package vfs

import (
	"sync"

	"github.com/gosqlite/gosqlite/internal/capi"
	"github.com/gosqlite/gosqlite/sqlite"
)

// LockLevel is how far a connection has locked a database file.
//
// https://sqlite.org/lockingv3.html
type LockLevel int

// Levels.
const (
	LockNone      LockLevel = 0 // SQLITE_LOCK_NONE
	LockShared    LockLevel = 1 // SQLITE_LOCK_SHARED: reads
	LockReserved  LockLevel = 2 // SQLITE_LOCK_RESERVED: will write; others read on
	LockPending   LockLevel = 3 // SQLITE_LOCK_PENDING: waits for readers to leave; none comes
	LockExclusive LockLevel = 4 // SQLITE_LOCK_EXCLUSIVE: writes
)

// shared is what the open files of one database share: locks, and memory for
// the index of its WAL.
type shared struct {
	mu      sync.Mutex
	files   int
	readers int   // files at LockShared or above
	writer  *file // at LockReserved or above

	mapped  int // files that use the memory
	regions []uintptr
	slots   [8]int // locks on the memory: readers, -1 when exclusive
}

func (f *file) join() {
	s := f.system
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shared[f.name]
	if sh == nil {
		sh = &shared{}
		s.shared[f.name] = sh
	}
	sh.files++
	f.shared = sh
}

// part gives up all that a file holds.
func (f *file) part() {
	if f.shared == nil {
		return
	}
	f.unlockHere(LockNone)
	f.ShmUnmap()
	s := f.system
	s.mu.Lock()
	defer s.mu.Unlock()
	f.shared.files--
	if f.shared.files == 0 {
		delete(s.shared, f.name)
	}
}

// Lock is called by C.
func (f *file) Lock(level int) int {
	if f.locker != nil {
		return guard(sqlite.ErrIOErrLock, func() error { return f.locker.Lock(LockLevel(level)) })
	}
	if f.shared == nil {
		return 0
	}
	return codeOf(f.lockHere(LockLevel(level)), sqlite.ErrIOErrLock)
}

func (f *file) lockHere(level LockLevel) error {
	sh := f.shared
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if level <= f.level {
		return nil
	}
	other := sh.writer != nil && sh.writer != f
	switch level {
	case LockShared:
		if other && sh.writer.level >= LockPending {
			return sqlite.ErrBusy
		}
		sh.readers++
	case LockReserved:
		if other {
			return sqlite.ErrBusy
		}
		sh.writer = f
	default:
		if other {
			return sqlite.ErrBusy
		}
		sh.writer = f
		if sh.readers > 1 {
			f.level = LockPending
			return sqlite.ErrBusy
		}
	}
	f.level = level
	return nil
}

// Unlock is called by C.
func (f *file) Unlock(level int) int {
	if f.locker != nil {
		return guard(sqlite.ErrIOErrUnlock, func() error { return f.locker.Unlock(LockLevel(level)) })
	}
	if f.shared != nil {
		f.unlockHere(LockLevel(level))
	}
	return 0
}

func (f *file) unlockHere(level LockLevel) {
	sh := f.shared
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if level >= f.level {
		return
	}
	if sh.writer == f {
		sh.writer = nil
	}
	if level == LockNone {
		sh.readers--
	}
	f.level = level
}

// CheckReservedLock is called by C.
func (f *file) CheckReservedLock() (yes bool, rc int) {
	if f.locker != nil {
		rc = guard(sqlite.ErrIOErrCheckReservedLock, func() (err error) {
			yes, err = f.locker.CheckReservedLock()
			return err
		})
		return yes, rc
	}
	if f.shared == nil {
		return false, 0
	}
	f.shared.mu.Lock()
	defer f.shared.mu.Unlock()
	return f.shared.writer != nil, 0
}

// ShmMap is called by C: the place of a region of shared memory, 0 when it is
// not there and extend does not ask for it.
func (f *file) ShmMap(region, size int, extend bool) (uintptr, int) {
	sh := f.shared
	if sh == nil {
		return 0, int(sqlite.ErrIOErrShmOpen)
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if !f.mapped {
		f.mapped = true
		sh.mapped++
	}
	for len(sh.regions) <= region {
		if !extend {
			return 0, 0
		}
		at := capi.Region(size)
		if at == 0 {
			return 0, int(sqlite.ErrNoMem)
		}
		sh.regions = append(sh.regions, at)
	}
	return sh.regions[region], 0
}

// Flags of ShmLock: https://sqlite.org/c3ref/c_shm_exclusive.html
const (
	shmUnlock    = 1 // SQLITE_SHM_UNLOCK
	shmExclusive = 8 // SQLITE_SHM_EXCLUSIVE
)

// ShmLock is called by C: it takes or gives up n locks on the shared memory,
// all or none.
func (f *file) ShmLock(offset, n, flags int) int {
	sh := f.shared
	if sh == nil || offset < 0 || n < 1 || offset+n > len(sh.slots) {
		return int(sqlite.ErrIOErrShmLock)
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	mask := uint16(1<<n-1) << offset
	switch {
	case flags&shmUnlock != 0:
		f.release(mask)
	case flags&shmExclusive != 0:
		for i := offset; i < offset+n; i++ {
			if sh.slots[i] != 0 && f.exslots&(1<<i) == 0 {
				return int(sqlite.ErrBusy)
			}
		}
		for i := offset; i < offset+n; i++ {
			sh.slots[i] = -1
		}
		f.exslots |= mask
	default:
		for i := offset; i < offset+n; i++ {
			if sh.slots[i] < 0 {
				return int(sqlite.ErrBusy)
			}
		}
		for i := offset; i < offset+n; i++ {
			if f.slots&(1<<i) == 0 {
				sh.slots[i]++
			}
		}
		f.slots |= mask
	}
	return 0
}

// release gives up the locks in mask; the caller holds shared.mu.
func (f *file) release(mask uint16) {
	for i := range f.shared.slots {
		bit := uint16(1) << i
		if mask&bit == 0 {
			continue
		}
		if f.exslots&bit != 0 {
			f.shared.slots[i] = 0
		}
		if f.slots&bit != 0 {
			f.shared.slots[i]--
		}
	}
	f.slots &^= mask
	f.exslots &^= mask
}

// ShmUnmap is called by C. The last one frees the memory; the index is made
// again from the WAL.
func (f *file) ShmUnmap() int {
	sh := f.shared
	if sh == nil {
		return 0
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if !f.mapped {
		return 0
	}
	f.release(0xff)
	f.mapped = false
	sh.mapped--
	if sh.mapped == 0 {
		for _, at := range sh.regions {
			capi.FreeRegion(at)
		}
		sh.regions = nil
	}
	return 0
}
