// SPDX-License-Identifier: MIT

package checks

import (
	"bytes"
	"crypto/sha3"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// programs is the folder of the programs under test.
var programs string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "gosqlite-programs-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		for _, name := range []string{
			"release", "release/cmd/api", "release/cmd/semver", "release/cmd/notes", "release/cmd/module", "release/cmd/modulezip", "release/cmd/sign", "sbom/cmd/sbom",
			"verify/cmd/gosqlite-verify",
		} {
			cmd := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "./"+name)
			cmd.Dir = "../.."
			if out, err := cmd.CombinedOutput(); err != nil {
				fmt.Fprintf(os.Stderr, "build %s: %v\n%s", name, err, out)
				return 1
			}
		}
		programs = dir
		return m.Run()
	}())
}

// output is what a program said, and its exit code.
func output(t *testing.T, dir string, env []string, program string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatalf("start %s: %v", program, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// must runs what has to succeed.
func must(t *testing.T, dir string, env []string, program string, args ...string) string {
	t.Helper()
	out, code := output(t, dir, env, program, args...)
	if code != 0 {
		t.Fatalf("%s %s: exit code %d\n%s", filepath.Base(program), strings.Join(args, " "), code, out)
	}
	return out
}

// gitEnv makes commits that need no configuration.
var gitEnv = []string{
	"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
	"GIT_AUTHOR_NAME=Test", "GIT_AUTHOR_EMAIL=test@example.invalid", "GIT_COMMITTER_NAME=Test", "GIT_COMMITTER_EMAIL=test@example.invalid",
}

// A repository is a clone, and a folder with the amalgamation of its releases.
type repository struct {
	t             *testing.T
	root, capi    string
	out, noteFile string
}

const (
	fakeC = "int sqlite3_fake;\n"
	fakeH = "#define SQLITE_VERSION \"3.54.1\"\n"
	fakeO = "#define SQLITE_DQS 0\n"
)

func sha3Of(text string) string {
	sum := sha3.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// world are the files of the small repository before its first release.
func world() map[string]string {
	return map[string]string{
		"MODULE.bazel":                           "module(name = \"small\")\n",
		"LICENSE":                                "MIT\n",
		"go.mod":                                 "module github.com/gosqlite/gosqlite\n\ngo 1.25.0\n",
		"internal/capi/capi.go":                  "package capi\n\nfunc Version() string { return \"3.54.1\" }\n",
		"sqlite/sqlite.go":                       "package sqlite\n\nimport \"github.com/gosqlite/gosqlite/internal/capi\"\n\ntype Conn struct{ open bool }\n\ntype Sealed interface{ sealed() }\n\nfunc (c *Conn) Close() error { return nil }\n\nfunc Version() string { return capi.Version() }\n",
		"tools/go.mod":                           "module github.com/gosqlite/gosqlite/tools\n",
		"tools/release/version.bzl":              "VERSION = \"0.9.0\"\nRELEASE_TIME = \"2026-11-23T00:00:00Z\"\n",
		"tools/scan/triage.json":                 "{}\n",
		"tools/scan/feed/records/.x":             "",
		"platforms/matrix.bzl":                   "    _row(\"linux_amd64\", \"linux\", \"amd64\", \"glibc\", \"x\", \"glibc 2.28\", \"tested\"),\n",
		"pins/pins.json":                         fmt.Sprintf(`{"sqlite_amalgamation":{"sha3_256":{"sqlite3.c":%q,"sqlite3.h":%q}}}`, sha3Of(fakeC), sha3Of(fakeH)),
		"sqlite3_amalgamation/sqlite3_options.h": fakeO,
		"api/options.txt":                        "SQLite = 3.54.1\noption DQS = 0\n",
		"api/defaults.txt":                       "pragma synchronous = 2\n",
		"docs/advisories/README.md":              "None yet.\n",
		"docs/benchmarks.md":                     "| link | 0.1 s | 16 ms | 0.16 |\n",
		"changes/next/a.json":                    `{"kind":"feature","title":"It exists"}`,
		".gitattributes":                         "*.txt text\n",
	}
}

func newRepository(t *testing.T) *repository {
	t.Helper()
	r := &repository{t: t, root: t.TempDir(), capi: t.TempDir(), out: t.TempDir()}
	r.noteFile = filepath.Join(t.TempDir(), "report.json")
	for name, text := range world() {
		r.put(name, text)
	}
	for name, text := range map[string]string{"sqlite3.c": fakeC, "sqlite3.h": fakeH, "sqlite3_options.h": fakeO} {
		if err := os.WriteFile(filepath.Join(r.capi, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	must(t, r.root, gitEnv, "git", "init", "-q", "-b", "main")
	return r
}

func (r *repository) put(name, text string) {
	r.t.Helper()
	file := filepath.Join(r.root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r *repository) change(name, old, text string) {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.root, filepath.FromSlash(name)))
	if err != nil || !bytes.Contains(data, []byte(old)) {
		r.t.Fatalf("%q is not in %s (%v)", old, name, err)
	}
	r.put(name, strings.Replace(string(data), old, text, 1))
}

func (r *repository) commit(message string) {
	r.t.Helper()
	must(r.t, r.root, gitEnv, "git", "add", "-A")
	must(r.t, r.root, gitEnv, "git", "commit", "-q", "--allow-empty", "-m", message)
}

// run runs a program of the release on the repository.
func (r *repository) run(program string, args ...string) (string, int) {
	r.t.Helper()
	return output(r.t, r.root, []string{"GIT_CONFIG_GLOBAL=/dev/null", "GOWORK=off"}, filepath.Join(programs, program), append(args, "--root", r.root)...)
}

// at runs a program that has to end with a code and to say texts.
func (r *repository) at(code int, says []string, program string, args ...string) string {
	r.t.Helper()
	out, got := r.run(program, args...)
	if got != code {
		r.t.Fatalf("%s %s: exit code %d, want %d\n%s", program, strings.Join(args, " "), got, code, out)
	}
	for _, s := range says {
		if !strings.Contains(out, s) {
			r.t.Fatalf("%s %s: it does not say %q:\n%s", program, strings.Join(args, " "), s, out)
		}
	}
	return out
}

// release goes the whole way, from the version's commit to the tag.
func (r *repository) release(version string) {
	r.t.Helper()
	r.change("tools/release/version.bzl", "VERSION = ", "VERSION = \""+strings.TrimPrefix(version, "v")+"\"\nOLD = ")
	if version == "v1.0.0" {
		r.at(0, nil, "api", "write")
	}
	r.at(0, nil, "api", "promote")
	r.at(0, nil, "semver", "--version", version, "--facts")
	r.commit("release " + version)
	r.at(0, nil, "api", "check")
	r.at(0, nil, "semver", "--version", version, "--json", r.noteFile)
	r.at(0, nil, "notes", "--version", version, "--semver", r.noteFile, "--out", filepath.Join(r.out, version))
	r.at(0, nil, "notes", "--version", version, "--facts", "--out", filepath.Join(r.out, version, "built"))
	r.at(0, []string{"whose h1 is the same"}, "module", "--version", version, "--out", filepath.Join(r.out, "proxy"), "--amalgamation", r.capi, "--tag")
	must(r.t, r.root, gitEnv, "git", "mv", "changes/next", "changes/"+version)
	r.commit("open the next release")
}
