// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

func TestCheckpointAndTxnState(t *testing.T) {
	c := openTest(t, filepath.Join(t.TempDir(), "wal.db"))
	if log, _, err := c.Checkpoint("main", sqlite.CheckpointPassive); log != -1 || err != nil {
		t.Errorf("without WAL: %d, %v", log, err)
	}
	exec(t, c, "PRAGMA journal_mode = wal; CREATE TABLE t(x)")
	states := []struct {
		sql  string
		want sqlite.TxnState
	}{
		{sql: "BEGIN", want: sqlite.TxnNone},
		{sql: "SELECT * FROM t", want: sqlite.TxnRead},
		{sql: "INSERT INTO t VALUES(1)", want: sqlite.TxnWrite},
		{sql: "COMMIT", want: sqlite.TxnNone},
	}
	for _, s := range states {
		exec(t, c, s.sql)
		if got := c.TxnState("main"); got != s.want {
			t.Errorf("after %s: %d", s.sql, got)
		}
	}
	if c.TxnState("nope") != -1 {
		t.Error("an unknown schema has a state")
	}
	log, moved, err := c.Checkpoint("", sqlite.CheckpointFull)
	if log < 2 || moved != log || err != nil {
		t.Errorf("checkpoint: %d of %d, %v", moved, log, err)
	}
	if _, _, err := c.Checkpoint("nope", sqlite.CheckpointFull); err == nil {
		t.Error("an unknown schema is checkpointed")
	}
	if used, _, err := c.Status(sqlite.StatusCacheUsed, false); used == 0 || err != nil {
		t.Errorf("cache of %d bytes, %v", used, err)
	}
	if _, _, err := c.Status(9999, false); err == nil {
		t.Error("an unknown counter counts")
	}
}

func TestExtensionsAreOffByDefault(t *testing.T) {
	c := openTest(t, ":memory:")
	if err := c.LoadExtension("nothing", ""); err == nil || !strings.Contains(err.Error(), "not authorized") {
		t.Errorf("load: %v", err)
	}
	if err := c.DBConfig(sqlite.DBConfigEnableLoadExtension, true); err != nil {
		t.Fatal(err)
	}
	if err := c.LoadExtension(filepath.Join(t.TempDir(), "nothing"), ""); err == nil || strings.Contains(err.Error(), "not authorized") {
		t.Errorf("load of a missing file: %v", err)
	}
	if err := c.Exec("SELECT load_extension('nothing')"); err == nil || !strings.Contains(err.Error(), "not authorized") {
		t.Errorf("load by SQL: %v", err)
	}
}
