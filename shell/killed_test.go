// SPDX-License-Identifier: MIT

package shell

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// childArgs, when set, makes this test program a shell that kills itself as
// soon as it draws progress.
const childArgs = "GOSQLITE_TEST_CHILD_ARGS"

func TestMain(m *testing.M) {
	if args := os.Getenv(childArgs); args != "" {
		runUntilKilled(strings.Split(args, "\n"))
	}
	os.Exit(m.Run())
}

func runUntilKilled(args []string) {
	now := time.Unix(0, 0)
	sh := &Shell{
		Stdin: strings.NewReader(""), Stdout: os.Stdout, StderrIsTerminal: true, Args: args,
		Stderr: writerFunc(func(p []byte) (int, error) {
			if bytes.Contains(p, []byte("%")) {
				self, err := os.FindProcess(os.Getpid())
				if err == nil {
					err = self.Kill()
				}
				if err != nil {
					panic(err)
				}
				select {}
			}
			return len(p), nil
		}),
		Now: func() time.Time { now = now.Add(time.Second); return now },
	}
	os.Exit(sh.Run(context.Background()))
}

// killed runs the shell in a process that kills itself in the middle.
func killed(t *testing.T, args ...string) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(program)
	child.Env = append(os.Environ(), childArgs+"="+strings.Join(args, "\n"))
	if err := child.Run(); err == nil {
		t.Fatal("the child ended by itself; it was to be killed")
	}
}

func TestKilledBackupLeavesNoBackup(t *testing.T) {
	folder := t.TempDir()
	big, copied := bigDatabase(t, folder, "big"), filepath.Join(folder, "copy.db")
	run(t, "", ":memory:", "CREATE TABLE old(a)", ".backup '"+copied+"'").ok(t)
	killed(t, big, ".backup '"+copied+"'")
	run(t, "", copied, ".tables").want(t, "old\n", "", 0)
	if left, err := filepath.Glob(filepath.Join(folder, ".copy.db.part*")); err != nil || len(left) == 0 {
		t.Errorf("%q, %v: the child was not in the middle of its copy", left, err)
	}
	run(t, "", big, ".backup '"+copied+"'").ok(t)
	run(t, "", copied, ".tables").want(t, "big\n", "", 0)
}

func TestKilledRestoreLeavesTheDatabase(t *testing.T) {
	folder := t.TempDir()
	big, db := bigDatabase(t, folder, "big"), filepath.Join(folder, "a.db")
	run(t, "", db, "CREATE TABLE old(a)").ok(t)
	killed(t, db, ".restore '"+big+"'")
	run(t, "", "--format=list", "--header=false", db, ".tables", "PRAGMA integrity_check").want(t, "old\nok\n", "", 0)
}

func TestKilledImportLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	db, file := filepath.Join(folder, "a.db"), filepath.Join(folder, "x.csv")
	if err := os.WriteFile(file, []byte("a\n"+strings.Repeat("1\n", 5000)), 0o666); err != nil {
		t.Fatal(err)
	}
	run(t, "", db, "CREATE TABLE old(a)").ok(t)
	killed(t, db, ".import '"+file+"' t --create")
	run(t, "", db, ".tables").want(t, "old\n", "", 0)
}

func TestBackupIsAsPrivateAsItsSource(t *testing.T) {
	folder := t.TempDir()
	db, copied := filepath.Join(folder, "a.db"), filepath.Join(folder, "b.db")
	run(t, "", db, "CREATE TABLE t(a)").ok(t)
	if err := os.Chmod(db, 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "", db, ".backup '"+copied+"'").ok(t)
	source, err := os.Stat(db)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(copied); err != nil || info.Mode() != source.Mode() {
		t.Errorf("mode %v, %v, want %v", info.Mode(), err, source.Mode())
	}
}
