// SPDX-License-Identifier: MIT

package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// releaseArgs makes the files of a Linux release and the arguments that pack them into out.
func releaseArgs(t *testing.T, format string) (args []string, out string) {
	t.Helper()
	dir := t.TempDir()
	out = filepath.Join(dir, "out", "a."+format)
	if err := os.Mkdir(filepath.Dir(out), 0o755); err != nil {
		t.Fatal(err)
	}
	args = []string{"--out", out, "--format", format, "--prefix", "gosqlite_1.0.0_linux_arm64", "--time", "2026-11-23T00:00:00Z", "--rules", "release/linux"}
	for _, name := range []string{"lib/libsqlite3.a", "include/sqlite3.h", "include/sqlite3ext.h", "bin/gosqlite", "bin/gosqlite-verify", "USAGE.md", "THIRD_PARTY_NOTICES.txt", "LICENSE"} {
		source := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(source, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--file", name+"="+source)
	}
	return args, out
}

func names(t *testing.T, format, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	if format == "zip" {
		zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range zr.File {
			out = append(out, f.Name)
		}
		return out
	}
	zr, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for tr := tar.NewReader(zr); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, h.Name)
	}
}

func TestPack(t *testing.T) {
	for _, format := range []string{"tar.gz", "zip"} {
		t.Run(format, func(t *testing.T) {
			args, out := releaseArgs(t, format)
			params := filepath.Join(t.TempDir(), "params")
			if err := os.WriteFile(params, []byte(strings.Join(args, "\n")+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			var stderr bytes.Buffer
			if code := run(context.Background(), []string{"@" + params}, io.Discard, &stderr); code != 0 {
				t.Fatalf("exit code %d: %s", code, &stderr)
			}
			const p = "gosqlite_1.0.0_linux_arm64/"
			want := []string{p + "LICENSE", p + "THIRD_PARTY_NOTICES.txt", p + "USAGE.md", p + "bin/gosqlite", p + "bin/gosqlite-verify", p + "include/sqlite3.h", p + "include/sqlite3ext.h", p + "lib/libsqlite3.a"}
			if got := names(t, format, out); !slices.Equal(got, want) {
				t.Errorf("names = %v, want %v", got, want)
			}
		})
	}
}

func TestPackRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		args func(args []string) []string
		code int
		want string
	}{
		{"no out", func(a []string) []string { return a[2:] }, 2, "--out"},
		{"format", func(a []string) []string { return append(a, "--format", "tar") }, 2, "tar.gz or zip"},
		{"prefix", func(a []string) []string { return append(a, "--prefix", "a/b") }, 2, "--prefix"},
		{"bad prefix", func(a []string) []string { return append(a, "--prefix", "..") }, 1, "plain relative"},
		{"time", func(a []string) []string { return append(a, "--time", "2026-11-23") }, 2, "--time"},
		{"zone", func(a []string) []string { return append(a, "--time", "2026-11-23T00:00:00+01:00") }, 2, "--time"},
		{"odd time", func(a []string) []string { return append(a, "--time", "2026-11-23T00:00:01Z") }, 1, "even seconds"},
		{"rules", func(a []string) []string { return append(a, "--rules", "release") }, 2, "--rules"},
		{"unknown rules", func(a []string) []string { return append(a, "--rules", "release/plan9") }, 2, "plan9"},
		{"file", func(a []string) []string { return append(a, "--file", "LICENSE") }, 2, "NAME=SOURCE"},
		{"duplicate", func(a []string) []string { return append(a, "--file", "LICENSE=x") }, 1, "already"},
		{"unlisted", func(a []string) []string { return append(a, "--file", "doc/x.md=x") }, 3, "doc/x.md"},
		{"lacking", func(a []string) []string { return a[:len(a)-2] }, 3, "lacks LICENSE"},
		{"missing source", func(a []string) []string { return append(a[:len(a)-1], "LICENSE=/nonexistent/x") }, 1, "/nonexistent/x"},
		{"argument", func(a []string) []string { return append(a, "x") }, 2, "unexpected argument"},
	} {
		t.Run(test.name, func(t *testing.T) {
			args, out := releaseArgs(t, "zip")
			var stderr bytes.Buffer
			code := run(context.Background(), test.args(args), io.Discard, &stderr)
			if code != test.code || !strings.Contains(stderr.String(), test.want) || !strings.HasPrefix(stderr.String(), "pack: ") {
				t.Errorf("exit code %d, want %d; stderr: %s", code, test.code, &stderr)
			}
			if left, err := os.ReadDir(filepath.Dir(out)); len(left) != 0 || err != nil {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), []string{"--help"}, &stdout, &stderr); code != 0 || stdout.String() != usage || stderr.Len() != 0 {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, &stdout, &stderr)
	}
}
