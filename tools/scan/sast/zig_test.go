// SPDX-License-Identifier: MIT

package sast

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The program that Bazel hands over is a link in a folder without headers.
func TestClangFindsTheHeadersBesideTheRealProgram(t *testing.T) {
	sdk, elsewhere := t.TempDir(), t.TempDir()
	real, link := filepath.Join(sdk, "zig"), filepath.Join(elsewhere, "zig")
	if err := os.WriteFile(real, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	sdk, err := filepath.EvalSymlinks(sdk)
	if err != nil {
		t.Fatal(err)
	}
	if args := (&Env{Zig: link}).clang(); !slices.Contains(args, filepath.Join(sdk, "lib", "include")) {
		t.Errorf("clang is called by %v", args)
	}
}
