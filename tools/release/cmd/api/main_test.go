// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRun needs no standard library: the module imports nothing.
func TestRun(t *testing.T) {
	root := t.TempDir()
	put := func(name, text string) {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("go.mod", "module example.com/m\n\ngo 1.26.0\n")
	put("platforms/matrix.bzl", "    _row(\"linux_amd64\", \"linux\", \"amd64\", \"glibc\", \"x\", \"y\", \"tested\"),\n")
	put("tools/release/version.bzl", "VERSION = \"1.0.0\"\nRELEASE_TIME = \"2026-11-23T00:00:00Z\"\n")
	put("api/v1.txt", "pkg m, func F()\n")
	put("api/next.txt", "")
	put("m/m.go", "package m\n\nfunc F() {}\n")
	at := func(command string, want int, said ...string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), []string{command, "--root", root, "--goroot", root}, &stdout, &stderr); code != want {
			t.Errorf("%s: exit code %d, want %d: %s", command, code, want, stderr.String())
		}
		for _, s := range said {
			if !strings.Contains(stdout.String()+stderr.String(), s) {
				t.Errorf("%s said %q and %q, want %q in it", command, &stdout, &stderr, s)
			}
		}
	}
	at("check", 0, "1 lines hold on 1 platforms")
	put("m/m.go", "package m\n\nfunc F() {}\n\nfunc G() {}\n")
	at("check", 3, "api/next.txt: pkg m, func G()")
	at("write", 0, "wrote api/next.txt: 1 lines")
	at("check", 0)
	put("m/m.go", "package m\n\nfunc G() {}\n")
	at("check", 3, "api/v1.txt:3: pkg m, func F(): m: F: removed")
	at("write", 3, "no file is changed")
	at("promote", 3, "no file is changed")
	put("m/m.go", "package m\n\nfunc F() {}\n\nfunc G() {}\n")
	at("promote", 0, "wrote api/v1.txt: 2 lines", "wrote api/next.txt: 0 lines")
	at("print", 0, "pkg m, func F()\npkg m, func G()\n")
	at("prnt", 2, "none of check, write, promote and print")
	put("tools/release/version.bzl", "VERSION = \"one\"\n")
	at("check", 1, "read the version")
}
