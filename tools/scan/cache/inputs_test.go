// SPDX-License-Identifier: MIT

package cache

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// TestInputs: every change of what a scanner reads is another part, and no other change is.
func TestInputs(t *testing.T) {
	root := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files := []string{"a.go", "docs/a.md", "go.sum", "run"}
	for _, name := range files {
		put(name, "x")
	}
	put("capi/sqlite3.c", "generated, and ignored by git")
	put("capi/scan.log", "ignored by git")
	put(".git/x.go", "git's own")
	links := map[string]string{"l": "a.go"}
	parts := func() (source, all, code string) {
		t.Helper()
		in, err := Digest(root, files, links)
		if err != nil {
			t.Fatal(err)
		}
		return in.Part(Source), in.Part(All), in.Go()
	}
	source, all, code := parts()
	for _, c := range []struct {
		name        string
		change      func()
		source, all bool
	}{
		{"nothing", func() {}, false, false},
		{"Go", func() { put("a.go", "y") }, true, true},
		{"an ignored source", func() { put("capi/sqlite3.c", "y") }, true, true},
		{"a new ignored source", func() { put("capi/b.h", "y") }, true, true},
		{"checksums", func() { put("go.sum", "y") }, true, true},
		{"a page", func() { put("docs/a.md", "y") }, false, true},
		{"a script", func() { put("run", "y") }, false, true},
		{"what git ignores", func() { put("capi/scan.log", "y") }, false, false},
		{"git's own", func() { put(".git/x.go", "y") }, false, false},
		{"a link", func() { links["l"] = "run" }, false, true},
		{"a name", func() { put("b.md", ""); files = append(files, "b.md") }, false, true},
	} {
		c.change()
		s, a, g := parts()
		if (s != source) != c.source || (a != all) != c.all || (g != code) != (c.source || c.name == "a name") {
			t.Errorf("%s: source changed %v, all changed %v, Go changed %v", c.name, s != source, a != all, g != code)
		}
		source, all, code = s, a, g
	}
	files = append(files, "gone")
	if _, err := Digest(root, files, links); err == nil || err.Error() != "read inputs: gone, a file of the tree: no such file or directory" {
		t.Errorf("a file that is not there: %v", err)
	}
}

// closed is a file system in which one folder cannot be listed.
type closed struct {
	fstest.MapFS
	folder string
}

func (c closed) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == c.folder {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return c.MapFS.ReadDir(name)
}

// TestUnreadable: what git ignores and nobody can read fails nothing, and is another input than what can be read; a file of
// the tree that cannot be read is named.
func TestUnreadable(t *testing.T) {
	text := &fstest.MapFile{Data: []byte("x")}
	files := fstest.MapFS{"a.go": text, "ignored.go": text, "theirs/b.go": text, "ours/c.go": text}
	parts := func(folder, file string) (string, error) {
		sum := func(name string) (string, error) {
			if name == file {
				return "", &fs.PathError{Op: "open", Path: "there/" + name, Err: fs.ErrPermission}
			}
			return "sum of " + name, nil
		}
		in, err := digest(closed{files, folder}, sum, []string{"a.go"}, nil)
		if err != nil {
			return "", err
		}
		return in.Part(All), nil
	}
	seen := map[string]string{}
	for name, c := range map[string]struct{ folder, file, want string }{
		"all":       {"", "", "\"theirs/b.go\" sum of theirs/b.go\n"},
		"no folder": {"theirs", "", "\"theirs\" not readable\n"},
		"no file":   {"", "ignored.go", "\"ignored.go\" not readable\n"},
	} {
		got, err := parts(c.folder, c.file)
		if err != nil || !strings.Contains(got, c.want) || !strings.Contains(got, "sum of ours/c.go") || seen[got] != "" {
			t.Errorf("%s: %v, %q, as %q", name, err, got, seen[got])
		}
		seen[got] = name
	}
	if _, err := parts("", "a.go"); err == nil || err.Error() != "read inputs: a.go, a file of the tree: permission denied; make it readable, or remove it" {
		t.Errorf("a file of the tree: %v", err)
	}
	if _, err := parts(".", ""); err == nil {
		t.Error("a tree that cannot be listed has inputs")
	}
}
