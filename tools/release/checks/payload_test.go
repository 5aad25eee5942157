// SPDX-License-Identifier: MIT

package checks

import (
	"bytes"
	"cmp"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// own are the files of the root module that git tracks below root: all but those of folders with a go.mod of their own.
func own(t *testing.T, root string) []string {
	t.Helper()
	tracked := strings.Split(strings.TrimRight(must(t, root, gitEnv, "git", "ls-files", "-z"), "\x00"), "\x00")
	var files []string
	for _, name := range tracked {
		other := func(mod string) bool {
			return path.Base(mod) == "go.mod" && mod != "go.mod" && strings.HasPrefix(name, path.Dir(mod)+"/")
		}
		if !slices.ContainsFunc(tracked, other) {
			files = append(files, name)
		}
	}
	return files
}

// declared are the arguments by which a build names the files of the module, as those of a repository.
func (r *repository) declared() []string {
	r.t.Helper()
	var args []string
	for _, name := range own(r.t, r.root) {
		args = append(args, "--file", name+"="+filepath.Join(r.root, filepath.FromSlash(name)))
	}
	for _, name := range []string{"sqlite3.c", "sqlite3.h", "sqlite3_options.h"} {
		args = append(args, "--file", "internal/capi/"+name+"="+filepath.Join(r.capi, name))
	}
	return args
}

// TestTheBuildMakesTheModule: what a build packs from declared files is, byte for byte, what is made of the commit.
func TestTheBuildMakesTheModule(t *testing.T) {
	r := newRepository(t)
	r.put("api/v1.txt", "")
	r.put("api/next.txt", "")
	r.change("tools/release/version.bzl", "0.9.0", "1.0.0")
	r.commit("begin")
	proxy := filepath.Join(r.out, "proxy")
	r.at(0, nil, "module", "--version", "v1.0.0", "--out", proxy, "--amalgamation", r.capi, "--tag")
	pack := func(t *testing.T, edit func(files []string) []string) (dir, says string, code int) {
		t.Helper()
		dir = t.TempDir()
		args := []string{"--version", "v1.0.0", "--time", "2026-11-23T00:00:00Z"}
		for _, ext := range []string{"zip", "mod", "info"} {
			args = append(args, "--"+ext, filepath.Join(dir, "v1.0.0."+ext))
		}
		files := r.declared()
		if edit != nil {
			files = edit(files)
		}
		slices.Reverse(files) // the order of declaration is of no account
		for i := 0; i < len(files); i += 2 {
			files[i], files[i+1] = files[i+1], files[i]
		}
		says, code = output(t, dir, nil, filepath.Join(programs, "modulezip"), append(args, files...)...)
		return dir, says, code
	}
	same := func(t *testing.T, dir, ext string) bool {
		t.Helper()
		want, err := os.ReadFile(filepath.Join(proxy, "github.com", "gosqlite", "gosqlite", "@v", "v1.0.0."+ext))
		if err != nil {
			t.Fatal(err)
		}
		have, err := os.ReadFile(filepath.Join(dir, "v1.0.0."+ext))
		return err == nil && bytes.Equal(want, have)
	}
	dir, says, code := pack(t, nil)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, says)
	}
	for _, ext := range []string{"zip", "mod", "info"} {
		if !same(t, dir, ext) {
			t.Errorf(".%s of the build is not that of the commit", ext)
		}
	}
	without := func(name string) func([]string) []string {
		return func(files []string) []string {
			i := slices.IndexFunc(files, func(a string) bool { return strings.HasPrefix(a, name+"=") })
			return slices.Delete(slices.Clone(files), i-1, i+1)
		}
	}
	// A file more or less is another module.
	if dir, says, code := pack(t, without("api/options.txt")); code != 0 || same(t, dir, "zip") || !same(t, dir, "mod") {
		t.Errorf("without a file: exit code %d, %s", code, says)
	}
	other := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(other, []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	with := func(name string) func([]string) []string {
		return func(files []string) []string { return append(slices.Clone(files), "--file", name+"="+other) }
	}
	for _, test := range []struct {
		name, says string
		edit       func([]string) []string
	}{
		{"without the amalgamation", "internal/capi/sqlite3.c is missing", without("internal/capi/sqlite3.c")},
		{"another amalgamation", "SHA3-256", func(files []string) []string {
			return with("internal/capi/sqlite3.c")(without("internal/capi/sqlite3.c")(files))
		}},
		{"other options", "it is not sqlite3_amalgamation/sqlite3_options.h", func(files []string) []string {
			return with("internal/capi/sqlite3_options.h")(without("internal/capi/sqlite3_options.h")(files))
		}},
		{"a file twice", "go.mod is given twice", with("go.mod")},
		{"another module below", "tools/go.mod begins another module", with("tools/go.mod")},
		{"a file that no module has", "vendor/x/x.go would not be in it", with("vendor/x/x.go")},
		{"a name that no module has", "file path is not clean", with("a/../b")},
		{"without go.mod", "go.mod has no module line", without("go.mod")},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, says, code := pack(t, test.edit)
			if left, _ := os.ReadDir(dir); code != 1 || !strings.Contains(says, test.says) || len(left) != 0 {
				t.Errorf("exit code %d, %d files; want 1, none, and %q in:\n%s", code, len(left), test.says, says)
			}
		})
	}
}

// builtNotes holds the notes that a build makes, which asks no git, against those of the commit: they differ in its id alone.
func (r *repository) builtNotes(versions ...string) {
	r.t.Helper()
	commits := regexp.MustCompile(`"commit": "[0-9a-f]*"`)
	for _, version := range versions {
		for _, name := range []string{"notes.md", "notes.html", "notes.json"} {
			want, err := os.ReadFile(filepath.Join(r.out, version, name))
			if err != nil {
				r.t.Fatal(err)
			}
			have, err := os.ReadFile(filepath.Join(r.out, version, "built", name))
			if name == "notes.json" {
				want = commits.ReplaceAll(want, []byte(`"commit": ""`))
			}
			if err != nil || !bytes.Equal(want, have) {
				r.t.Errorf("%s of %s by the build is not that of the commit (%v):\n%s\nand\n%s", name, version, err, have, want)
			}
		}
	}
}

var (
	moduleLabel = regexp.MustCompile(`"//([^":]*):module_files"`)
	rootFiles   = regexp.MustCompile(`(?s)def root_module_files.*srcs = \[(.*?)\]`)
	quoted      = regexp.MustCompile(`"([^"]+)"`)
)

// covered are the files that the targets module_files of a text have, of those that git tracks.
func covered(t *testing.T, root, text string, files []string) []string {
	t.Helper()
	var packages []string
	for _, m := range moduleLabel.FindAllStringSubmatch(text, -1) {
		packages = append(packages, m[1])
	}
	isPackage := func(dir string) bool {
		_, err := os.Stat(filepath.Join(root, filepath.FromSlash(dir), "BUILD.bazel"))
		return err == nil
	}
	var all []string
	for _, name := range files {
		dir := path.Dir(name)
		for dir != "." && !isPackage(dir) {
			dir = path.Dir(dir)
		}
		if dir == "." || !slices.Contains(packages, dir) {
			continue
		}
		build, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(dir), "BUILD.bazel"))
		if err != nil || !bytes.Contains(build, []byte("\nmodule_files(")) {
			t.Fatalf("%s has no module_files: %v", dir, err)
		}
		all = append(all, name)
	}
	macro, err := os.ReadFile(filepath.Join(root, "tools", "release", "module", "files.bzl"))
	if err != nil {
		t.Fatal(err)
	}
	if srcs := rootFiles.FindSubmatch(macro); srcs != nil && slices.Contains(packages, "") {
		for _, m := range quoted.FindAllSubmatch(srcs[1], -1) {
			all = append(all, string(m[1]))
		}
	}
	slices.SortFunc(all, cmp.Compare[string])
	return all
}

// TestEveryFileIsDeclared holds the targets of which the build makes the module against what git tracks of this tree.
func TestEveryFileIsDeclared(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "tools", "release", "private", "shared.bzl"))
	if err != nil {
		t.Fatal(err)
	}
	files := own(t, root)
	if len(files) < 100 {
		t.Fatalf("git tracks %d files of the module", len(files))
	}
	missing := func(have []string) (lost []string) {
		for _, name := range files {
			if !slices.Contains(have, name) {
				lost = append(lost, name)
			}
		}
		return lost
	}
	have := covered(t, root, string(text), files)
	for _, name := range missing(have) {
		t.Errorf("%s is in the module that git makes, and no target module_files has it: name its package in tools/release/private/shared.bzl, or the file in tools/release/module/files.bzl", name)
	}
	for _, name := range have {
		if !slices.Contains(files, name) {
			t.Errorf("a target module_files has %s, which git does not track", name)
		}
	}
	// Plants: a package, and the root's files, that nobody names.
	for _, label := range []string{"//driver:module_files", "//:module_files"} {
		if lost := missing(covered(t, root, strings.ReplaceAll(string(text), label, ""), files)); len(lost) == 0 {
			t.Errorf("without %s nothing is missing", label)
		}
	}
}
