// SPDX-License-Identifier: MIT

package shell

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

func TestBackupAndRestore(t *testing.T) {
	for _, journal := range []string{"DELETE", "WAL"} {
		t.Run(journal, func(t *testing.T) {
			folder := t.TempDir()
			db, backup := filepath.Join(folder, "a.db"), filepath.Join(folder, "b.db")
			run(t, "", "--format=list", "--header=false", db, "PRAGMA journal_mode="+journal, "CREATE TABLE t(a); INSERT INTO t VALUES(1)").
				want(t, strings.ToLower(journal)+"\n", "", 0)
			run(t, "", db, ".backup '"+backup+"'").ok(t)
			run(t, "", db, "DELETE FROM t", ".backup '"+filepath.Join(folder, "c.db")+"'", ".restore '"+backup+"'").ok(t)
			run(t, "", db, ".mode list", ".headers off", "SELECT a FROM t; PRAGMA integrity_check").want(t, "1\nok\n", "", 0)
			onlyFiles(t, folder, "a.db", "b.db", "c.db")
		})
	}
}

func TestBackupReplacesOldFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "b.db")
	for _, table := range []string{"one", "two"} {
		run(t, "", ":memory:", "CREATE TABLE "+table+"(a)", ".backup '"+path+"'").ok(t)
	}
	run(t, "", path, ".tables").want(t, "two\n", "", 0)
	onlyFiles(t, folder, "b.db")
}

func TestBackupRefusals(t *testing.T) {
	folder := t.TempDir()
	db := filepath.Join(folder, "a.db")
	run(t, "", db, "CREATE TABLE t(a)").ok(t)
	if err := os.WriteFile(filepath.Join(folder, "live.db"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "live.db-wal"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	garbage := filepath.Join(folder, "x.txt")
	if err := os.WriteFile(garbage, bytes.Repeat([]byte("no database "), 1000), 0o666); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, sql, text string
	}{
		{name: "onto itself", sql: ".backup '" + db + "'", text: "it is the open database itself"},
		{name: "onto a live database", sql: ".backup '" + filepath.Join(folder, "live.db") + "'", text: "live.db-wal exists"},
		{name: "into a missing folder", sql: ".backup '" + filepath.Join(folder, "no", "b.db") + "'", text: "write "},
		{name: "onto a folder", sql: ".backup '" + folder + "'", text: "is a folder"},
		{name: "restore from garbage", sql: ".restore '" + garbage + "'", text: "file is not a database (SQLITE_NOTADB)"},
		{name: "restore in a transaction", sql: "BEGIN;\n.restore '" + db + "'", text: "a transaction is open"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, "", db, tt.sql).fails(t, ExitFailure, tt.text)
		})
	}
	run(t, "", db, ".tables").want(t, "t\n", "", 0)
	onlyFiles(t, folder, "a.db", "live.db", "live.db-wal", "x.txt")
}

// bigDatabase makes a database of many more pages than one backup step copies.
func bigDatabase(t *testing.T, folder, table string) string {
	t.Helper()
	path := filepath.Join(folder, table+".db")
	run(t, "", path, "CREATE TABLE "+table+"(b); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 5000) INSERT INTO "+
		table+" SELECT zeroblob(4000) FROM n").ok(t)
	return path
}

// TestStoppedCopyLeavesNothing ends the run from inside the progress bar, which
// is drawn between two steps of the copy.
func TestStoppedCopyLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	big, small := bigDatabase(t, folder, "big"), filepath.Join(folder, "small.db")
	run(t, "", small, "CREATE TABLE small(a)").ok(t)
	for _, args := range [][]string{
		{big, ".backup '" + filepath.Join(folder, "copy.db") + "'"},
		{small, ".restore '" + big + "'"},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		var errOut bytes.Buffer
		now := time.Unix(0, 0)
		sh := &Shell{
			Stdin: strings.NewReader(""), Stdout: &bytes.Buffer{}, StderrIsTerminal: true, Args: args,
			Stderr: writerFunc(func(p []byte) (int, error) {
				if bytes.Contains(p, []byte("%")) {
					cancel()
				}
				return errOut.Write(p)
			}),
			Now: func() time.Time { now = now.Add(time.Second); return now },
		}
		if code := sh.Run(ctx); code != ExitFailure || !strings.Contains(errOut.String(), "interrupted") {
			t.Errorf("%s: exit %d, stderr %q", args[1], code, errOut.String())
		}
		if !strings.Contains(errOut.String(), "[######") {
			t.Errorf("no progress was drawn: %q", errOut.String())
		}
	}
	onlyFiles(t, folder, "big.db", "small.db")
	run(t, "", small, ".tables", "PRAGMA integrity_check").want(t, "small\nintegrity_check\n---------------\nok\n", "", 0)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestRestoreWaitsForLock(t *testing.T) {
	folder := t.TempDir()
	db, backup := filepath.Join(folder, "a.db"), filepath.Join(folder, "b.db")
	run(t, "", db, "CREATE TABLE t(a)", ".backup '"+backup+"'").ok(t)
	other, err := sqlite.Open(db, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := other.Exec("BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	run(t, "", "--timeout", "50ms", db, ".restore '"+backup+"'").fails(t, ExitFailure, "database is locked (SQLITE_BUSY")
	timer := time.AfterFunc(100*time.Millisecond, func() { other.Exec("ROLLBACK") })
	defer timer.Stop()
	run(t, "", "--timeout", "20s", db, ".restore '"+backup+"'").ok(t)
}

func TestInterruptEndsWaitForLock(t *testing.T) {
	folder := t.TempDir()
	db, backup := filepath.Join(folder, "a.db"), filepath.Join(folder, "b.db")
	run(t, "", db, "CREATE TABLE t(a)", ".backup '"+backup+"'").ok(t)
	other, err := sqlite.Open(db, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := other.Exec("BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	timer := time.AfterFunc(100*time.Millisecond, cancel)
	defer timer.Stop()
	var errOut bytes.Buffer
	sh := &Shell{
		Stdin: strings.NewReader(""), Stdout: &bytes.Buffer{}, Stderr: &errOut,
		Args: []string{"--timeout", "1h", db, ".restore '" + backup + "'"},
	}
	if code := sh.Run(ctx); code != ExitFailure || !strings.Contains(errOut.String(), "interrupted") {
		t.Errorf("exit %d, stderr %q", code, errOut.String())
	}
}

// SQLite names journals after the file that a link leads to.
func TestBackupOntoALinkToALiveDatabase(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "real.db"), filepath.Join(dir, "link.db")
	for _, name := range []string{target, target + "-wal"} {
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(target, link); err != nil {
		if runtime.GOOS == "windows" {
			return // which lets few users make links
		}
		t.Fatal(err)
	}
	run(t, "", ":memory:", "CREATE TABLE t(a)", ".backup '"+link+"'").fails(t, ExitFailure, "-wal exists")
}

// What is no file holds nothing to restore, and nothing is lost to it.
func TestRestoreFromNoFile(t *testing.T) {
	for _, name := range []string{"", ":memory:"} {
		db := filepath.Join(t.TempDir(), "a.db")
		run(t, "", db, "CREATE TABLE t(a)").ok(t)
		run(t, "", db, ".restore '"+name+"'").fails(t, ExitFailure, "restore from")
		run(t, "", db, ".tables").want(t, "t\n", "", 0)
	}
}
