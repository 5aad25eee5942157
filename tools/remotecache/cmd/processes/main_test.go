// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	warm := "INFO: 9 processes: 8 remote cache hit, 1 internal.\n"
	cold := "INFO: 9 processes: 1 internal, 8 linux-sandbox.\n"
	file := filepath.Join(t.TempDir(), "output")
	if err := os.WriteFile(file, []byte(warm), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, stdin    string
		args           []string
		code           int
		stdout, stderr string
	}{
		{name: "warm", stdin: warm, args: []string{"-all-hits"}, stdout: "hits 8 carried 0 internal 1 total 9\n"},
		{name: "a file", args: []string{file}, stdout: "hits 8 carried 0 internal 1 total 9\n"},
		{name: "cold, only asked", stdin: cold, stdout: "hits 0 carried 8 internal 1 total 9\n"},
		{name: "cold", stdin: cold, args: []string{"-all-hits"}, code: 3, stdout: "hits 0 carried 8 internal 1 total 9\n", stderr: "8 of 8 actions"},
		{name: "too few", stdin: warm, args: []string{"-all-hits", "-least", "9"}, code: 3, stdout: "hits 8 carried 0 internal 1 total 9\n", stderr: "at least 9"},
		{name: "no summary", code: 1, stderr: "did the build fail?"},
		{name: "no such file", args: []string{file + ".not"}, code: 1, stderr: "no such file"},
		{name: "unknown flag", args: []string{"-x"}, code: 2, stderr: "not defined"},
		{name: "two files", args: []string{file, file}, code: 2, stderr: "usage"},
		{name: "negative", args: []string{"-least", "-1"}, code: 2, stderr: "usage"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := run(test.args, strings.NewReader(test.stdin), &stdout, &stderr); code != test.code {
				t.Errorf("code %d, want %d", code, test.code)
			}
			if stdout.String() != test.stdout {
				t.Errorf("stdout %q, want %q", &stdout, test.stdout)
			}
			if !strings.Contains(stderr.String(), test.stderr) || test.stderr == "" && stderr.Len() > 0 {
				t.Errorf("stderr %q, want %q", &stderr, test.stderr)
			}
		})
	}
}
