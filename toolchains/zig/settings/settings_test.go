// SPDX-License-Identifier: MIT

package settings

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "bazel-out", "bin")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, text, fails string }{
		{name: "good", text: "zig=external/zig\nflag=-a\nflag=-b=c\n"},
		{name: "no pair", text: "zig=z\nflag\n", fails: ":2: no KEY=VALUE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := os.WriteFile(filepath.Join(dir, "x.settings"), []byte(test.text), 0o644); err != nil {
				t.Fatal(err)
			}
			s, err := Read(filepath.Join(dir, "cc"), "x.settings")
			if test.fails != "" {
				if err == nil || !strings.Contains(err.Error(), test.fails) {
					t.Fatalf("got %v, want it to say %q", err, test.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			root := strings.TrimSuffix(dir, "bazel-out/bin")
			if got := s.Path("zig"); got != root+"external/zig" {
				t.Errorf("Path = %s", got)
			}
			if got := s.All("flag"); !slices.Equal(got, []string{"-a", "-b=c"}) || s.Get("none") != "" {
				t.Errorf("All = %q", got)
			}
		})
	}
	if _, err := Read("/usr/bin/cc", "x.settings"); err == nil || !strings.Contains(err.Error(), "bazel-out") {
		t.Errorf("a program outside bazel-out: %v", err)
	}
}

func TestExpandParams(t *testing.T) {
	file := filepath.Join(t.TempDir(), "params")
	if err := os.WriteFile(file, []byte("-o\n\"a \\\"b\\\"\"\n\n@plain\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := ExpandParams([]string{"-c", "@" + file, "x.c"})
	if want := []string{"-c", "-o", `a "b"`, "@plain", "x.c"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	if _, err := ExpandParams([]string{"@" + file + ".none"}); err == nil {
		t.Error("a missing file was accepted")
	}
}
