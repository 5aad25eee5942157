// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// program is a small ELF program of one segment, with a build id.
func program(id string) []byte {
	const note = 0x80
	le := binary.LittleEndian
	b := make([]byte, 0x200)
	copy(b, "\x7fELF\x02\x01\x01")
	for at, v := range map[int]uint16{0x10: 2, 0x12: 62, 0x14: 1, 0x20: 64, 0x28: 0x100, 0x34: 64, 0x36: 56, 0x38: 1, 0x3a: 64, 0x3c: 2, 0x3e: 1} {
		le.PutUint16(b[at:], v)
	}
	for at, v := range map[int]uint64{64: 4, 72: note, 80: note, 88: note, 96: 36, 104: 36, 112: 4} { // PT_NOTE
		le.PutUint64(b[at:], v)
	}
	copy(b[note:], "\x04\x00\x00\x00\x14\x00\x00\x00\x03\x00\x00\x00GNU\x00"+id)
	for at, v := range map[int]uint64{0x140 + 4: 3, 0x140 + 24: 0x180, 0x140 + 32: 11, 0x140 + 48: 1} { // .shstrtab
		le.PutUint64(b[at:], v)
	}
	copy(b[0x180:], "\x00.shstrtab\x00")
	return b
}

func file(t *testing.T, data []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestBuildID(t *testing.T) {
	in, out := file(t, program("0123456789abcdefghij")), filepath.Join(t.TempDir(), "out")
	call := func(args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if code := run(context.Background(), args, &stdout, &stderr); code != 0 {
			t.Fatalf("%v: exit code %d: %s", args, code, &stderr)
		}
		return stdout.String()
	}
	if got, want := call("--in", in), "303132333435363738396162636465666768696a\n"; got != want {
		t.Errorf("identity = %q, want %q", got, want)
	}
	if got := call("--set", "--in", in, "--out", out); got != "" {
		t.Errorf("stdout = %q", got)
	}
	// sha256sum of the program with zeros for the id, the first 20 bytes.
	if got, want := call("--in", out), "9f3f7546bb4eb86ec3040a9aadbe0f32398de73f\n"; got != want {
		t.Errorf("identity = %q, want %q", got, want)
	}
}

func TestBuildIDRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no input", nil, 2, "--in"},
		{"set without out", []string{"--set", "--in", "x"}, 2, "go together"},
		{"out without set", []string{"--out", "x", "--in", "x"}, 2, "go together"},
		{"missing", []string{"--in", "/nonexistent/x"}, 1, "/nonexistent/x"},
		{"zero", []string{"--in", file(t, program(""))}, 1, "no build identity"},
		{"no program", []string{"--in", file(t, make([]byte, 100))}, 1, "neither ELF"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(context.Background(), test.args, &stdout, &stderr)
			if code != test.code || !strings.Contains(stderr.String(), test.want) || stdout.Len() != 0 {
				t.Errorf("exit code %d, want %d; stdout: %s, stderr: %s", code, test.code, &stdout, &stderr)
			}
		})
	}
}
