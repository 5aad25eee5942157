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
	for name, text := range map[string]string{"same": "x\n", "stale": "y\n", "source": "x\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name   string
		args   []string
		code   int
		stderr string
	}{
		{"current", []string{"update it", "same=source"}, 0, ""},
		{"one is stale", []string{"update it", "same=source", "stale=source"}, 1, "current: stale is not current: run update it\n"},
		{"one is missing", []string{"update it", "gone=source"}, 1, "current: gone is not current: run update it\n"},
		{"no source", []string{"update it", "same=gone"}, 1, "current: place same: open "},
		{"no pair", []string{"update it"}, 2, "usage: current"},
		{"nothing", nil, 2, "usage: current"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stderr strings.Builder
			if code := run(test.args, dir, dir, &stderr); code != test.code || !strings.HasPrefix(stderr.String(), test.stderr) || test.stderr == "" && stderr.Len() > 0 {
				t.Errorf("code %d, %q; want %d, %q", code, stderr.String(), test.code, test.stderr)
			}
		})
	}
	if text, err := os.ReadFile(filepath.Join(dir, "stale")); err != nil || string(text) != "y\n" {
		t.Errorf("the test changed the tree: %q, %v", text, err)
	}
}
