// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func TestRunRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   []string
		code   int
		stderr string
	}{
		{"nothing", nil, 2, "usage: lie -dir FOLDER"},
		{"no output", []string{"-dir", "/nonexistent"}, 2, "usage: lie -dir FOLDER"},
		{"an unknown flag", []string{"-x"}, 2, "-x"},
		{"no server", []string{"-dir", "/nonexistent", "-of", "0"}, 1, "lie: list blobs: "},
	} {
		var stdout, stderr bytes.Buffer
		code := run(context.Background(), c.args, &stdout, &stderr)
		if code != c.code || !strings.Contains(stderr.String(), c.stderr) || stdout.Len() > 0 {
			t.Errorf("%s: code %d, stdout %q, stderr %q", c.name, code, &stdout, &stderr)
		}
	}
}
