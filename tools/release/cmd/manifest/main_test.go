// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
)

func arguments(t *testing.T) (args []string, out, sums string) {
	t.Helper()
	dir := t.TempDir()
	source := filepath.Join(dir, "in.tar.gz")
	if err := os.WriteFile(source, []byte("foo"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "out"), 0o755); err != nil {
		t.Fatal(err)
	}
	out, sums = filepath.Join(dir, "out", "manifest.json"), filepath.Join(dir, "out", "SHA256SUMS")
	return []string{"--out", out, "--sums", sums, "--version", "1.0.0", "--time", "2026-11-23T00:00:00Z",
		"--file", "notes.md=" + source + ":notes:",
		"--file", "a.tar.gz=" + source + ":archive:linux_amd64"}, out, sums
}

func TestManifest(t *testing.T) {
	args, out, sums := arguments(t)
	var stderr bytes.Buffer
	if code := run(context.Background(), args, io.Discard, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	m, err := manifest.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	foo := sha256.Sum256([]byte("foo"))
	want := []manifest.File{
		{Name: "a.tar.gz", Kind: manifest.Archive, Platform: "linux_amd64", Size: 3, SHA256: foo},
		{Name: "notes.md", Kind: manifest.Notes, Size: 3, SHA256: foo},
	}
	if !slices.Equal(m.Files, want) || m.Version != "1.0.0" {
		t.Errorf("manifest = %+v", m)
	}
	if text, err = os.ReadFile(sums); err != nil {
		t.Fatal(err)
	}
	if lines, err := manifest.ParseSums(text); err != nil || len(lines) != 3 {
		t.Errorf("sums = %+v, %v", lines, err)
	}
}

func TestManifestRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		more []string
		code int
		want string
	}{
		{"no out", []string{"--out="}, 2, "--out"},
		{"one file for both", []string{"--out=x", "--sums=x"}, 2, "two files"},
		{"time", []string{"--time", "today"}, 2, "--time"},
		{"version", []string{"--version", "v1"}, 1, "version"},
		{"no source", []string{"--file", "x"}, 2, "NAME=SOURCE"},
		{"no kind", []string{"--file", "x=y"}, 2, "NAME=SOURCE"},
		{"no platform", []string{"--file", "x=y:notes"}, 2, "NAME=SOURCE"},
		{"missing", []string{"--file", "x=/nonexistent/x:notes:"}, 1, "/nonexistent/x"},
		{"folder", []string{"--file", "x=/:notes:"}, 1, "not a regular file"},
		{"sums in no folder", []string{"--sums", "/nonexistent/x"}, 1, "/nonexistent/x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			args, out, _ := arguments(t)
			var stderr bytes.Buffer
			code := run(context.Background(), append(args, test.more...), io.Discard, &stderr)
			if code != test.code || !strings.Contains(stderr.String(), test.want) {
				t.Errorf("exit code %d, want %d; stderr: %s", code, test.code, &stderr)
			}
			if left, err := os.ReadDir(filepath.Dir(out)); len(left) != 0 || err != nil {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}
