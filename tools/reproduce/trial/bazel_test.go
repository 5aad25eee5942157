// SPDX-License-Identifier: MIT

//go:build unix

package trial

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// script writes a program that stands for Bazel into a workspace.
func script(t *testing.T, body string) (variation.Setting, string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bazelw"), []byte("#!/bin/sh\n"+body), 0o755); err != nil {
		t.Fatal(err)
	}
	return variation.Setting{Name: "A", Workspace: dir, OutputRoot: filepath.Join(dir, "out"), Umask: 0o027, Jobs: 3, Env: map[string]string{"USER": "varied"}, Path: "/before"}, dir
}

// bep prints the events of a successful build of one file into the file that the caller asked for.
const bep = `
for a; do case $a in --build_event_json_file=*) f=${a#*=};; esac; done
echo hello > made.txt
cat > "$f" <<END
{"id":{"workspace":{}},"workspaceInfo":{"localExecRoot":"$PWD"}}
{"id":{"namedSet":{"id":"0"}},"namedSetOfFiles":{"files":[{"name":"made.txt","uri":"file://$PWD/made.txt","pathPrefix":["out","bin"]}]}}
{"id":{"targetCompleted":{"label":"//:x"}},"completed":{"success":true,"outputGroup":[{"name":"default","fileSets":[{"id":"0"}]}]}}
{"id":{"buildFinished":{}},"finished":{"exitCode":{"name":"SUCCESS"}}}
END
echo "$@" > args; env > env; umask > umask
`

func TestBazelBuild(t *testing.T) {
	s, dir := script(t, bep)
	z := &Bazel{Command: []string{"./bazelw"}, Environ: []string{"PATH=/usr/bin:/bin", "USER=caller", "BUILD_WORKSPACE_DIRECTORY=/x", "LANG=C"}, Cache: "/cache", Flags: []string{"--flag"}}
	p, err := z.Build(t.Context(), s, Request{Targets: []string{"//:x"}, Platform: "//platforms:p", Results: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if p.Files["out/bin/made.txt"] != filepath.Join(p.ExecRoot, "made.txt") {
		t.Errorf("files %v", p.Files)
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(b))
	}
	args := strings.Fields(read("args"))
	for _, want := range []string{"--output_user_root=" + s.OutputRoot, "--disk_cache=", "--noremote_accept_cached", "--jobs=3", "--platforms=//platforms:p", "--flag"} {
		if !slices.Contains(args, want) {
			t.Errorf("arguments %v lack %s", args, want)
		}
	}
	env := strings.Split(read("env"), "\n")
	for _, want := range []string{"USER=varied", "PATH=/before:/usr/bin:/bin", "XDG_CACHE_HOME=/cache", "LANG=C"} {
		if !slices.Contains(env, want) {
			t.Errorf("environment %v lacks %s", env, want)
		}
	}
	if strings.Contains(read("env"), "BUILD_WORKSPACE_DIRECTORY") {
		t.Error("the build is pointed at the caller's workspace")
	}
	if got := read("umask"); got != "0027" && got != "027" {
		t.Errorf("umask %s", got)
	}
}

// Builds of one side that share a store begin from an empty output base, and may take what the store has.
func TestBazelStore(t *testing.T) {
	s, dir := script(t, strings.Replace(bep, `echo "$@" > args`, `echo "$@" >> args; case "$*" in *" clean") exit 0;; esac`, 1))
	z := &Bazel{Command: []string{"./bazelw"}, Environ: []string{"PATH=/usr/bin:/bin"}}
	r := Request{Targets: []string{"//:x"}, Results: t.TempDir(), Store: filepath.Join(t.TempDir(), "store")}
	for range 2 {
		if _, err := z.Build(t.Context(), s, r); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(r.Store, 0o755); err != nil { // as Bazel does
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "args"))
	calls := strings.Split(strings.TrimSpace(string(data)), "\n")
	if err != nil || len(calls) != 3 || !strings.HasSuffix(calls[1], " clean") {
		t.Fatalf("calls %q, %v", calls, err)
	}
	for _, i := range []int{0, 2} {
		if !strings.Contains(calls[i], "--disk_cache="+r.Store+" ") || strings.Contains(calls[i], "accept_cached") {
			t.Errorf("call %d: %s", i, calls[i])
		}
	}
}

func TestBazelFailureShowsItsOutput(t *testing.T) {
	s, _ := script(t, "echo ERROR: no such target; exit 7\n")
	z := &Bazel{Command: []string{"./bazelw"}, Environ: []string{"PATH=/usr/bin:/bin"}}
	_, err := z.Build(t.Context(), s, Request{Results: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "ERROR: no such target") || !strings.Contains(err.Error(), "exit status 7") {
		t.Errorf("error %v", err)
	}
}

func TestBazelIsInterrupted(t *testing.T) {
	s, dir := script(t, "trap 'echo asked > interrupted; exit 8' INT\ntouch started\nwhile :; do sleep 0.05; done\n")
	z := &Bazel{Command: []string{"./bazelw"}, Environ: []string{"PATH=/usr/bin:/bin"}}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		for range 200 {
			if _, err := os.Stat(filepath.Join(dir, "started")); err == nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	_, err := z.Build(ctx, s, Request{Results: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "interrupted")); err != nil {
		t.Errorf("Bazel was killed, not asked to stop: %v", err)
	}
}

func TestCopySource(t *testing.T) {
	src, to := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	if err := write(filepath.Join(src, "run.sh"), "x"); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(src, "run.sh"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := copySource(t.Context(), listed{src, []string{"run.sh"}}, to, 0o027, false); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(to, "run.sh")); err != nil || info.Mode().Perm() != 0o750 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	for _, bad := range [][]string{{"../outside"}, {"/etc/hosts"}, {"gone"}, nil} {
		if err := copySource(t.Context(), listed{src, bad}, filepath.Join(t.TempDir(), "c"), 0, true); err == nil {
			t.Errorf("files %v gave no error", bad)
		}
	}
}

func TestDigestOfSource(t *testing.T) {
	digest := func(edit func(dir string), files ...string) string {
		dir := t.TempDir()
		for _, f := range []string{"a", "b"} {
			if err := write(filepath.Join(dir, f), f); err != nil {
				t.Fatal(err)
			}
		}
		edit(dir)
		d, err := Digest(t.Context(), listed{dir, files})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	none := func(string) {}
	same := digest(none, "a", "b")
	if digest(none, "b", "a", "gone") != same {
		t.Error("the order of names, or a file that is deleted, changes the digest")
	}
	for name, other := range map[string]string{
		"a file less": digest(none, "a"),
		"content":     digest(func(dir string) { _ = os.WriteFile(filepath.Join(dir, "a"), []byte("x"), 0o644) }, "a", "b"),
		"a link": digest(func(dir string) {
			_ = os.Remove(filepath.Join(dir, "a"))
			_ = os.Symlink("b", filepath.Join(dir, "a"))
		}, "a", "b"),
	} {
		if other == same {
			t.Errorf("%s does not change the digest", name)
		}
	}
}

// TestReverse: the file that cannot be copied stops the copying before the other, which comes after it in that order.
func TestReverse(t *testing.T) {
	for _, reverse := range []bool{false, true} {
		src, to := t.TempDir(), filepath.Join(t.TempDir(), "copy")
		for _, f := range []string{"a", "b"} {
			if err := write(filepath.Join(src, f), f); err != nil {
				t.Fatal(err)
			}
		}
		first, second := "a", "b"
		if reverse {
			first, second = second, first
		}
		if err := write(filepath.Join(to, second), "in the way"); err != nil {
			t.Fatal(err)
		}
		if err := copySource(t.Context(), listed{src, []string{"a", "b"}}, to, 0, reverse); err == nil {
			t.Error("a file that is there already gave no error")
		}
		if _, err := os.Stat(filepath.Join(to, first)); err != nil {
			t.Errorf("reverse %t: %s was not written first: %v", reverse, first, err)
		}
	}
}

type listed struct {
	dir   string
	files []string
}

func (l listed) Root() string                            { return l.dir }
func (l listed) Files(context.Context) ([]string, error) { return l.files, nil }

func TestRemoveReadOnlyTree(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	if err := write(filepath.Join(dir, "a/b/c"), "x"); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "a/b"), 0o555); err != nil {
		t.Fatal(err)
	}
	if err := removeAll(dir); err != nil {
		t.Fatal(err)
	}
}
