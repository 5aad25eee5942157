// SPDX-License-Identifier: MIT

package sast

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gosqlite/gosqlite/tools/lint"
)

// planted is a tree of the files.
func planted(t *testing.T, files map[string]string) *lint.Tree {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := lint.Walked(root)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// TestSilences: what no program can be told not to listen to is a finding of that scanner, and of no other.
func TestSilences(t *testing.T) {
	tree := planted(t, map[string]string{
		"a.c": "int a;\n#pragma GCC diagnostic " + "ignored \"-Wall\"\n", "b.h": "#ifndef __clang_" + "analyzer__\n#endif\n",
		"c.go": "package c\n\n//lint" + ":ignore SA1000 planted\n", "d/BUILD.bazel": "# buildifier: " + "disable=x\n",
		"tools/bench/x.c": "#pragma GCC diagnostic " + "ignored \"-Wall\"\n", "clean.c": "#pragma once\n", "clean.go": "package c\n// lint:ignore\n",
		"e.c": "_Pragma" + "(\"clang diagnostic " + "ignored \\\"-Wall\\\"\")\n", "f.c": "__attribute__((" + "suppress)) int f;\n", "g.h": "[[clang::" + "suppress]] int g;\n",
		"h.go": "package h\n\nvar x = y //lint" + ":ignore U1000 planted\n", "i.go": "package h\n//lint" + ":file-ignore U1000 planted\n",
		"j/staticcheck" + ".conf": "checks = []\n", "tools/bench/staticcheck" + ".conf": "checks = []\n",
		"k.bzl": "x = 1  # Buildozer: " + "Disable=x\n", "l.bzl": "x = 1  # why; buildifier:" + "disable=x\n", "clean.bzl": "# buildifier: enabled\n",
	})
	for scanner, want := range map[string][]string{
		"clang-warnings": {"a.c:2", "e.c:1"}, "clang-analyzer": {"b.h:1", "f.c:1", "g.h:1"},
		"staticcheck": {"c.go:3", "h.go:3", "i.go:2", "j/staticcheck.conf:1"}, "buildifier": {"d/BUILD.bazel:1", "k.bzl:1", "l.bzl:1"}, "gosec": nil,
	} {
		found, err := silences(tree, scanner, "medium")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range found {
			got = append(got, fmt.Sprintf("%s:%d", f.Component, f.Line))
			if f.ID != Silenced || f.Scanner != scanner || f.Severity != "medium" {
				t.Errorf("%+v", f)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", scanner, got, want)
		}
	}
}

// TestUndisabled: directives that let something go say only what else they say, others stay, and no line moves.
func TestUndisabled(t *testing.T) {
	for script, want := range map[string]string{
		"# shellcheck " + "disable=SC2086\ncd $1\n":                "# not heard:\ncd $1\n",
		"  # shellcheck " + "disable=SC2086 # a reason\n":          "  # not heard: # a reason\n",
		"# shellcheck shell=bash disable=SC2034,SC2154 # why\nx\n": "# shellcheck shell=bash # why\nx\n",
		"# shellcheck disable=SC1 shell=bash\n":                    "# shellcheck shell=bash\n",
		"# shellcheck source=/dev/null\n":                          "# shellcheck source=/dev/null\n",
		"cd $1 # shellcheck says nothing\n":                        "cd $1 # shellcheck says nothing\n",
	} {
		if got := string(undisabled([]byte(script))); got != want {
			t.Errorf("%q: %q, want %q", script, got, want)
		}
	}
}
