// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

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
