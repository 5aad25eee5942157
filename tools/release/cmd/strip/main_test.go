// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/strip"
)

// self is a copy of this test, a program.
func self(t *testing.T) string {
	t.Helper()
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, data)
}

func write(t *testing.T, data []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestStrip(t *testing.T) {
	in, out := self(t), filepath.Join(t.TempDir(), "out")
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), []string{"--in", in, "--out", out}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	info, err := os.Stat(out)
	if err != nil || info.Mode()&0o777 != 0o755 || info.Size() == 0 {
		t.Errorf("output %v, %v", info, err)
	}
}

func TestCheckSameID(t *testing.T) {
	twin, err := os.ReadFile(self(t))
	if err != nil {
		t.Fatal(err)
	}
	// The plant: a stripped program of another identity, or one without any.
	other := bytes.Clone(twin)
	if set, err := strip.SetIdentity(twin); err == nil {
		other = set
	}
	if err := checkSameID(twin, other); err == nil {
		t.Error("another identity is not seen")
	}
	if err := checkSameID(other, other); err != nil && !errors.Is(err, strip.ErrNoID) {
		t.Error(err)
	}
	// A program without an identity is rejected, and no output is left.
	const note = "\x04\x00\x00\x00\x14\x00\x00\x00\x03\x00\x00\x00GN"
	in, dir := write(t, bytes.ReplaceAll(twin, []byte(note+"U\x00"), []byte(note+"V\x00"))), t.TempDir()
	var stdout, stderr bytes.Buffer
	code := run(context.Background(), []string{"--check-same-id", "--in", in, "--out", filepath.Join(dir, "out")}, &stdout, &stderr)
	if code != 3 || !strings.Contains(stderr.String(), "no build identity") {
		t.Errorf("exit code %d, stderr: %s", code, &stderr)
	}
	if left, err := os.ReadDir(dir); len(left) != 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestStripRefuses(t *testing.T) {
	fat := write(t, append([]byte("\xca\xfe\xba\xbe"), make([]byte, 100)...))
	for _, test := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no input", []string{"--out", "x"}, 2, "--in"},
		{"no output", []string{"--in", "x"}, 2, "--out"},
		{"missing", []string{"--in", "/nonexistent/x"}, 1, "/nonexistent/x"},
		{"empty", []string{"--in", write(t, nil)}, 1, "no program"},
		{"fat", []string{"--in", fat}, 1, "fat Mach-O"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if test.code == 1 {
				test.args = append(test.args, "--out", filepath.Join(dir, "out"))
			}
			var stdout, stderr bytes.Buffer
			code := run(context.Background(), test.args, &stdout, &stderr)
			if code != test.code || !strings.Contains(stderr.String(), test.want) {
				t.Errorf("exit code %d, want %d; stderr: %s", code, test.code, &stderr)
			}
			if left, err := os.ReadDir(dir); len(left) != 0 || err != nil {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}
