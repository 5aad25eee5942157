// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// A machine answers commands as the real ones would, and notes them.
type machine struct {
	t      *testing.T
	root   string
	commit string
	dirty  string
	fail   string // the command that fails holds this
	no     bool   // ... by saying no
	ran    []string
}

func (m *machine) put(name string) {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte("x"), 0o644); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) command(_ context.Context, log io.Writer, _ string, args ...string) (string, error) {
	line := strings.Join(args, " ")
	if strings.HasPrefix(line, "git rev-parse") {
		return m.commit + "\n", nil
	}
	m.ran = append(m.ran, line)
	io.WriteString(log, "said by "+args[0]+"\n")
	if m.fail != "" && strings.Contains(line, m.fail) {
		if m.no {
			return "", action.Reject(errors.New("it said no"))
		}
		return "", errors.New("it broke")
	}
	switch out := args[len(args)-1]; {
	case strings.HasPrefix(line, "git status"):
		return m.dirty, nil
	case strings.Contains(line, " build "):
		for _, name := range []string{"manifest.json", "a.cdx.json", "a_debug.tar.gz"} {
			m.put(filepath.Join(m.root, "bazel-bin", "tools", "release", "release_all", name))
		}
	case strings.Contains(line, "//:notes"):
		m.put(filepath.Join(out, "notes.md"))
	case strings.Contains(line, "cmd/module"):
		m.put(filepath.Join(args[len(args)-2], "list"))
	case strings.Contains(line, "cmd/sign"):
		m.put(filepath.Join(args[len(args)-5], "manifest.json"))
	}
	return "", nil
}

// all runs the train and gives exit code and what it said.
func (m *machine) all(args ...string) (int, string) {
	m.ran = nil
	var out bytes.Buffer
	w := &world{&out, &out, func(string) string { return "" }, func() time.Time { return time.Unix(0, 0) }, m.command}
	return run(m.t.Context(), append([]string{"--root", m.root}, args...), w), out.String()
}

func newMachine(t *testing.T) *machine {
	m := &machine{t: t, root: t.TempDir(), commit: "abc"}
	file := filepath.Join(m.root, "tools", "release", "version.bzl")
	m.put(file)
	if err := os.WriteFile(file, []byte("VERSION = \"1.2.3\"\nRELEASE_TIME = \"2026-11-23T00:00:00Z\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRelease(t *testing.T) {
	m := newMachine(t)
	out := t.TempDir()
	full := []string{"--version", "v1.2.3", "--out", out, "--key", "k", "--chain", "c", "--policy", "p"}
	at := func(code int, ran int, says string, args ...string) {
		t.Helper()
		got, said := m.all(args...)
		if got != code || !strings.Contains(said, says) || len(m.ran) != ran {
			t.Fatalf("exit code %d, want %d; ran %d commands, want %d; want it to say %q:\n%s\n%s", got, code, len(m.ran), ran, says, said, strings.Join(m.ran, "\n"))
		}
	}
	m.dirty = " M go.mod\n"
	at(3, 1, "the tree is dirty:\n M go.mod", full...)
	m.dirty = ""
	at(3, 1, "says 1.2.3, and v1.2.4 was asked for", "--version", "v1.2.4", "--out", t.TempDir())
	m.fail, m.no = "./scan/cmd/scan", true
	at(3, 5, "Decide each finding in tools/scan/triage.json", full...)
	m.no = false
	at(1, 1, "scan.log has what it said", full...)
	if log, err := os.ReadFile(filepath.Join(out, "log", "scan.log")); err != nil || strings.Count(string(log), "said by go\n") != 2 {
		t.Errorf("the log is %q, %v", log, err)
	}
	m.fail = ""
	// Without a key it goes as far as it can.
	at(2, 5, "--key and --chain are needed", "--version", "v1.2.3", "--out", out)
	at(0, 2, "there is to publish "+filepath.Join(out, "dist")+": 1 files", full...)
	at(0, 0, "publish: done before", full...)
	at(2, 0, "--to is needed", append(full, "--publish", "--step", "publish")...)
	to := append(full, "--to", "file:"+filepath.Join(out, "site"), "--step", "publish")
	at(0, 1, "", to...)
	want := "./bazelw run //:publish -- --release " + filepath.Join(out, "dist") + " --policy "
	facts := " --scan " + filepath.Join(out, "scan", "scan.json") + " --semver " + filepath.Join(out, "semver.json") + " --to file:" + filepath.Join(out, "site")
	if !strings.HasPrefix(m.ran[0], want) || !strings.HasSuffix(m.ran[0], facts) {
		t.Errorf("ran %q", m.ran[0])
	}
	at(0, 1, "", append(to, "--publish")...)
	if !strings.HasSuffix(m.ran[0], facts+" --publish") {
		t.Errorf("ran %q", m.ran[0])
	}
	m.fail, m.no = "//:publish", true
	at(3, 1, "nothing was published", to...)
	m.fail, m.no = "", false
	m.commit = "abd"
	at(3, 0, "it is of v1.2.3 at abc", full...)
}

func TestReleasedBytesReadNoCache(t *testing.T) {
	m := newMachine(t)
	if code, said := m.all("--version", "v1.2.3", "--out", t.TempDir(), "--step", "build"); code != 0 {
		t.Fatal(said)
	}
	if len(m.ran) != 1 || !strings.Contains(m.ran[0], " --noremote_accept_cached ") {
		t.Errorf("ran %q", m.ran)
	}
}

func TestUsage(t *testing.T) {
	m := newMachine(t)
	for _, test := range []struct {
		code int
		says string
		args []string
	}{
		{0, "publish    dry run unless --publish", []string{"--list"}},
		{0, "usage: build_release", []string{"--help"}},
		{2, "--version and --out are needed", nil},
		{2, "is in the tree", []string{"--version", "v1.2.3", "--out", filepath.Join(m.root, "dist")}},
		{2, `"fly" is none of clean, version`, []string{"--version", "v1.2.3", "--out", t.TempDir(), "--step", "fly"}},
		{3, "step clean is not done", []string{"--version", "v1.2.3", "--out", t.TempDir(), "--step", "sign"}},
	} {
		if code, said := m.all(test.args...); code != test.code || !strings.Contains(said, test.says) || len(m.ran) != 0 {
			t.Errorf("%q: exit code %d, want %d, and %q in %s", test.args, code, test.code, test.says, said)
		}
	}
}
