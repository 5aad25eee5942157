// SPDX-License-Identifier: MIT

package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a": "text of a\n", "b": "text of b\n", "empty": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	for _, test := range []struct {
		name   string
		args   []string
		code   int
		stderr string
	}{
		{"two components", []string{"--section", "A=" + in("a"), "--section", "B=" + in("b")}, 0, ""},
		{"no component", nil, 2, "--section are needed"},
		{"no title", []string{"--section", "=" + in("a")}, 2, "TITLE=FILE"},
		{"an unknown flag", []string{"--title", "A"}, 2, "-title"},
		{"no such license", []string{"--section", "A=" + in("gone")}, 1, "read license of A"},
		{"an empty license", []string{"--section", "A=" + in("a"), "--section", "B=" + in("empty")}, 1, "B"},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			var stderr strings.Builder
			if code := action.Exit(&stderr, "notices", run(append([]string{"--out", out}, test.args...), io.Discard)); code != test.code {
				t.Errorf("code %d, want %d", code, test.code)
			}
			if !strings.Contains(stderr.String(), test.stderr) || test.stderr == "" && stderr.Len() > 0 {
				t.Errorf("stderr %q, want %q", stderr.String(), test.stderr)
			}
			text, err := os.ReadFile(out)
			if test.code != 0 {
				if !os.IsNotExist(err) {
					t.Errorf("half an output: %q, %v", text, err)
				}
				return
			}
			a, b := strings.Index(string(text), "text of a\n"), strings.Index(string(text), "text of b\n")
			if err != nil || a < 0 || b < a || strings.Count(string(text), "\nA\n") != 1 {
				t.Errorf("%s, %v", text, err)
			}
		})
	}
	if code := action.Exit(io.Discard, "notices", run([]string{"--section", "A=" + in("a")}, io.Discard)); code != 2 {
		t.Errorf("without --out: code %d, want 2", code)
	}
}
