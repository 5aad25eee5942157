// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

func TestSnapshots(t *testing.T) {
	name := filepath.Join(t.TempDir(), "wal.db")
	w, r := openTest(t, name), openTest(t, name)
	exec(t, w, "PRAGMA journal_mode=wal; CREATE TABLE t(x); INSERT INTO t VALUES(1)")
	exec(t, r, "BEGIN; SELECT * FROM t")
	before, err := r.Snapshot("main")
	check(t, err)
	exec(t, r, "COMMIT")
	exec(t, w, "INSERT INTO t VALUES(2)")
	exec(t, w, "BEGIN; SELECT * FROM t")
	after, err := w.Snapshot("main")
	check(t, err)
	exec(t, w, "COMMIT")
	if n, err := before.Compare(after); n != -1 || err != nil {
		t.Errorf("before compares as %d to after, %v", n, err)
	}
	if n, err := after.Compare(before); n != 1 || err != nil {
		t.Errorf("after compares as %d to before, %v", n, err)
	}
	for _, tt := range []struct {
		s    *sqlite.Snapshot
		want string
	}{{before, "1"}, {after, "2"}} {
		exec(t, r, "BEGIN")
		check(t, r.OpenSnapshot("main", tt.s))
		if _, n, err := one(t, r, "SELECT count(*) FROM t"); n != tt.want || err != nil {
			t.Errorf("%s rows in a snapshot of %s, %v", n, tt.want, err)
		}
		exec(t, r, "COMMIT")
	}
	if _, _, err := w.Checkpoint("main", sqlite.CheckpointTruncate); err != nil {
		t.Fatal(err)
	}
	exec(t, w, "INSERT INTO t VALUES(3)")
	exec(t, r, "BEGIN")
	if err := r.OpenSnapshot("main", before); !errors.Is(err, sqlite.ErrErrorSnapshot) {
		t.Errorf("a snapshot that a checkpoint ended: %v", err)
	}
	exec(t, r, "ROLLBACK")
	check(t, w.RecoverSnapshots("main"))
	before.Close()
	before.Close()
	exec(t, r, "BEGIN")
	if err := r.OpenSnapshot("main", before); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("a closed snapshot: %v", err)
	}
	exec(t, r, "ROLLBACK")
	if _, err := before.Compare(after); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("compare of a closed snapshot: %v", err)
	}
	after.Close()
	m := openTest(t, ":memory:")
	if _, err := m.Snapshot("main"); err == nil {
		t.Error("a snapshot of a database that is not in WAL mode")
	}
}
