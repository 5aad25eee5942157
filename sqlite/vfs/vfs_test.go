// SPDX-License-Identifier: MIT

package vfs_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/vfs"
)

// TestManyConnections writes and reads one database from several goroutines
// through locks and shared memory of the package.
func TestManyConnections(t *testing.T) {
	for _, pragma := range []string{"PRAGMA journal_mode=delete", "PRAGMA journal_mode=wal"} {
		t.Run(pragma[20:], func(t *testing.T) {
			d := newDisk(1)
			name := register(t, d)
			first, err := open(name, pragma)
			if err != nil {
				t.Fatal(err)
			}
			if err := first.Exec("CREATE TABLE t(n); INSERT INTO t VALUES(0)"); err != nil {
				t.Fatal(err)
			}
			const workers, times = 4, 25
			var wg sync.WaitGroup
			failed := make([]error, workers)
			for w := range workers {
				wg.Add(1)
				go func() {
					defer wg.Done()
					c, err := open(name, "PRAGMA busy_timeout=60000")
					if err != nil {
						failed[w] = err
						return
					}
					defer c.Close()
					for range times {
						if failed[w] = c.Exec("BEGIN IMMEDIATE; UPDATE t SET n = n + 1; COMMIT; SELECT * FROM t"); failed[w] != nil {
							return
						}
					}
				}()
			}
			wg.Wait()
			if err := errors.Join(failed...); err != nil {
				t.Error(err)
			}
			for row, err := range first.Query("SELECT n FROM t") {
				if err != nil || row.ColumnInt64(0) != workers*times {
					t.Errorf("counted %d, %v", row.ColumnInt64(0), err)
				}
			}
			if err := first.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestLocksExclude(t *testing.T) {
	d := newDisk(1)
	name := register(t, d)
	a, err := open(name, "PRAGMA busy_timeout=0; CREATE TABLE t(x)")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := open(name, "PRAGMA busy_timeout=0")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := a.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	if err := b.Exec("SELECT * FROM t"); err != nil {
		t.Errorf("read beside a reserved lock: %v", err)
	}
	if err := b.Exec("BEGIN IMMEDIATE"); !errors.Is(err, sqlite.ErrBusy) {
		t.Errorf("second writer: %v", err)
	}
	if err := a.Exec("COMMIT; BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	if err := b.Exec("SELECT * FROM t"); !errors.Is(err, sqlite.ErrBusy) {
		t.Errorf("read beside an exclusive lock: %v", err)
	}
	if err := a.Exec("COMMIT"); err != nil {
		t.Fatal(err)
	}
	if err := b.Exec("BEGIN; SELECT * FROM t"); err != nil {
		t.Fatal(err)
	}
	if err := a.Exec("INSERT INTO t VALUES(1)"); !errors.Is(err, sqlite.ErrBusy) {
		t.Errorf("commit beside a reader: %v", err)
	}
	if err := b.Exec("COMMIT; INSERT INTO t VALUES(2)"); err != nil {
		t.Errorf("after the locks: %v", err)
	}
}

// broken is a VFS whose files fail in ways of their own.
type broken struct {
	*disk
	read func() (int, error)
	none bool
}

func (b *broken) Open(name string, flags vfs.OpenFlags) (vfs.File, bool, error) {
	if b.none {
		return nil, false, nil
	}
	f, ro, err := b.disk.Open(name, flags)
	return &brokenFile{f, b}, ro, err
}

type brokenFile struct {
	vfs.File
	b *broken
}

func (f *brokenFile) ReadAt(p []byte, off int64) (int, error) {
	if f.b.read != nil {
		return f.b.read()
	}
	return f.File.ReadAt(p, off)
}

func TestErrorsOfMethods(t *testing.T) {
	b := &broken{disk: newDisk(1)}
	if err := vfs.Register("broken", b); err != nil {
		t.Fatal(err)
	}
	if err := vfs.Register("broken", b); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("registered twice: %v", err)
	}
	c, err := open("broken", "CREATE TABLE t(x); INSERT INTO t VALUES(1)")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		read func() (int, error)
		code error
	}{
		{"plain error", func() (int, error) { return 0, errors.New("cable") }, sqlite.ErrIOErrRead},
		{"code", func() (int, error) { return 0, fmt.Errorf("disk: %w", sqlite.ErrIOErrCorruptFS) }, sqlite.ErrIOErrCorruptFS},
		{"code of success", func() (int, error) { return 0, fmt.Errorf("disk: %w", sqlite.ErrorCode(0)) }, sqlite.ErrIOErrRead},
		{"no code", func() (int, error) { return 0, &sqlite.Error{Message: "disk"} }, sqlite.ErrIOErrRead},
		{"panic", func() (int, error) { panic("boom") }, sqlite.ErrIOErrRead},
		{"more than was asked for", func() (int, error) { return 1 << 30, nil }, sqlite.ErrIOErrRead},
		{"a negative number", func() (int, error) { return -1, nil }, sqlite.ErrIOErrRead},
	}
	for _, tt := range tests {
		b.read = tt.read
		c, err := open("broken", "SELECT * FROM t")
		if err == nil {
			_ = c.Close()
		}
		if !errors.Is(err, tt.code) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	b.read, b.none = nil, true
	if _, err := open("broken", "SELECT * FROM t"); !errors.Is(err, sqlite.ErrCantOpen) {
		t.Errorf("no file and no error: %v", err)
	}
	b.none = false
	c, err = open("broken", "SELECT * FROM t")
	if err != nil {
		t.Fatal(err)
	}
	if err := vfs.Unregister("broken"); err != nil {
		t.Error(err)
	}
	if err := vfs.Unregister("broken"); !errors.Is(err, sqlite.ErrNotFound) {
		t.Errorf("unregistered twice: %v", err)
	}
	if err := c.Exec("INSERT INTO t VALUES(2)"); err != nil {
		t.Errorf("a connection that is open: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if _, err := open("broken", ""); err == nil {
		t.Error("an unregistered VFS is found")
	}
	if err := vfs.Register("", b); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("no name: %v", err)
	}
}

// TestTwoNamesOfOneVFSShareLocks: the files are the same by whatever name the VFS is found.
func TestTwoNamesOfOneVFSShareLocks(t *testing.T) {
	d := newDisk(1)
	one, two := register(t, d), t.Name()+"-again"
	if err := vfs.Register(two, d); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = vfs.Unregister(two) })
	a, err := open(one, "PRAGMA busy_timeout=0; CREATE TABLE t(x)")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := open(two, "PRAGMA busy_timeout=0")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := a.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	if err := b.Exec("BEGIN IMMEDIATE"); !errors.Is(err, sqlite.ErrBusy) {
		t.Errorf("a second writer: %v", err)
	}
}
