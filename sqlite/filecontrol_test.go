// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

func TestFileControl(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file.db")
	c, d := openTest(t, name), openTest(t, name)
	control := func(request sqlite.FileControl, v int64) int64 {
		t.Helper()
		got, err := c.FileControl("main", request, v)
		check(t, err)
		return got
	}
	control(sqlite.FileChunkSize, 1<<16)
	exec(t, c, "CREATE TABLE t(x)")
	if info, err := os.Stat(name); err != nil || info.Size() != 1<<16 {
		t.Errorf("the file has %v bytes, %v", info.Size(), err)
	}
	before := control(sqlite.FileDataVersion, 0)
	exec(t, d, "INSERT INTO t VALUES(1)")
	exec(t, c, "SELECT * FROM t")
	if control(sqlite.FileDataVersion, 0) == before {
		t.Error("the contents changed and the data version did not")
	}
	if control(sqlite.FilePersistWAL, -1) != 0 {
		t.Error("the WAL persists from the start")
	}
	control(sqlite.FilePersistWAL, 1)
	if control(sqlite.FilePersistWAL, -1) != 1 {
		t.Error("the WAL does not persist")
	}
	if control(sqlite.FileLockState, 0) != 0 {
		t.Error("a lock is held at rest")
	}
	exec(t, c, "BEGIN IMMEDIATE")
	if got := control(sqlite.FileLockState, 0); got != 2 {
		t.Errorf("lock state %d", got)
	}
	exec(t, c, "COMMIT")
	if vfs, err := c.FileControlText("main", sqlite.FileVFSName); err != nil || vfs == "" {
		t.Errorf("VFS %q, %v", vfs, err)
	}
	if temp, err := c.FileControlText("main", sqlite.FileTempFileName); err != nil || !strings.Contains(temp, "etilqs") {
		t.Errorf("temporary file %q, %v", temp, err)
	}
	if _, err := c.FileControl("nope", sqlite.FileDataVersion, 0); !errors.Is(err, sqlite.ErrError) {
		t.Errorf("unknown schema: %v", err)
	}
	if _, err := c.FileControl("main", 7, 0); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("a request for a pointer: %v", err)
	}
	if _, err := c.FileControl("main", sqlite.FileChunkSize, 1<<40); !errors.Is(err, sqlite.ErrRange) {
		t.Errorf("a chunk of 2^40 bytes: %v", err)
	}
	check(t, os.Remove(name))
	if control(sqlite.FileHasMoved, 0) != 1 {
		t.Error("a removed file has not moved")
	}
}

// TestGlobalStatus reads a file of 200 pages: the two counters that are offered
// move, and no other does.
func TestGlobalStatus(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pages.db")
	c := openTest(t, name)
	exec(t, c, "CREATE TABLE t(x); WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 200) INSERT INTO t SELECT zeroblob(3000) FROM r")
	before, highest := map[int]int64{}, map[int]int64{}
	for i := range 10 {
		now, high, err := sqlite.ReadGlobalStatus(sqlite.GlobalStatus(i), true)
		if err != nil {
			t.Fatal(err)
		}
		before[i], highest[i] = now, high
	}
	reader := openTest(t, name)
	exec(t, reader, "SELECT sum(length(x)) FROM t")
	for i := range 10 {
		now, high, err := sqlite.ReadGlobalStatus(sqlite.GlobalStatus(i), false)
		if err != nil {
			t.Fatal(err)
		}
		switch sqlite.GlobalStatus(i) {
		case sqlite.GlobalPageCacheOverflow:
			if now < before[i]+150*4096 || high < now { // the first few come in bulk
				t.Errorf("200 pages were read: %d bytes, %d before, at most %d", now, before[i], high)
			}
		case sqlite.GlobalPageCacheSize:
			if high < 4096 {
				t.Errorf("the largest page asked for is %d bytes", high)
			}
		default:
			if now != 0 || high != 0 || highest[i] != 0 {
				t.Errorf("counter %d, which is not offered, moves: %d, at most %d", i, now, high)
			}
		}
	}
	if _, _, err := sqlite.ReadGlobalStatus(99, false); err == nil {
		t.Error("a counter that is none is read")
	}
}
