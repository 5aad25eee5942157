// SPDX-License-Identifier: MIT

package action

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCode(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		want int
	}{
		{name: "success", err: nil, want: OK},
		{name: "help", err: flag.ErrHelp, want: OK},
		{name: "plain error", err: io.ErrUnexpectedEOF, want: Failure},
		{name: "usage", err: UsageError("no --out"), want: Usage},
		{name: "wrapped usage", err: fmt.Errorf("pack: %w", UsageError("no --out")), want: Usage},
		{name: "rejected", err: Reject(errors.New("unlisted file")), want: Rejected},
		{name: "nothing rejected", err: Reject(nil), want: OK},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stderr bytes.Buffer
			if got := Exit(&stderr, "tool", test.err); got != test.want {
				t.Errorf("Exit = %d, want %d", got, test.want)
			}
			if quiet := stderr.Len() == 0; quiet != (test.want == OK) {
				t.Errorf("stderr = %q", stderr.String())
			}
		})
	}
}

// TestExitIsPrintable: names from outside, which errors quote, move no cursor and start no terminal's command.
func TestExitIsPrintable(t *testing.T) {
	var stderr bytes.Buffer
	Exit(&stderr, "tool", errors.New("read a\x1b[2J\x07\x7fb\r\u009b31m\u202ec\x00: gone\n\tsecond line"))
	if want := "tool: read a\ufffd[2J\ufffd\ufffdb\ufffd\ufffd31m\ufffdc\ufffd: gone\n\tsecond line\n"; stderr.String() != want {
		t.Errorf("stderr = %q, want %q", stderr.String(), want)
	}
}

func TestExpandParams(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return "@" + path
	}
	for _, test := range []struct {
		name string
		args []string
		want []string
		code int
	}{
		{name: "no file", args: []string{"--out", "x"}, want: []string{"--out", "x"}},
		{name: "lines", args: []string{"--v", write("a", "--out\nwith space\n@b\n")}, want: []string{"--v", "--out", "with space", "@b"}},
		{name: "empty line is an empty argument", args: []string{write("b", "--v\n\n")}, want: []string{"--v", ""}},
		{name: "empty file", args: []string{write("c", "")}},
		{name: "cut off", args: []string{write("d", "--out\nx")}, code: Usage},
		{name: "too large", args: []string{write("e", strings.Repeat("x\n", MaxParams/2+1))}, code: Usage},
		{name: "missing", args: []string{"@" + filepath.Join(dir, "none")}, code: Usage},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := ExpandParams(test.args)
			if Code(err) != test.code || !slices.Equal(got, test.want) {
				t.Errorf("ExpandParams = %q, %v; want %q, code %d", got, err, test.want, test.code)
			}
		})
	}
}

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		code int
		out  string
	}{
		{name: "flags", args: []string{"--f", "a", "--f=b"}},
		{name: "help", args: []string{"--help"}, out: "usage text"},
		{name: "unknown flag", args: []string{"--g"}, code: Usage},
		{name: "argument", args: []string{"a"}, code: Usage},
		{name: "empty value", args: []string{"--f="}, code: Usage},
	} {
		t.Run(test.name, func(t *testing.T) {
			var list List
			flags := flag.NewFlagSet("tool", flag.ContinueOnError)
			flags.Var(&list, "f", "")
			var stdout bytes.Buffer
			err := Parse(flags, "usage text", test.args, &stdout)
			if Code(err) != test.code || stdout.String() != test.out {
				t.Errorf("Parse = %v, stdout %q", err, stdout.String())
			}
			if test.name == "flags" && list.String() != "a,b" {
				t.Errorf("list = %q", list)
			}
		})
	}
}

func TestWriteFileLeavesNothingHalfWritten(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "out")
	if err := os.WriteFile(name, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	failure := errors.New("disk full")
	err := WriteFile(name, 0o644, func(w io.Writer) error {
		io.WriteString(w, strings.Repeat("new", 1<<16))
		return failure
	})
	if !errors.Is(err, failure) {
		t.Fatalf("WriteFile = %v", err)
	}
	if data, _ := os.ReadFile(name); string(data) != "old" {
		t.Errorf("the older file is %q", data)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	if err := WriteFile(filepath.Join(dir, "none", "out"), 0o644, func(io.Writer) error { return nil }); err == nil {
		t.Error("writing into a missing folder succeeded")
	}
}

func TestWriteFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out")
	if err := WriteFile(name, 0o755, func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(name)
	if err != nil || info.Size() != 3 || info.Mode() != 0o755 {
		t.Errorf("stat = %v, %v", info, err)
	}
}

func TestReadFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(name, []byte("12345"), 0o644); err != nil {
		t.Fatal(err)
	}
	if data, err := ReadFile(name, 5); err != nil || string(data) != "12345" {
		t.Errorf("at the limit: %q, %v", data, err)
	}
	if data, err := ReadFile(name, 4); err == nil || data != nil || !strings.Contains(err.Error(), "it is larger than 4 bytes") {
		t.Errorf("beyond the limit: %q, %v", data, err)
	}
	if _, err := ReadFile(name+"x", 4); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestDigest(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	// https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values: SHA-256 of "abc".
	if have, err := Digest(file); err != nil || have != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("%s, %v", have, err)
	}
	if have := DigestOf([]byte("abc")); have != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("DigestOf = %q", have)
	}
	if have, err := Digest(file + ".gone"); err == nil || have != "" {
		t.Errorf("a file that is not there: %q, %v", have, err)
	}
}

// TestSweep: a folder's own name is no pattern, and what has another name stays.
func TestSweep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a[b]*?")
	for _, name := range []string{".new-1/deep", ".new-2/deep", "old/.new-3"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := Sweep(dir, ".new-"); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 || entries[0].Name() != "old" {
		t.Errorf("left is %v, %v", entries, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "old", ".new-3")); err != nil {
		t.Error(err)
	}
	if err := Sweep(filepath.Join(dir, "none"), ".new-"); err == nil {
		t.Error("a folder that is not there was swept")
	}
}
