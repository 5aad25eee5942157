// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"debug/elf"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/binary/binarytest"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/graph/graphtest"
)

const sqlite = "generic-sqlite-3.54.1"

// files writes a C program of one function, the object that it was linked from, and a graph that says so.
func files(t *testing.T) (args []string, dir string) {
	t.Helper()
	dir = t.TempDir()
	code := []byte("\x55\x48\x89\xe5\x5d\xc3\x90\x90")
	image := func(kind elf.Type, addr uint64, symbols bool) []byte {
		e := binarytest.ELF{Type: kind, Machine: elf.EM_X86_64, Sections: []binarytest.ELFSection{
			{Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Addr: addr, Data: code}}}
		if symbols {
			e.Sections = append(e.Sections, binarytest.SymbolTable(binarytest.ELFSymbol{Name: "sqlite3_open", Section: binarytest.FirstSection, Value: addr, Size: 8})...)
		}
		return e.Bytes()
	}
	released := image(elf.ET_EXEC, 0x401000, false)
	d := graphtest.Glibc()
	const program = "program-gosqlite-verify"
	short, long := sha256.Sum256(released), sha512.Sum512(released)
	for i := range d.Component(program).Digests {
		digest := &d.Component(program).Digests[i]
		digest.Value = hex.EncodeToString(short[:])
		if digest.Alg == graph.SHA512 {
			digest.Value = hex.EncodeToString(long[:])
		}
	}
	for i, r := range d.Relations {
		if r.From == program && r.Kind == graph.Links {
			d.Relations[i].To = sqlite
		}
	}
	text, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"graph": text, "twin": image(elf.ET_EXEC, 0x401000, true), "released": released, "object": image(elf.ET_REL, 0, true)} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	return []string{"--graph", in("graph"), "--program", in("twin"), "--released", in("released"), "--runtime", dir,
		"--objects", in("object") + "=" + sqlite, "--json", in("report"), "--areas", in("areas"), "--ceiling"}, dir
}

func TestExitCodes(t *testing.T) {
	args, dir := files(t)
	for _, test := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"passes", append(args, "100"), 0, "component: " + sqlite},
		{"share above the ceiling", append(args, "1"), 3, "the ceiling is 1.00 %"},
		{"no ceiling", args[:len(args)-1], 2, "--ceiling has to be a percentage"},
		{"ceiling that is no number", append(args, "NaN"), 2, "--ceiling has to be a percentage"},
		{"objects without component", append(args, "100", "--objects", "x"), 2, "has to be LIBRARY=ID"},
		{"component that is not linked", append(args, "100", "--objects", filepath.Join(dir, "object")+"=none"), 1, "the graph links no component \"none\" into the program; it links " + sqlite},
		{"missing file", append(args, "100", "--program", filepath.Join(dir, "none")), 1, "read program"},
		{"stripped twin", append(args, "100", "--program", filepath.Join(dir, "released")), 1, "it has no symbols: name the program as it was linked"},
		{"program of another release", append(args, "100", "--released", filepath.Join(dir, "twin")), 1, "name the graph and the released program of one build"},
		{"not a program", append(args, "100", "--program", filepath.Join(dir, "graph")), 1, "ELF, PE and Mach-O programs are known"},
		{"help", []string{"--help"}, 0, "usage: attribute"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(context.Background(), test.args, &stdout, &stderr)
			if out := stdout.String() + stderr.String(); code != test.code || !strings.Contains(out, test.want) {
				t.Errorf("exit code %d, want %d; output %s, want %q", code, test.code, out, test.want)
			}
		})
	}
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), append(args, "100", "--quiet"), &stdout, &stderr); code != 0 || stdout.Len()+stderr.Len() > 0 {
		t.Errorf("--quiet: exit code %d, %s%s", code, &stdout, &stderr)
	}
	for _, name := range []string{"report", "areas"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Contains(text, []byte(sqlite)) {
			t.Errorf("%s: %s, %v", name, text, err)
		}
	}
}
