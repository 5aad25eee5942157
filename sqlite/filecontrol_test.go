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

func TestGlobalStatus(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(1000000))")
	_, highest, err := sqlite.ReadGlobalStatus(sqlite.GlobalParserStack, false)
	if err != nil || highest < 0 {
		t.Errorf("parser stack: at most %d, %v", highest, err)
	}
	// Memory statistics are compiled out: a counter that moved would say that each allocation takes a lock.
	if now, highest, err := sqlite.ReadGlobalStatus(sqlite.GlobalMemoryUsed, true); now != 0 || highest != 0 || err != nil {
		t.Errorf("memory: %d, at most %d, %v", now, highest, err)
	}
	if _, _, err := sqlite.ReadGlobalStatus(99, false); err == nil {
		t.Error("a counter that is none is read")
	}
}
