// SPDX-License-Identifier: MIT

package judge

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestReal(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bazel-out/a/bin/x", "bazel-out/b/bin/x", "source"} {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(root, "source"), filepath.Join(root, "bazel-out/b/bin/y")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]string{
		"source":              {"source"},
		"bazel-out/a/bin/x":   {"bazel-out/a/bin/x"},
		"bazel-out/cfg/bin/x": {"bazel-out/a/bin/x", "bazel-out/b/bin/x"},
		"bazel-out/cfg/bin/y": {"source"},
		"bazel-out/cfg/bin/z": nil,
		"gone":                nil,
	} {
		for i := range want {
			want[i] = filepath.Join(root, want[i])
		}
		if got := Real(filepath.Join(root, path)); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
