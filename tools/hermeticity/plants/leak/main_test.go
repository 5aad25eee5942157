// SPDX-License-Identifier: MIT

package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestRun does what can be done wherever tests run; the others are done in builds by ../../check.sh.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	if code := run([]string{"left", out}, dir, io.Discard); code != 1 {
		t.Errorf("nothing was left, and the code is %d", code)
	}
	if err := os.WriteFile(filepath.Join(dir, "left"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"clean", "left"} {
		if code := run([]string{name, out}, dir, io.Discard); code != 0 {
			t.Errorf("%s: code %d", name, code)
		}
		if data, err := os.ReadFile(out); err != nil || string(data) != name+"\n" {
			t.Errorf("%s: wrote %q, %v", name, data, err)
		}
	}
	for _, args := range [][]string{nil, {"clean"}, {"water", out}} {
		if code := run(args, dir, io.Discard); code != 2 {
			t.Errorf("%q: code %d", args, code)
		}
	}
}
