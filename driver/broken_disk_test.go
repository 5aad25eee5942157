// SPDX-License-Identifier: MIT

package driver_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/vfs"
)

// brokenDisk is a VFS in memory whose writes fail while fail is set.
type brokenDisk struct {
	mu    sync.Mutex
	files map[string]*brokenFile
	fail  error
}

type brokenFile struct {
	d    *brokenDisk
	data []byte
}

func (d *brokenDisk) breakBy(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail = err
}

func (d *brokenDisk) Open(name string, flags vfs.OpenFlags) (vfs.File, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.files[name]
	if f == nil {
		if flags&vfs.OpenCreate == 0 {
			return nil, false, sqlite.ErrCantOpen
		}
		f = &brokenFile{d: d}
		d.files[name] = f
	}
	return f, false, nil
}

func (d *brokenDisk) Delete(name string, _ bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.files, name)
	return nil
}

func (d *brokenDisk) Exists(name string) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.files[name] != nil, nil
}

func (d *brokenDisk) FullPathname(name string) (string, error) { return name, nil }

func (f *brokenFile) Close() error { return nil }

func (f *brokenFile) ReadAt(p []byte, off int64) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if off >= int64(len(f.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *brokenFile) WriteAt(p []byte, off int64) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if f.d.fail != nil {
		return 0, f.d.fail
	}
	if end := off + int64(len(p)); end > int64(len(f.data)) {
		f.data = slices.Grow(f.data, int(end)-len(f.data))[:end]
	}
	return copy(f.data[off:], p), nil
}

func (f *brokenFile) Truncate(size int64) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	f.data = f.data[:min(size, int64(len(f.data)))]
	return nil
}

func (f *brokenFile) Sync() error { return nil }

func (f *brokenFile) Size() (int64, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	return int64(len(f.data)), nil
}

func (f *brokenFile) SectorSize() int { return 512 }

func (f *brokenFile) Characteristics() vfs.Characteristics { return vfs.PowersafeOverwrite }

// TestBrokenDiskEndsTheTransaction lets SQLite roll back by itself because a write
// fails, or memory for it: no later statement may run outside of the transaction.
func TestBrokenDiskEndsTheTransaction(t *testing.T) {
	d := &brokenDisk{files: map[string]*brokenFile{}}
	name := "broken-" + t.Name()
	if err := vfs.Register(name, d); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := vfs.Unregister(name); err != nil {
			t.Error(err)
		}
	})
	for _, tt := range []struct {
		name       string
		fail, want error
		ends       bool
	}{
		{"write", sqlite.ErrIOErrWrite, sqlite.ErrIOErrWrite, true},
		{"memory", sqlite.ErrIOErrNoMem, sqlite.ErrNoMem, true},
		{name: "plant: a disk that works"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db := open(t, "file:/"+t.Name()+"?vfs="+name+"&_cache_size=4")
			db.SetMaxOpenConns(1)
			exec(t, db, "CREATE TABLE t(x)")
			tx, err := db.BeginTx(context.Background(), nil)
			if err != nil {
				t.Fatal(err)
			}
			exec(t, tx, "INSERT INTO t VALUES(1)")
			d.breakBy(tt.fail)
			// More than the cache holds: it is written before the commit.
			_, err = tx.Exec("INSERT INTO t VALUES(zeroblob(200000))")
			d.breakBy(nil)
			if !errors.Is(err, tt.want) || (err != nil) != tt.ends {
				t.Fatalf("insert: %v, want %v", err, tt.want)
			}
			if tt.ends {
				for range 3 {
					if _, err := tx.Exec("INSERT INTO t VALUES(2)"); !errors.Is(err, driver.ErrTxRolledBack) {
						t.Errorf("statement after the rollback: %v", err)
					}
				}
				if _, err := tx.Query("SELECT 1"); !errors.Is(err, driver.ErrTxRolledBack) {
					t.Errorf("query after the rollback: %v", err)
				}
				if err := tx.Rollback(); err != nil {
					t.Errorf("rollback: %v", err)
				}
			} else if err := tx.Commit(); err != nil {
				t.Error(err)
			}
			want := 2
			if tt.ends {
				want = 0
			}
			if n := count(t, db, "SELECT count(*) FROM t"); n != want {
				t.Errorf("%d rows, want %d", n, want)
			}
			exec(t, db, "INSERT INTO t VALUES(3)")
		})
	}
}
