// SPDX-License-Identifier: MIT

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "source"), []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, workspace string
		args            []string
		code            int
		stdout, stderr  string
	}{
		{"written", dir, []string{"target=source"}, 0, "wrote target\n", ""},
		{"the same already", dir, []string{"target=source"}, 0, "", ""},
		{"outside bazel run", "", []string{"target=source"}, 1, "", "place: find workspace: BUILD_WORKSPACE_DIRECTORY is not set"},
		{"out of the tree", dir, []string{"../target=source"}, 1, "", "place: read argument"},
		{"nothing", dir, nil, 2, "", "usage: place"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			if code := run(test.args, test.workspace, dir, &stdout, &stderr); code != test.code {
				t.Errorf("code %d, want %d", code, test.code)
			}
			if stdout.String() != test.stdout || !strings.HasPrefix(stderr.String(), test.stderr) || test.stderr == "" && stderr.Len() > 0 {
				t.Errorf("stdout %q, stderr %q; want %q, %q", stdout.String(), stderr.String(), test.stdout, test.stderr)
			}
		})
	}
	if text, err := os.ReadFile(filepath.Join(dir, "target")); err != nil || string(text) != "x\n" {
		t.Errorf("target: %q, %v", text, err)
	}
}
