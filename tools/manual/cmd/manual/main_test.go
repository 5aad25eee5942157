// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// world writes the files of a small site and returns the flags that name them.
func world(t *testing.T, page string) []string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"contents.json": `[{"title": "A", "entries": [{"page": "index", "title": "Home", "file": "docs/index.md"}, {"page": "package-p", "title": "p", "package": "p"}]}]`,
		"index.md":      page,
		"p.go":          "// Package p is small.\npackage p\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	return []string{"--version", "1.2.3", "--contents", in("contents.json"), "--page", "docs/index.md=" + in("index.md"), "--source", "p/p.go=" + in("p.go")}
}

func TestArchiveIsTheSameTwice(t *testing.T) {
	archive := func(page string) []byte {
		out := filepath.Join(t.TempDir(), "site.tar.gz")
		if err := run(context.Background(), append(world(t, page), "--out", out, "--time", "2026-11-23T00:00:00Z"), io.Discard); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	first := archive("# Home\n")
	if !bytes.Equal(first, archive("# Home\n")) {
		t.Error("two runs differ")
	}
	if bytes.Equal(first, archive("# Another\n")) {
		t.Error("another page gives the same archive")
	}
}

func TestRun(t *testing.T) {
	for _, test := range []struct {
		name string
		page string
		args []string
		code int
	}{
		{"a folder", "# Home\n", nil, action.OK},
		{"a broken link", "# Home\n\n[x](#gone)\n", nil, action.Rejected},
		{"two outputs", "# Home\n", []string{"--out", "x"}, action.Usage},
		{"two inputs", "# Home\n", []string{"--tree", "."}, action.Usage},
		{"a page twice", "# Home\n", []string{"--page", "docs/index.md=x"}, action.Usage},
		{"a page without a file", "# Home\n", []string{"--page", "docs/index.md"}, action.Usage},
		{"no such file", "# Home\n", []string{"--page", "docs/gone.md=/nowhere/gone.md"}, action.Failure},
		{"an odd version", "# Home\n", []string{"--version", "v1"}, action.Usage},
		{"no such areas", "# Home\n", []string{"--areas", "/nowhere/areas.json"}, action.Failure},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "site")
			err := run(context.Background(), append(append(world(t, test.page), "--folder", out), test.args...), io.Discard)
			if code := action.Exit(io.Discard, "manual", err); code != test.code {
				t.Errorf("code %d (%v), want %d", code, err, test.code)
			}
			_, err = os.Stat(filepath.Join(out, "index.html"))
			if (err == nil) != (test.code == action.OK) {
				t.Errorf("index.html: %v", err)
			}
			if rest, _ := filepath.Glob(filepath.Join(filepath.Dir(out), ".manual-*")); len(rest) > 0 {
				t.Errorf("left behind: %q", rest)
			}
		})
	}
	args := world(t, "# Home\n")
	out := t.TempDir()
	if code := action.Exit(io.Discard, "manual", run(context.Background(), append(args, "--folder", out), io.Discard)); code != action.Failure {
		t.Errorf("a folder that is there: code %d", code)
	}
}
