// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bt "github.com/gosqlite/gosqlite/tools/release/binary/binarytest"
	"github.com/gosqlite/gosqlite/tools/release/leak"
)

// files writes files into a new folder, and gives a function that names them.
func files(t *testing.T, content map[string][]byte) func(string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range content {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return func(name string) string { return filepath.Join(dir, name) }
}

func command(args ...string) (code int, stdout, stderr string) {
	var out, err strings.Builder
	code = run(args, &out, &err)
	return code, out.String(), err.String()
}

func dynamic() []byte {
	p := bt.Program()
	p.Interp, p.Sections = "/lib64/ld-linux-x86-64.so.2", bt.Dynamic("memcpy", "GLIBC_2.14")
	return p.Bytes()
}

func leaky() []byte {
	p := bt.Program()
	p.Data = []byte("in execroot\x00")
	return p.Bytes()
}

func TestExitCodes(t *testing.T) {
	at := files(t, map[string][]byte{
		"clean": bt.Program().Bytes(), "leaky": leaky(), "unknown": []byte("\x00\x01\x02"), "dynamic": dynamic(), "allow.json": []byte(`[{"rules":["word"],"pattern":"in execroot","reason":"test"}]`),
		"golden": []byte("# comment\ninterp /lib64/ld-linux-x86-64.so.2\nlibrary libc.so.6\nsymbol libc.so.6 memcpy@GLIBC_2.14\nversion GLIBC_2.14\n"),
		"stale":  []byte("library libc.so.6\nlibrary libm.so.6\n"), "lib.a": bt.Ar(bt.Member{Name: "a.o/", Mode: 0o644, Data: bt.Program().Bytes()}), "empty.a": bt.Ar(),
		"token": []byte("by qq112233\n"),
	})
	for _, c := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string
	}{
		{"clean", []string{at("clean")}, 0, "1 files checked (1 elf), 0 leaks, 0 not checked", ""},
		{"leak", []string{at("leaky")}, 3, "execroot", ""},
		{"leak allowed", []string{"--allow", at("allow.json"), at("leaky")}, 0, "0 leaks", ""},
		{"token", []string{"--token", "user=qq112233", at("token")}, 3, "token user", ""},
		{"unknown format", []string{at("unknown")}, 1, "unknown format", ""},
		{"leak beats unknown format", []string{at("unknown"), at("leaky")}, 3, "1 not checked", ""},
		{"missing file", []string{at("none")}, 1, "FAILED", ""},
		{"folder", []string{filepath.Dir(at("x"))}, 1, "not a regular file", ""},
		{"no file", nil, 2, "", "usage: leak"},
		{"unknown flag", []string{"--nope"}, 2, "", "nope"},
		{"token without value", []string{"--token", "user", at("clean")}, 2, "", "NAME=VALUE"},
		{"short token", []string{"--token", "user=bob", at("clean")}, 2, "", "chance"},
		{"bad time", []string{"--time", "yesterday", at("clean")}, 2, "", "RFC 3339"},
		{"time in seconds", []string{"--time", "1767312000", at("clean")}, 0, "0 leaks", ""},
		{"no allow list", []string{"--allow", at("none"), at("clean")}, 2, "", "none"},
		{"stack size", []string{"--stack-size", "8388608", at("clean")}, 3, "stack-size", ""},
		{"help", []string{"--help"}, 0, "", "usage: leak"},
		{"rules", []string{"rules"}, 0, "stack-exec", ""},
		{"imports", []string{"imports", at("dynamic")}, 0, "symbol libc.so.6 memcpy@GLIBC_2.14", ""},
		{"golden", []string{"imports", "--golden", at("golden"), at("dynamic")}, 0, "", ""},
		{"stale golden", []string{"imports", "--golden", at("stale"), at("dynamic")}, 3, "-library libm.so.6", "lines differ"},
		{"new import", []string{"imports", "--golden", at("stale"), at("dynamic")}, 3, "+symbol libc.so.6 memcpy", "lines differ"},
		{"missing golden", []string{"imports", "--golden", at("none"), at("dynamic")}, 1, "", "none"},
		{"glibc in reach", []string{"imports", "--max-glibc", "2.28", at("dynamic")}, 0, "version", ""},
		{"glibc too new", []string{"imports", "--max-glibc", "2.13", at("dynamic")}, 3, "", "needs glibc 2.14, the floor is 2.13"},
		{"imports of text", []string{"imports", at("golden")}, 1, "", "unknown format"},
		{"imports of nothing", []string{"imports"}, 2, "", "usage"},
		{"format", []string{"format", at("clean")}, 0, "linux/amd64/static", ""},
		{"format of archive", []string{"format", "--expect", "linux/amd64/musl", at("lib.a")}, 0, "lib.a!a.o", ""},
		{"format expected", []string{"format", "--expect", "linux/amd64/musl", at("clean")}, 0, "static", ""},
		{"format not as expected", []string{"format", "--expect", "linux/amd64/musl", at("dynamic")}, 3, "", "want linux/amd64/musl"},
		{"one of two not as expected", []string{"format", "--expect", "linux/amd64/musl", at("dynamic"), at("none")}, 3, "", "none"},
		{"bad platform", []string{"format", "--expect", "amiga", at("clean")}, 2, "", "OS/MACHINE"},
		{"format of text", []string{"format", at("golden")}, 1, "", "unknown format"},
		{"format of empty archive", []string{"format", at("empty.a")}, 1, "", "no members"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := command(c.args...)
			if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
				t.Errorf("exit %d, want %d\nstdout: %s\nstderr: %s", code, c.code, stdout, stderr)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	at := files(t, map[string][]byte{"leaky": leaky()})
	code, stdout, _ := command("--json", at("leaky"))
	var r leak.Report
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || code != exitFound || len(r.Findings) != 1 || r.Findings[0].Rule != "word" || r.Checked["elf"] != 1 || r.Failures == nil {
		t.Errorf("exit %d, %v: %s", code, err, stdout)
	}
}
