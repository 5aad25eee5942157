// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
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
	soiled string // what is dirty once something was built
	moved  string // the commit once something was built
	base   string // the last release
	fail   string // the command that fails holds this
	no     bool   // ... by saying no
	ran    []string
	while  func(line string) // is called while a command runs
}

func (m *machine) put(name string) { m.write(name, "x") }

func (m *machine) write(name, text string) {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) command(_ context.Context, log io.Writer, _ string, args ...string) (string, error) {
	line := strings.Join(args, " ")
	if strings.HasPrefix(line, "git rev-parse") {
		return m.commit + "\n", nil
	}
	m.ran = append(m.ran, line)
	if m.while != nil {
		m.while(line)
	}
	io.WriteString(log, "said by "+args[0]+"\n")
	if m.fail != "" && strings.Contains(line, m.fail) {
		if m.no {
			return "", action.Reject(errors.New("it said no"))
		}
		return "", errors.New("it broke")
	}
	after := func(flag string) string {
		if i := slices.Index(args, flag); i >= 0 {
			return args[i+1]
		}
		return ""
	}
	switch out := args[len(args)-1]; {
	case strings.HasPrefix(line, "git status"):
		return m.dirty, nil
	case strings.HasSuffix(line, "programs/fetch"):
		return "/programs\n", nil
	case strings.Contains(line, " build "):
		m.dirty = m.soiled
		for _, arg := range args {
			if log, ok := strings.CutPrefix(arg, "--execution_log_compact_file="); ok {
				m.put(log)
			}
		}
		if m.moved != "" {
			m.commit = m.moved
		}
		for _, name := range []string{"manifest.json", "a.cdx.json", "b.cdx.json", "a_debug.tar.gz", "gosqlite_v1.2.3.zip", "gosqlite_v1.2.3.mod", "gosqlite_v1.2.3.info", "gosqlite_1.2.3_notes.md", "gosqlite_1.2.3_notes.json"} {
			// Bazel's folder holds links.
			m.put(filepath.Join(m.root, "bazel-out", name))
			link := filepath.Join(m.root, "bazel-bin", "tools", "release", "release_all", name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(link), 0o755), os.RemoveAll(link), os.Symlink(filepath.Join(m.root, "bazel-out", name), link)); err != nil {
				m.t.Fatal(err)
			}
		}
	case strings.Contains(line, "//:notes"):
		m.put(filepath.Join(out, "notes.md"))
		m.put(filepath.Join(out, "notes.json"))
	case strings.Contains(line, "//:semver"):
		m.write(after("--json"), `{"commit":"abc","version":"v1.2.3","base":"`+m.base+`","level":"patch","changes":[]}`)
	case strings.Contains(line, "cmd/sbom"):
		return "the bill\n", nil
	case strings.Contains(line, "cmd/module"):
		for _, ext := range []string{"zip", "mod", "info"} {
			m.put(filepath.Join(after("--out"), "github.com", "gosqlite", "gosqlite", "@v", "v1.2.3."+ext))
		}
	case strings.Contains(line, "//:reproduce") && after("--statement") != "":
		m.put(after("--statement"))
	case strings.Contains(line, "cmd/sign -- release"):
		m.put(filepath.Join(after("--out"), "manifest.json"))
	case strings.Contains(line, "cmd/sign -- statement"):
		if _, err := os.Stat(after("--in")); err != nil {
			return "", err
		}
		m.put(after("--in") + ".sigstore.json")
	}
	return "", nil
}

// all runs the train and gives exit code and what it said.
func (m *machine) all(args ...string) (int, string) {
	m.ran = nil
	var out bytes.Buffer
	w := &world{&out, &out, func(string) string { return "" }, func() time.Time { return time.Unix(0, 0) }, m.command, nil}
	return run(m.t.Context(), append([]string{"--root", m.root}, args...), w), out.String()
}

func newMachine(t *testing.T) *machine {
	m := &machine{t: t, root: t.TempDir(), commit: "abc"}
	file := filepath.Join(m.root, "tools", "release", "version.bzl")
	m.write(file, "VERSION = \"1.2.3\"\nRELEASE_TIME = \"2026-11-23T00:00:00Z\"\n")
	m.write(filepath.Join(m.root, "changes", "next", "facts", "semver.json"), `{"level":"patch","version":"v1.2.3","changes":[]}`)
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
	m.fail, m.no = "tools/release/scan:scan_all", true
	at(3, 11, "Decide each finding in tools/scan/triage.json", full...)
	m.no = false
	at(1, 4, "scan.log has what it said", full...)
	if log, err := os.ReadFile(filepath.Join(out, "log", "scan.log")); err != nil || strings.Count(string(log), "said by env\n") != 2 {
		t.Errorf("the log is %q, %v", log, err)
	}
	m.fail, m.no = "scan -- pass", true
	at(3, 5, "Decide each finding in tools/scan/triage.json", full...)
	m.fail = ""
	// The tree was clean once, and is not any more.
	m.dirty = " M go.mod\n"
	at(3, 1, "the tree is dirty:\n M go.mod", full...)
	at(3, 1, "the tree is dirty:\n M go.mod", append(full, "--step", "build")...)
	m.dirty = ""
	// Without a key it goes as far as it can, and says what it left behind.
	at(2, 11, "--key and --chain, or --config, are needed", "--version", "v1.2.3", "--out", out)
	at(2, 1, "git tag -d v1.2.3", "--version", "v1.2.3", "--out", out)
	at(0, 5, "there is to publish "+filepath.Join(out, "dist")+": 3 files", full...)
	at(0, 1, "publish: done before", full...)
	// What would be refused after hours is refused before the first step.
	at(2, 0, "--to is needed", append(full, "--publish", "--step", "publish")...)
	to := append(full, "--to", "file:"+filepath.Join(out, "site"), "--step", "publish")
	at(0, 2, "", to...)
	want := "./bazelw run //:publish -- --release " + filepath.Join(out, "dist") + " --policy "
	facts := " --scan " + filepath.Join(out, "scan", "scan.json") + " --semver " + filepath.Join(out, "semver.json") + " --to file:" + filepath.Join(out, "site")
	if !strings.HasPrefix(m.ran[1], want) || !strings.HasSuffix(m.ran[1], facts) {
		t.Errorf("ran %q", m.ran[1])
	}
	at(0, 2, "", append(to, "--publish")...)
	if !strings.HasSuffix(m.ran[1], facts+" --publish") {
		t.Errorf("ran %q", m.ran[1])
	}
	more := append(to, "--to", "oci://127.0.0.1:1/x", "--publish-flag", "credentials=login.json", "--publish-flag", "sumdb-key=pkcs11:object=x", "--publish-flag", "demand-log=1")
	work, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	at(0, 2, "", more...)
	if want := facts + " --to oci://127.0.0.1:1/x --credentials " + filepath.Join(work, "login.json") + " --sumdb-key pkcs11:object=x --demand-log 1"; !strings.HasSuffix(m.ran[1], want) {
		t.Errorf("ran %q, not %q", m.ran[1], want)
	}
	m.fail, m.no = "//:publish", true
	at(3, 2, "nothing was published", to...)
	m.fail, m.no = "", false
	at(3, 0, "built as //:release_all, not of v1.2.3 at abc built as //:release;", append(full, "--targets", "//:release")...)
	m.commit = "abd"
	at(3, 0, "it is of v1.2.3 at abc", full...)
	if err := os.WriteFile(filepath.Join(out, "state.json"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	at(1, 0, "remove the file to begin anew", full...)
}

// TestOneTrain has another train come with the same --out at each command of the first: it is told what to do, runs nothing and
// changes nothing. One with another folder is in nobody's way, and so is one that ended.
func TestOneTrain(t *testing.T) {
	m, other := newMachine(t), newMachine(t)
	out := t.TempDir()
	args := []string{"--version", "v1.2.3", "--out", out, "--key", "k", "--chain", "c", "--policy", "p"}
	came := 0
	m.while = func(line string) {
		before, err := os.ReadFile(filepath.Join(out, "state.json"))
		if err != nil {
			t.Fatal(err)
		}
		code, said := other.all(args...)
		after, _ := os.ReadFile(filepath.Join(out, "state.json"))
		if want := "lock " + out + ": another train runs with this --out"; code != action.Failure || len(other.ran) > 0 || !strings.Contains(said, want) ||
			!strings.Contains(said, "name another folder by --out") || !bytes.Equal(before, after) {
			t.Errorf("during %s: exit code %d, ran %q, said %s", line, code, other.ran, said)
		}
		if came++; came == 1 {
			if code, said := other.all("--version", "v1.2.3", "--out", t.TempDir(), "--key", "k", "--chain", "c", "--policy", "p"); code != action.OK {
				t.Errorf("in another folder: exit code %d, said %s", code, said)
			}
		}
	}
	if code, said := m.all(args...); code != action.OK || came < 10 {
		t.Errorf("the first: exit code %d after %d commands, said %s", code, came, said)
	}
	if code, said := other.all(args...); code != action.OK {
		t.Errorf("after the first: exit code %d, said %s", code, said)
	}
}

// What each step runs; m.ran is all that the train ran.
func TestCommands(t *testing.T) {
	m, out := newMachine(t), t.TempDir()
	work, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if code, said := m.all("--version", "v1.2.3", "--out", out, "--key", "k", "--chain", "c", "--policy", "p"); code != 0 {
		t.Fatal(said)
	}
	// The payload is there when the output base is gone.
	if info, err := os.Lstat(filepath.Join(out, "payload", "manifest.json")); err != nil || !info.Mode().IsRegular() {
		t.Errorf("manifest.json of the payload is %v, %v", info, err)
	}
	for _, want := range []string{
		"./bazelw --output_base=OUT/base build --disk_cache= --noremote_accept_cached --execution_log_compact_file=OUT/log/build-1.zst //:release_all",
		"./bazelw --output_base=OUT/base shutdown",
		"./bazelw run //:reproduce -- ledger --files OUT/payload --statement OUT/evidence/ledger.intoto.json --log OUT/log/build-1.zst",
		"./bazelw run //tools/release/cmd/sign -- tag --git ROOT --commit abc --tag v1.2.3 --key WORK/k --chain WORK/c",
		"./bazelw run //tools/release/cmd/sign -- release --payload OUT/payload --out OUT/dist --git ROOT --commit abc --tag v1.2.3 --key WORK/k --chain WORK/c",
		"./bazelw run //tools/release/cmd/sign -- statement --in OUT/dist/ledger.intoto.json --key WORK/k --chain WORK/c",
		"./bazelw run //:reproduce -- --release OUT/payload",
		"env PATH=/programs: ./bazelw run //tools/release/scan:scan_all -- --gate release --out OUT/scan",
		"./bazelw run //tools/scan/cmd/scan -- pass --report OUT/scan/scan.json --date 2026-11-23 OUT/payload/a.cdx.json OUT/payload/b.cdx.json OUT/payload/a_debug.tar.gz",
		"./bazelw run //tools/release/cmd/module -- --root ROOT --commit abc --version v1.2.3 --out OUT/proxy --tag",
		"./bazelw run //:semver -- --root ROOT --version v1.2.3 --json OUT/facts.json",
		"./bazelw run //:notes -- --root ROOT --version v1.2.3 --facts --manifest OUT/payload/manifest.json --bill OUT/payload/a.cdx.json --bill OUT/payload/b.cdx.json --out OUT/notes",
		"./bazelw run //tools/sbom/cmd/sbom -- bill --document OUT/payload/a.cdx.json --document OUT/payload/b.cdx.json",
	} {
		line := strings.NewReplacer("OUT", out, "WORK", work, "ROOT", m.root, "PATH=/programs:", "PATH=/programs"+string(filepath.ListSeparator)).Replace(want)
		if !slices.Contains(m.ran, line) {
			t.Errorf("%s was not run, but\n%s", line, strings.Join(m.ran, "\n"))
		}
	}
}

// TestModuleIsTheTags: a payload whose module is not the tag's, or is not there, ends the train.
func TestModuleIsTheTags(t *testing.T) {
	for _, ext := range []string{"zip", "mod", "info"} {
		m, out := newMachine(t), t.TempDir()
		args := []string{"--version", "v1.2.3", "--out", out, "--step", "module"}
		if code, said := m.all("--version", "v1.2.3", "--out", out, "--step", "build"); code != 0 {
			t.Fatal(said)
		}
		if code, said := m.all(args...); code != 0 {
			t.Fatal(said)
		}
		name := filepath.Join(out, "payload", "gosqlite_v1.2.3."+ext)
		if err := os.WriteFile(name, []byte("y"), 0o644); err != nil {
			t.Fatal(err)
		}
		if code, said := m.all(args...); code != 3 || !strings.Contains(said, "."+ext+" of the payload is not that of the tag") {
			t.Errorf("exit code %d: %s", code, said)
		}
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		if code, said := m.all(args...); code != 1 || !strings.Contains(said, "compare the module") {
			t.Errorf("exit code %d: %s", code, said)
		}
	}
}

// A build takes long; what happens to the tree meanwhile must not be taken for the commit.
func TestTreeChangesDuringTheBuild(t *testing.T) {
	for _, test := range []struct {
		says  string
		plant func(m *machine)
	}{
		{"the tree is dirty", func(m *machine) { m.soiled = "?? x\n" }},
		{"the tree is at abd, and the release is of abc", func(m *machine) { m.moved = "abd" }},
	} {
		m, out := newMachine(t), t.TempDir()
		test.plant(m)
		code, said := m.all("--version", "v1.2.3", "--out", out)
		if _, err := os.Stat(filepath.Join(out, "payload")); code != 3 || !strings.Contains(said, test.says) || err == nil {
			t.Errorf("exit code %d, payload %v, want 3, none, and %q in\n%s", code, err, test.says, said)
		}
	}
}

func TestReleasedBytesReadNoCache(t *testing.T) {
	m := newMachine(t)
	if code, said := m.all("--version", "v1.2.3", "--out", t.TempDir(), "--step", "build"); code != 0 {
		t.Fatal(said)
	}
	i := slices.IndexFunc(m.ran, func(line string) bool { return strings.Contains(line, " build ") })
	if i < 0 {
		t.Fatalf("ran %q", m.ran)
	}
	for _, flag := range []string{"--noremote_accept_cached", "--disk_cache="} {
		if !slices.Contains(strings.Fields(m.ran[i]), flag) {
			t.Errorf("%q lacks %s", m.ran[i], flag)
		}
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
		{2, `--version: "1.2.3" is no canonical version`, []string{"--version", "1.2.3", "--out", t.TempDir()}},
		{2, `"v1.2" is no canonical version`, []string{"--version", "v1.2", "--out", t.TempDir()}},
		{2, `"v1.2.3+x" is no canonical version`, []string{"--version", "v1.2.3+x", "--out", t.TempDir()}},
		{2, "--publish: --to is needed", []string{"--version", "v1.2.3", "--out", t.TempDir(), "--publish"}},
		{2, "is in the tree", []string{"--version", "v1.2.3", "--out", filepath.Join(m.root, "dist")}},
		{2, `"fly" is none of clean, version`, []string{"--version", "v1.2.3", "--out", t.TempDir(), "--step", "fly"}},
		{3, "step facts is not done", []string{"--version", "v1.2.3", "--out", t.TempDir(), "--step", "sign"}},
		{2, `--targets "//:shell" is none of //:release, //:release_all, //:release_ci`, []string{"--version", "v1.2.3", "--out", t.TempDir(), "--targets", "//:shell"}},
		{2, `--publish-flag "release=x": name one of advisories, ca, credentials`, []string{"--version", "v1.2.3", "--out", t.TempDir(), "--to", "file:x", "--publish-flag", "release=x"}},
		{2, `--publish-flag "ca": name one of`, []string{"--version", "v1.2.3", "--out", t.TempDir(), "--to", "file:x", "--publish-flag", "ca"}},
		{2, "--publish-flag ca: --to is needed, too", []string{"--version", "v1.2.3", "--out", t.TempDir(), "--publish-flag", "ca=x"}},
		{2, `--targets "release" is none of`, []string{"--version", "v1.2.3", "--out", t.TempDir(), "--targets", "release"}},
	} {
		code, said := m.all(test.args...)
		if ran := strings.Join(m.ran, "\n"); code != test.code || !strings.Contains(said, test.says) || ran != "" && ran != "git status --porcelain --untracked-files=all --ignore-submodules=none" {
			t.Errorf("%q: exit code %d, want %d, and %q in %s", test.args, code, test.code, test.says, said)
		}
	}
}

// A watched screen notes which steps it shows, and what was said.
type watched struct {
	said    bytes.Buffer
	steps   []string
	begun   int
	stopped int
}

func (w *watched) Write(p []byte) (int, error) { return w.said.Write(p) }

func (w *watched) Watch(step string, _ func() time.Time) (io.Writer, func()) {
	w.steps, w.begun = append(w.steps, step), w.begun+1
	return w, func() { w.stopped++ }
}

// TestProgress: a terminal shows every step, and what its programs say; but none whose program may ask for a passphrase there.
func TestProgress(t *testing.T) {
	m, shown := newMachine(t), &watched{}
	w := &world{io.Discard, io.Discard, func(string) string { return "" }, func() time.Time { return time.Unix(0, 0) }, m.command, shown}
	args := []string{"--root", m.root, "--version", "v1.2.3", "--out", t.TempDir(), "--key", "k", "--chain", "c", "--policy", "p", "--to", "file:x"}
	if code := run(t.Context(), args, w); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	want := []string{"facts", "build", "ledger", "reproduce", "sbom", "scan", "api", "semver", "notes", "module", "verify"}
	got := slices.Compact(slices.DeleteFunc(shown.steps, func(s string) bool { return s == "clean" })) // it comes again in others
	if !slices.Equal(got, want) {
		t.Errorf("shown are %q, want %q", got, want)
	}
	if shown.stopped != shown.begun || !strings.Contains(shown.said.String(), "said by ./bazelw") {
		t.Errorf("%d of %d stopped; said %q", shown.stopped, shown.begun, &shown.said)
	}
}
