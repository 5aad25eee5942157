// SPDX-License-Identifier: MIT

package strip

import (
	"bytes"
	"crypto/sha256"
	"debug/macho"
	"encoding/binary"
	"testing"
)

const machoUUID = "0123456789abcdef"

// A machoKind is a processor, and which parts an image has.
type machoKind struct {
	name         string
	cpu          macho.Cpu
	signed       bool
	dwarf, fixed bool // fixed: chained fixups in the place of the opcodes of LC_DYLD_INFO_ONLY
}

var machoKinds = []machoKind{
	{"arm64 signed with DWARF", macho.CpuArm64, true, true, false},
	{"arm64 signed with chained fixups", macho.CpuArm64, true, false, true},
	{"amd64 unsigned with DWARF", macho.CpuAmd64, false, true, true},
	{"amd64 unsigned", macho.CpuAmd64, false, false, false},
}

// machoSymbols are the symbols of an image: name, type, section. Section 3 is of DWARF.
var machoSymbols = []struct {
	name    string
	kind    uint8
	section uint8
}{
	{"secret_local", 0x0e, 1},
	{"secret_stab", 0x64, 1},
	{"secret_private", 0x1f, 1},
	{"secret_dwarf", 0x0f, 3},
	{"_main", 0x0f, 1},
	{"_exit", 0x01, 0},
	{"_write", 0x01, 0},
}

// A machoSegment is a segment of one section.
type machoSegment struct {
	name, section     string
	addr, memory      uint64
	offset, size      uint64
	sectionAt, length uint64
}

func (s machoSegment) command() []byte {
	c := macho.Segment64{Cmd: macho.LoadCmdSegment64, Len: machoSegmentSize, Addr: s.addr, Memsz: s.memory, Offset: s.offset, Filesz: s.size}
	copy(c.Name[:], s.name)
	if s.section == "" {
		b, _ := binary.Append(nil, le, c)
		return b
	}
	c.Nsect, c.Len = 1, machoSegmentSize+machoSectionSize
	section := macho.Section64{Addr: s.addr + s.sectionAt - s.offset, Size: s.length, Offset: uint32(s.sectionAt)}
	copy(section.Seg[:], s.name)
	copy(section.Name[:], s.section)
	b, _ := binary.Append(nil, le, c)
	b, _ = binary.Append(b, le, section)
	return b
}

// words is a load command of 32-bit fields behind its size.
func words(cmd uint32, fields ...uint32) []byte {
	b := le.AppendUint32(le.AppendUint32(nil, cmd), uint32(8+4*len(fields)))
	for _, f := range fields {
		b = le.AppendUint32(b, f)
	}
	return b
}

// buildMachO makes a program: __TEXT with the load commands, __DATA, perhaps __DWARF, and __LINKEDIT.
func buildMachO(t testing.TB, k machoKind) []byte {
	t.Helper()
	const page, base = 0x4000, 0x100000000
	out := make([]byte, 2*page)
	copy(out[0x1000:], "the program")
	copy(out[page:], "the data")
	segments := []machoSegment{
		{name: "__PAGEZERO", memory: base},
		{"__TEXT", "__text", base, page, 0, page, 0x1000, 11},
		{"__DATA", "__got", base + page, page, page, page, page, 8},
	}
	if k.dwarf {
		segments = append(segments, machoSegment{"__DWARF", "__debug_info", 0, 0, 2 * page, page, 2 * page, 24})
		out = pad(append(out, "secret debug information"...), page)
	}
	linkedit := machoSegment{name: "__LINKEDIT", addr: base + 2*page, offset: uint64(len(out))}
	out, tail := machoTables(out, k)
	end := uint64(len(out))
	if k.signed { // a signature of its own layout: the hashes are wrong, the blob is larger
		out = append(pad(out, 16), machoOldSignature(uint32(roundUp(end, 16)))...)
		end = roundUp(end, 16)
		tail = append(tail, words(lcCodeSignature, uint32(end), uint32(uint64(len(out))-end))...)
	}
	linkedit.size, linkedit.memory = uint64(len(out))-linkedit.offset, roundUp(uint64(len(out))-linkedit.offset, page)
	var commands []byte
	n := uint32(0)
	for _, s := range append(segments, linkedit) {
		commands = append(commands, s.command()...)
	}
	commands = append(commands, tail...)
	for b := commands; len(b) > 0; b = b[le.Uint32(b[4:]):] {
		n++
	}
	header, _ := binary.Append(nil, le, macho.FileHeader{Magic: macho.Magic64, Cpu: k.cpu, Type: macho.TypeExec, Ncmd: n, Cmdsz: uint32(len(commands))})
	copy(out, append(append(header, 0, 0, 0, 0), commands...))
	return out
}

// machoTables appends the tables of __LINKEDIT and gives the load commands for them and the rest.
func machoTables(out []byte, k machoKind) ([]byte, []byte) {
	var commands []byte
	put := func(body string) (at, size uint32) {
		out = pad(out, 8)
		at = uint32(len(out))
		out = append(out, body...)
		return at, uint32(len(body))
	}
	if k.fixed {
		at, size := put("chained fixups")
		commands = append(commands, words(lcDyldChainedFixups, at, size)...)
		at, size = put("exports trie")
		commands = append(commands, words(lcDyldExportsTrie, at, size)...)
	} else {
		rebase, rebaseSize := put("rebase")
		bind, bindSize := put("bind opcodes")
		export, exportSize := put("export trie")
		commands = append(commands, words(lcDyldInfoOnly, rebase, rebaseSize, bind, bindSize, 0, 0, 0, 0, export, exportSize)...)
	}
	at, _ := put("")
	commands = append(commands, words(lcFunctionStarts, at, 0)...)
	names, symbols := "\x00", []byte(nil)
	for _, s := range machoSymbols {
		if s.section == 3 && !k.dwarf {
			s.section = 1
			s.kind = 0x0e
		}
		symbols, _ = binary.Append(symbols, le, macho.Nlist64{Name: uint32(len(names)), Type: s.kind, Sect: s.section, Value: 0x100001000})
		names += s.name + "\x00"
	}
	symbolsAt, _ := put(string(symbols))
	indirect := le.AppendUint32(le.AppendUint32(le.AppendUint32(le.AppendUint32(nil, 6), 0), 0x80000000), 5)
	indirectAt, _ := put(string(indirect))
	stringsAt, stringsSize := put(names)
	commands = append(commands, words(lcSymtab, symbolsAt, uint32(len(machoSymbols)), stringsAt, stringsSize)...)
	commands = append(commands, words(lcDysymtab, 0, 4, 4, 1, 5, 2, 0, 0, 0, 0, 0, 0, indirectAt, 4, 0, 0, 0, 0)...)
	uuid := append(words(lcUUID)[:4], 24, 0, 0, 0)
	commands = append(append(commands, uuid...), machoUUID...)
	return out, append(commands, words(lcMain, 0x1000, 0, 0, 0)...)
}

// machoOldSignature is an ad hoc signature with empty requirements, an empty wrapper, and a directory of an old version.
func machoOldSignature(limit uint32) []byte {
	be := binary.BigEndian
	directory := []byte("")
	const identifier = "org.example.program\x00"
	pages := (limit + 4095) / 4096
	length := 44 + uint32(len(identifier)) + pages*sha256.Size
	for _, n := range []uint32{magicDirectory, length, 0x20001, 2, 44 + uint32(len(identifier)), 44, 0, pages, limit} {
		directory = be.AppendUint32(directory, n)
	}
	directory = append(directory, 32, 2, 0, 12, 0, 0, 0, 0)
	directory = append(directory, identifier...)
	directory = append(directory, make([]byte, pages*sha256.Size)...)
	var b []byte
	for _, n := range []uint32{magicSuperBlob, 36 + length + 20, 3, slotDirectory, 36, slotRequirements, 36 + length, slotCMS, 36 + length + 12} {
		b = be.AppendUint32(b, n)
	}
	b = append(b, directory...)
	for _, n := range []uint32{magicRequirements, 12, 0, magicWrapper, 8} {
		b = be.AppendUint32(b, n)
	}
	return append(b, make([]byte, 512)...)
}

// openMachO parses an image with the standard library, which shares nothing with the code under test.
func openMachO(t testing.TB, data []byte) *macho.File {
	t.Helper()
	f, err := macho.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return f
}
