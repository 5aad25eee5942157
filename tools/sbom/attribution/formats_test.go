// SPDX-License-Identifier: MIT

package attribution

import (
	"bytes"
	"debug/macho"
	"debug/pe"
	"encoding/binary"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gosqlite/gosqlite/tools/release/binary/binarytest"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// cInput is a program of C alone, of one library.
func cInput(program, released, lib []byte) Input {
	d := &graph.Document{Components: []graph.Component{
		{ID: "program", Role: graph.Delivered, Digests: []graph.Digest{{Object: graph.ReleasedFile, Name: "p", Alg: graph.SHA256, Value: sha256Hex(released)}}},
		{ID: "lib", Role: graph.Linked}},
		Relations: []graph.Relation{{From: "program", To: "lib", Kind: graph.Links}}}
	return Input{Graph: d, Program: program, Released: released, Runtime: fstest.MapFS{}, Ceiling: 100,
		Libraries: []Library{{"lib.a", lib, "lib"}}}
}

func u32s(values ...uint32) []byte {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

// ways is how far it is from the end of a 4-byte place to an address.
func ways(from, to uint32) uint32 { return to - (from + 4) }

// windows is a program of two functions of a library, a jump table without name, two jumps to a function of the
// system, of which one has a name, the tables that make it known, and an unwind record.
func windows() (program, released binarytest.COFF, lib []byte) {
	const codeFlags, dataFlags = pe.IMAGE_SCN_CNT_CODE | pe.IMAGE_SCN_MEM_EXECUTE, pe.IMAGE_SCN_CNT_INITIALIZED_DATA
	const textAt, rdataAt, pdataAt = 0x1000, 0x2000, 0x3000
	const directory, lookup, imports, function, library, unwind = rdataAt + 8, rdataAt + 48, rdataAt + 64, rdataAt + 80, rdataAt + 92, rdataAt + 104
	jump := func(from uint32) []byte { return append([]byte{0xff, 0x25}, u32s(imports-(from+6))...) }
	open, close, table := code(16, 0x10), code(16, 0x40), code(8, 0x60)
	program.Sections = []binarytest.COFFSection{
		{Name: ".text", Addr: textAt, Flags: codeFlags, Data: join(open, close, jump(textAt+32), []byte{0xcc, 0xcc}, jump(textAt+40))},
		{Name: ".rdata", Addr: rdataAt, Flags: dataFlags, Data: join(table,
			u32s(lookup, 0, 0, library, imports), make([]byte, 20), // the directory and its end
			words(function, 0), words(function, 0), []byte("\x00\x00ReadFile\x00\x00"), []byte("kernel32\x00\x00\x00\x00"),
			[]byte{1, 4, 1, 0, 4, 0x42, 0, 0}, u32s(ways(rdataAt+112, textAt+8), ways(rdataAt+116, textAt+16)))},
		{Name: ".pdata", Addr: pdataAt, Flags: dataFlags, Data: u32s(textAt, textAt+16, unwind)},
	}
	program.Symbols = []binarytest.COFFSymbol{
		{Name: "lib_open", Section: 1, Class: 2}, {Name: "lib_close", Section: 1, Value: 16, Class: 2}, {Name: "ReadFile", Section: 1, Value: 32, Class: 2},
		{Name: "table", Section: 2, Class: 3},
	}
	program.Directories = map[int]pe.DataDirectory{1: {VirtualAddress: directory, Size: 40}, 3: {VirtualAddress: pdataAt, Size: 12}, 12: {VirtualAddress: imports, Size: 16}}
	object := binarytest.COFF{Object: true,
		Sections: []binarytest.COFFSection{{Name: ".text", Flags: codeFlags, Data: join(open, close)}, {Name: ".rdata", Flags: dataFlags, Data: table},
			{Name: ".rdata", Flags: dataFlags, Data: u32s(8, 16), Relocs: [][2]uint32{{0, 0}, {4, 0}}}},
		Symbols: []binarytest.COFFSymbol{{Name: ".text", Section: 1, Class: 3}, {Name: "lib_open", Section: 1, Class: 2},
			{Name: "lib_close", Section: 1, Value: 16, Class: 2}, {Name: "table", Section: 2, Class: 3}}}
	released = program
	released.Symbols = nil
	return program, released, binarytest.Ar(binarytest.Member{Name: "lib.obj/", Data: object.Bytes()})
}

func TestPE(t *testing.T) {
	for _, test := range []struct {
		name  string
		plant func(p *binarytest.COFF)
		want  string
	}{
		{"passes", func(*binarytest.COFF) {}, ""},
		{"undeclared data", func(p *binarytest.COFF) { p.Sections[1].Data = append(p.Sections[1].Data, "undeclared"...) }, "of section .rdata, at 0x2078, are in no class"},
		{"jump table that leads elsewhere", func(p *binarytest.COFF) { p.Sections[1].Data[112]++ }, "of section .rdata, at 0x2070, are in no class"},
		{"undeclared code", func(p *binarytest.COFF) {
			p.Sections[0].Data = append(p.Sections[0].Data, code(16, 1)...)
			p.Symbols = append(p.Symbols, binarytest.COFFSymbol{Name: "other", Section: 1, Value: 46, Class: 2})
		}, "C symbol other at 0x102e: no object of a component defines it"},
		{"jump elsewhere", func(p *binarytest.COFF) { p.Sections[0].Data[42] ^= 0x80 }, "of section .text, at 0x1026, are in no class"},
	} {
		program, released, lib := windows()
		test.plant(&program)
		released.Sections = program.Sections
		r := report(t, cInput(program.Bytes(), released.Bytes(), lib))
		if all := strings.Join(r.Faults, "\n"); !strings.Contains(all, test.want) || (test.want == "") != (all == "") {
			t.Errorf("%s: faults %q, want %q", test.name, all, test.want)
		}
		if test.want != "" {
			continue
		}
		got := bytesOf(r.Released)
		for name, want := range map[string]int{"component: lib": 16 + 16 + 8 + 8, "container: linker's jumps": 12,
			"container: import tables": 40 + 32 + 12 + 10, "container: unwind tables": 8 + 12} {
			if got[name] != want {
				t.Errorf("%s has %d bytes, want %d", name, got[name], want)
			}
		}
	}
}

func TestImportTableWithoutEnd(t *testing.T) {
	program, released, lib := windows()
	program.Directories[1] = pe.DataDirectory{VirtualAddress: 0x2000 + 100, Size: 40}
	if _, err := Attribute(cInput(program.Bytes(), released.Bytes(), lib)); err == nil || !strings.Contains(err.Error(), "read import table") {
		t.Errorf("error is %v", err)
	}
}

// macOS is a program of three atoms of a library, which the linker moved apart, its texts and a table of addresses without a
// name.
func macOS() (program, released binarytest.MachOImage, lib []byte) {
	const textAt, stringAt, constAt = 0x100001000, 0x100002000, 0x100003000
	open, close, table := code(16, 0x10), code(16, 0x40), code(8, 0x60)
	first, second := []byte("one text\x00"), []byte("another\x00")
	program = binarytest.MachOImage{Type: macho.TypeExec, Signed: []byte("signature"),
		Sections: []binarytest.MachOSection{
			{Seg: "__TEXT", Name: "__text", Addr: textAt, Flags: machoInstructions, Data: join(close, open)},
			{Seg: "__TEXT", Name: "__cstring", Addr: stringAt, Flags: machoCString, Data: join(second, first)},
			{Seg: "__DATA", Name: "__const", Addr: constAt, Data: join(words(stringAt+8, stringAt), table)},
		},
		Symbols: []binarytest.MachOSymbol{{Name: "_lib_close", Section: 1, Value: textAt}, {Name: "_lib_open", Section: 1, Value: textAt + 16},
			{Name: "_table", Section: 3, Value: constAt + 16}},
	}
	object := binarytest.MachOImage{Type: macho.TypeObj,
		Sections: []binarytest.MachOSection{
			{Seg: "__TEXT", Name: "__text", Flags: machoInstructions, Data: join(open, close)},
			{Seg: "__TEXT", Name: "__cstring", Addr: 32, Flags: machoCString, Data: join(first, second)},
			{Seg: "__DATA", Name: "__const", Addr: 56, Data: join(table, make([]byte, 16)), Relocs: [][2]uint32{{8, 4}, {16, 5}}},
		},
		Symbols: []binarytest.MachOSymbol{{Name: "_lib_open", Section: 1}, {Name: "_lib_close", Section: 1, Value: 16}, {Name: "_table", Section: 3, Value: 56},
			{Name: "l_names", Section: 3, Value: 64}, {Name: "l_.str", Section: 2, Value: 32}, {Name: "l_.str.1", Section: 2, Value: 41}},
	}
	released = program
	released.Symbols = nil
	return program, released, object.Bytes()
}

func TestMachO(t *testing.T) {
	for _, test := range []struct {
		name  string
		plant func(p *binarytest.MachOImage)
		want  string
	}{
		{"passes", func(*binarytest.MachOImage) {}, ""},
		{"text of nobody", func(p *binarytest.MachOImage) { p.Sections[1].Data = append(p.Sections[1].Data, "undeclared\x00"...) },
			"of section __TEXT,__cstring, at 0x100002011, are in no class"},
		{"addresses that lead elsewhere", func(p *binarytest.MachOImage) { p.Sections[2].Data[0]++ }, "of section __DATA,__const, at 0x100003000, are in no class"},
		{"symbol of nobody", func(p *binarytest.MachOImage) {
			p.Symbols = append(p.Symbols, binarytest.MachOSymbol{Name: "_other", Section: 2, Value: 0x100002000})
		}, "C symbol other at 0x100002000: no object of a component defines it"},
	} {
		program, released, lib := macOS()
		for i := range program.Sections {
			program.Sections[i].Data = bytes.Clone(program.Sections[i].Data)
		}
		test.plant(&program)
		released.Sections = program.Sections
		r := report(t, cInput(program.Bytes(), released.Bytes(), lib))
		if all := strings.Join(r.Faults, "\n"); !strings.Contains(all, test.want) || (test.want == "") != (all == "") {
			t.Errorf("%s: faults %q, want %q", test.name, all, test.want)
		}
		if test.want != "" {
			continue
		}
		got := bytesOf(r.Released)
		for name, want := range map[string]int{"component: lib": 16 + 16 + 8 + 16 + 17, "container: code signature": 9} {
			if got[name] != want {
				t.Errorf("%s has %d bytes, want %d", name, got[name], want)
			}
		}
	}
}
