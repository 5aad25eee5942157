// SPDX-License-Identifier: MIT

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/lint"
)

func TestRun(t *testing.T) {
	empty := t.TempDir()
	repository := t.TempDir()
	if err := os.WriteFile(filepath.Join(repository, "MODULE.bazel"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		dir    string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{"the list", empty, []string{"--list"}, lint.Clean, "oldest-go ", ""},
		{"an unknown flag", empty, []string{"--fix"}, lint.Usage, "", "usage: lint"},
		{"an unknown check", empty, []string{"spelling"}, lint.Usage, "", `no check is named "spelling"`},
		{"a list of one check", empty, []string{"--list", "spdx"}, lint.Usage, "", "stand alone"},
		{"two modes", empty, []string{"--list", "--plants"}, lint.Usage, "", "stand alone"},
		{"outside the repository", "/", nil, lint.Failed, "", "no MODULE.bazel"},
		{"no clone", repository, []string{"spdx"}, lint.Failed, "", "list the files"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(c.dir)
			t.Setenv("PATH", empty) // no git
			var stdout, stderr strings.Builder
			if code := run(t.Context(), c.args, &stdout, &stderr, nil); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if !strings.Contains(stdout.String(), c.stdout) || c.stdout == "" && stdout.Len() > 0 {
				t.Errorf("stdout %q, want %q", stdout.String(), c.stdout)
			}
			if !strings.Contains(stderr.String(), c.stderr) || c.stderr == "" && stderr.Len() > 0 {
				t.Errorf("stderr %q, want %q", stderr.String(), c.stderr)
			}
		})
	}
}
