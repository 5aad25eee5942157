// SPDX-License-Identifier: MIT

package cache

import (
	"os"
	"path/filepath"
	"testing"
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
	if _, err := Digest(root, files, links); err == nil {
		t.Error("a file that is not there has a digest")
	}
}
