// SPDX-License-Identifier: MIT

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/toolchains/zig/settings"
)

func TestIsLink(t *testing.T) {
	for _, test := range []struct {
		args string
		want bool
	}{
		{"-c a.c -o a.o", false},
		{"-E -dM -xc -", false},
		{"-print-prog-name=strip", false},
		{"--version", false},
		{"a.o -o a", true},
		{"a.c", true},
	} {
		if got := isLink(strings.Fields(test.args)); got != test.want {
			t.Errorf("isLink(%s) = %v", test.args, got)
		}
	}
}

func TestClangArgs(t *testing.T) {
	root := t.TempDir()
	self := filepath.Join(root, "bazel-out", "cc")
	if err := os.Mkdir(filepath.Dir(self), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(self), "compile.settings"), []byte("flag=--target=t\ninclude=h\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := settings.Read(self, "compile.settings")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, wd, include string
		mapped            bool
	}{
		{"in the execution root", root, "h", false},
		{"elsewhere", t.TempDir(), root + "/h", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			args := clangArgs(s, []string{"-c", "a.c"}, test.wd)
			if i := slices.Index(args, "-isystem"); i < 0 || args[i+1] != test.include {
				t.Errorf("header folder in %q, want %s", args, test.include)
			}
			// An absolute root must not reach the object: this flag is what keeps it out.
			if got := slices.Contains(args, "-ffile-prefix-map="+root+"/="); got != test.mapped {
				t.Errorf("root mapped: %v in %q", got, args)
			}
			if args[len(args)-1] != "a.c" || !slices.Contains(args, "--target=t") {
				t.Errorf("args %q", args)
			}
		})
	}
}
