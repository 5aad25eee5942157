// SPDX-License-Identifier: MIT

package checks

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReleases makes v1.0.0, v1.0.1 and v1.1.0, and shows what is refused after them.
func TestReleases(t *testing.T) {
	r := newRepository(t)
	r.put("api/v1.txt", "")
	r.put("api/next.txt", "")
	r.commit("begin")
	r.at(0, nil, "api", "write")
	r.commit("describe")
	r.release("v1.0.0")

	r.change("sqlite/sqlite.go", "return nil", "c.open = false; return nil")
	r.put("changes/next/close.json", `{"kind":"fix","title":"Close closes","claims":["no-breaking-changes","same-sqlite"]}`)
	r.commit("fix")
	r.at(0, []string{"the least version is v1.0.1"}, "semver")
	r.release("v1.0.1")

	r.change("sqlite/sqlite.go", "func Version", "func (c *Conn) Ping() error { return nil }\n\nfunc Version")
	r.put("changes/next/ping.json", `{"kind":"feature","title":"Conn has Ping","names":["api: sqlite.(*Conn).Ping"]}`)
	r.at(3, []string{"api/next.txt: pkg sqlite, method (*Conn) Ping() error"}, "api", "check")
	r.at(0, []string{"wrote api/next.txt: 1 lines"}, "api", "write")
	r.commit("add Ping")
	r.at(3, []string{"v1.0.2 is too low: since v1.0.1 there are changes that need v1.1.0 or higher", "minor: api: sqlite.(*Conn).Ping"}, "semver", "--version", "v1.0.2")
	r.release("v1.1.0")
	for version, want := range map[string]string{"v1.0.0": "It is the first release", "v1.0.1": "- Close closes.", "v1.1.0": "| `api: sqlite.(*Conn).Ping` | - | added | minor |"} {
		text, err := os.ReadFile(filepath.Join(r.out, version, "notes.md"))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("notes of %s do not say %q (%v):\n%s", version, want, err, text)
		}
	}
	r.builtNotes("v1.0.0", "v1.0.1", "v1.1.0")
	if out := must(t, r.root, gitEnv, "git", "log", "--format=%s", "main"); strings.Contains(out, "gosqlite v1") {
		t.Errorf("a release commit is on the branch:\n%s", out)
	}
	head := strings.TrimSpace(must(t, r.root, gitEnv, "git", "rev-parse", "HEAD"))
	for _, refusal := range refusals {
		t.Run(refusal.name, func(t *testing.T) {
			r := *r
			r.t = t
			must(t, r.root, gitEnv, "git", "reset", "-q", "--hard", head)
			must(t, r.root, gitEnv, "git", "clean", "-qfd")
			refusal.run(&r)
		})
	}
}

// refusals begin at the state after v1.1.0; each commits what it changes unless it says otherwise.
var refusals = []struct {
	name string
	run  func(r *repository)
}{
	{"nothing changed", func(r *repository) {
		r.at(0, []string{"the least version is v1.1.1"}, "semver", "--version", "v1.1.1")
	}},
	{"a removed method as a patch", func(r *repository) {
		r.change("sqlite/sqlite.go", "func (c *Conn) Close() error { c.open = false; return nil }\n", "")
		r.commit("remove Close")
		r.at(3, []string{"pkg sqlite, method (*Conn) Close() error: sqlite: (*Conn).Close: removed: an exported name stays", "go1compat"}, "api", "check")
		r.at(3, []string{"v1.1.1 is too low", "need v2.0.0 or higher", "sqlite.(*Conn).Close"}, "semver", "--version", "v1.1.1")
	}},
	{"a raised Go version as a patch", func(r *repository) {
		r.change("go.mod", "1.25.0", "1.26.0")
		r.commit("raise Go")
		r.at(3, []string{"v1.1.1 is too low", "minor: go: minimum (1.25.0 -> 1.26.0)"}, "semver", "--version", "v1.1.1")
		r.at(0, nil, "semver", "--version", "v1.2.0")
	}},
	{"a changed default without a note", func(r *repository) {
		r.change("api/defaults.txt", "= 2", "= 1")
		r.commit("change the default")
		r.at(3, []string{`no change entry names "default: pragma synchronous"`}, "semver", "--version", "v1.2.0")
		r.put("changes/next/sync.json", `{"kind":"default","title":"Synchronous is 1","names":["default: pragma synchronous"],"upgrade":"Set it."}`)
		r.commit("write the note")
		r.at(0, nil, "semver", "--version", "v1.2.0")
	}},
	{"a dirty tree", func(r *repository) {
		r.put("sqlite/more.go", "package sqlite\n")
		r.at(3, []string{"the tree is dirty: ?? sqlite/more.go"}, "semver", "--version", "v1.2.0")
		r.at(3, []string{"the tree is dirty"}, "module", "--version", "v1.2.0", "--out", filepath.Join(r.out, "proxy"), "--amalgamation", r.capi)
	}},
	{"a reused version", func(r *repository) {
		r.change("sqlite/sqlite.go", "return nil", "return  nil")
		r.commit("change something")
		r.at(3, []string{"v1.1.0 is released already: a version is never used twice"}, "semver", "--version", "v1.1.0")
		r.at(3, []string{"is there with other contents: a version is never used twice"}, "module", "--version", "v1.1.0", "--out", filepath.Join(r.out, "proxy"), "--amalgamation", r.capi)
		r.at(3, []string{"there is one that says something else"}, "module", "--version", "v1.1.0", "--out", r.t.TempDir(), "--amalgamation", r.capi, "--tag")
	}},
	{"an edited baseline", func(r *repository) {
		r.change("api/v1.txt", "pkg sqlite, method (*Conn) Close() error\n", "")
		r.put("api/next.txt", "pkg sqlite, method (*Conn) Close() error\n")
		r.commit("unlock Close")
		r.at(0, nil, "api", "check") // the two files are at one with the code; only the release of before knows
		r.at(3, []string{`api/v1.txt lost the line "pkg sqlite, method (*Conn) Close() error", which v1.1.0 promised`}, "semver", "--version", "v1.2.0")
	}},
	{"an edited baseline that hides a removal", func(r *repository) {
		r.change("sqlite/sqlite.go", "func (c *Conn) Close() error { c.open = false; return nil }\n", "")
		r.change("api/v1.txt", "pkg sqlite, method (*Conn) Close() error\n", "")
		r.commit("remove Close and its line")
		r.at(0, nil, "api", "check")
		r.at(3, []string{"need v2.0.0 or higher"}, "semver", "--version", "v1.2.0")
	}},
	{"a sealed interface that grows", func(r *repository) {
		r.change("sqlite/sqlite.go", "sealed() }", "sealed(); Len() int }")
		r.at(0, nil, "api", "write")
		r.at(0, nil, "api", "promote") // which replaces the line of api/v1.txt
		r.commit("let it grow")
		r.at(3, []string{"need v1.2.0 or higher"}, "semver", "--version", "v1.1.1")
		r.at(0, nil, "semver", "--version", "v1.2.0")
	}},
	{"notes against facts", func(r *repository) {
		r.change("sqlite/sqlite.go", "func (c *Conn) Ping() error { return nil }\n", "")
		r.put("changes/next/calm.json", `{"kind":"other","title":"All is well","text":"There are no breaking changes."}`)
		r.change("tools/release/version.bzl", "1.1.0", "1.1.1")
		r.commit("remove Ping, and deny it")
		r.at(3, nil, "semver", "--version", "v1.1.1", "--json", r.noteFile)
		out := filepath.Join(r.t.TempDir(), "notes")
		r.at(3, []string{`calm.json says "no breaking changes", but: major: api: sqlite.(*Conn).Ping`, "no entry of kind breaking names"},
			"notes", "--version", "v1.1.1", "--semver", r.noteFile, "--out", out)
		if _, err := os.Stat(out); err == nil {
			r.t.Error("notes were written")
		}
	}},
	{"facts of another version", func(r *repository) {
		r.at(0, nil, "semver", "--version", "v1.1.1", "--facts")
		r.change("tools/release/version.bzl", "1.1.0", "1.2.0")
		out := filepath.Join(r.t.TempDir(), "notes")
		r.at(3, []string{`the report of semver is of version "v1.1.1", the notes are of v1.2.0`}, "notes", "--version", "v1.2.0", "--facts", "--out", out)
	}},
	{"facts of a refused version", func(r *repository) {
		r.change("go.mod", "1.25.0", "1.26.0")
		r.at(3, []string{"v1.1.1 is too low"}, "semver", "--version", "v1.1.1", "--facts")
		if _, err := os.Stat(filepath.Join(r.root, "changes", "next", "facts")); err == nil {
			r.t.Error("facts were written")
		}
		r.at(2, []string{"--facts needs --version"}, "semver", "--facts")
	}},
	{"facts against entries", func(r *repository) {
		r.change("sqlite/sqlite.go", "func (c *Conn) Ping() error { return nil }\n", "")
		r.at(3, nil, "semver", "--version", "v1.1.1", "--json", r.noteFile)
		r.change("tools/release/version.bzl", "1.1.0", "2.0.0")
		r.put("changes/next/facts/semver.json", `{"base":"v1.1.0","least":"v2.0.0","version":"v2.0.0","level":"major","changes":[{"area":"api","name":"sqlite.(*Conn).Ping","old":"","new":"removed","level":"major"}]}`)
		out := filepath.Join(r.t.TempDir(), "notes")
		r.at(3, []string{"no entry of kind breaking names"}, "notes", "--version", "v2.0.0", "--facts", "--out", out)
		r.at(2, []string{"--facts names no commit"}, "notes", "--version", "v2.0.0", "--facts", "--commit", "abc", "--out", out)
	}},
	{"nobody has judged", func(r *repository) {
		out := filepath.Join(r.t.TempDir(), "notes")
		r.at(0, nil, "notes", "--version", "v1.1.0", "--facts", "--out", out)
		if text, err := os.ReadFile(filepath.Join(out, "notes.md")); err != nil || !strings.Contains(string(text), "Its version was not judged yet.") {
			r.t.Errorf("%v:\n%s", err, text)
		}
	}},
	{"another SQLite than the pins say", func(r *repository) {
		capi := r.t.TempDir()
		for name, text := range map[string]string{"sqlite3.c": fakeC + " ", "sqlite3.h": fakeH, "sqlite3_options.h": fakeO} {
			if err := os.WriteFile(filepath.Join(capi, name), []byte(text), 0o644); err != nil {
				r.t.Fatal(err)
			}
		}
		r.at(1, []string{"check internal/capi/sqlite3.c: SHA3-256"}, "module", "--version", "v1.1.0", "--out", r.t.TempDir(), "--amalgamation", capi)
	}},
	{"another version than the commit says", func(r *repository) {
		r.at(3, []string{"says v1.1.0, and v1.2.0 was asked for"}, "module", "--version", "v1.2.0", "--out", r.t.TempDir(), "--amalgamation", r.capi)
		r.at(3, []string{"version.bzl says 1.1.0, the notes are of v1.2.0"}, "notes", "--version", "v1.2.0", "--semver", r.noteFile, "--out", r.t.TempDir())
	}},
	{"a failure that is no refusal", func(r *repository) {
		// Nobody can make a folder below a file.
		r.at(1, []string{"write module: "}, "module", "--version", "v1.1.0", "--out", filepath.Join(r.root, "go.mod", "proxy"), "--amalgamation", r.capi)
	}},
	{"a commit that is not checked out", func(r *repository) {
		before := strings.TrimSpace(must(r.t, r.root, gitEnv, "git", "rev-parse", "HEAD"))
		r.change("tools/release/version.bzl", "1.1.0", "1.2.0")
		r.commit("go on")
		r.at(3, []string{"says v1.1.0, and v1.2.0"}, "module", "--version", "v1.2.0", "--commit", before, "--out", r.t.TempDir(), "--amalgamation", r.capi)
	}},
	{"notes by a report of another commit", func(r *repository) {
		r.at(0, nil, "semver", "--version", "v1.1.1", "--json", r.noteFile)
		r.change("tools/release/version.bzl", "1.1.0", "1.1.1")
		r.commit("one more")
		out := filepath.Join(r.t.TempDir(), "notes")
		r.at(3, []string{"the report of semver is of commit", "the notes are of"}, "notes", "--version", "v1.1.1", "--semver", r.noteFile, "--out", out)
	}},
	{"a shallow clone", func(r *repository) {
		dir := r.t.TempDir()
		must(r.t, dir, gitEnv, "git", "clone", "-q", "--depth=1", "--no-tags", "file://"+filepath.ToSlash(r.root), "clone")
		says, code := output(r.t, dir, nil, filepath.Join(programs, "semver"), "--root", filepath.Join(dir, "clone"), "--version", "v0.0.1")
		if code != 3 || !strings.Contains(says, "git fetch --unshallow --tags") {
			r.t.Errorf("exit code %d\n%s", code, says)
		}
	}},
	{"a whole clone without tags", func(r *repository) {
		dir := r.t.TempDir()
		must(r.t, dir, gitEnv, "git", "clone", "-q", "--no-tags", "file://"+filepath.ToSlash(r.root), "clone")
		says, code := output(r.t, dir, nil, filepath.Join(programs, "semver"), "--root", filepath.Join(dir, "clone"), "--version", "v1.1.1")
		if code != 3 || !strings.Contains(says, "changes/v1.1.0 is there, and no tag v1.1.0") {
			r.t.Errorf("exit code %d\n%s", code, says)
		}
	}},
}

// TestAfterCandidate: a candidate leaves changes/next and api/v1.txt as they are, as docs/releasing.md has it. Then the release after
// it has its entries, and promises nothing that only the candidate had.
func TestAfterCandidate(t *testing.T) {
	r := newRepository(t)
	candidate := func(version, was string) {
		t.Helper()
		r.change("tools/release/version.bzl", `"`+was+`"`, `"`+version+`"`)
		r.at(0, nil, "api", "write")
		r.at(0, nil, "semver", "--version", "v"+version, "--facts")
		r.commit("candidate " + version)
		r.at(0, nil, "api", "check")
		r.at(0, []string{"whose h1 is the same"}, "module", "--version", "v"+version, "--out", filepath.Join(r.out, "proxy"), "--amalgamation", r.capi, "--tag")
	}
	notes := func(version, title string) {
		t.Helper()
		if text, err := os.ReadFile(filepath.Join(r.out, version, "built", "notes.md")); err != nil || !strings.Contains(string(text), title) {
			t.Errorf("the notes of %s lack %q: %v", version, title, err)
		}
	}
	r.put("api/v1.txt", "")
	r.put("api/next.txt", "")
	r.commit("begin")
	candidate("1.0.0-rc.1", "0.9.0")
	r.release("v1.0.0")
	notes("v1.0.0", "It exists")
	r.put("changes/next/b.json", `{"kind":"feature","title":"It grows"}`)
	r.put("sqlite/more.go", "package sqlite\n\nfunc Draft() {}\n")
	candidate("1.1.0-rc.1", "1.0.0")
	r.put("sqlite/more.go", "package sqlite\n\nfunc More() {}\n")
	r.release("v1.1.0")
	notes("v1.1.0", "It grows")
	if text, err := os.ReadFile(filepath.Join(r.root, "api", "v1.txt")); err != nil || strings.Contains(string(text), "Draft") || !strings.Contains(string(text), "More") {
		t.Errorf("api/v1.txt is\n%s, %v", text, err)
	}
}
