// SPDX-License-Identifier: MIT

package strip

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"testing"
)

// A byteOrder is both of the interfaces that a byte order has.
type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// An elfKind is a class and byte order, with a processor that has them.
type elfKind struct {
	name    string
	wide    bool
	order   byteOrder
	machine elf.Machine
}

var elfKinds = []elfKind{
	{"64-bit little-endian", true, binary.LittleEndian, elf.EM_X86_64},
	{"64-bit big-endian", true, binary.BigEndian, elf.EM_S390},
	{"32-bit little-endian", false, binary.LittleEndian, elf.EM_386},
	{"32-bit big-endian", false, binary.BigEndian, elf.EM_MIPS},
}

// elfSections are the sections of an image. Those of address 0 are outside of segments. One of debug information comes
// first, which linkers don't do, so that section numbers change.
var elfSections = []struct {
	name string
	elf.Section64
	body string
}{
	{name: ""},
	{name: ".debug_first", Section64: elf.Section64{Type: uint32(elf.SHT_PROGBITS), Addralign: 1}, body: "secret-first"},
	{name: ".note.gnu.build-id", Section64: elf.Section64{Type: uint32(elf.SHT_NOTE), Flags: uint64(elf.SHF_ALLOC), Addralign: 4}},
	{name: ".dynsym", Section64: elf.Section64{Type: uint32(elf.SHT_DYNSYM), Flags: uint64(elf.SHF_ALLOC), Addralign: 8, Link: 4, Info: 1}},
	{name: ".dynstr", Section64: elf.Section64{Type: uint32(elf.SHT_STRTAB), Flags: uint64(elf.SHF_ALLOC), Addralign: 1}, body: "\x00exported\x00"},
	{name: ".text", Section64: elf.Section64{Type: uint32(elf.SHT_PROGBITS), Flags: uint64(elf.SHF_ALLOC | elf.SHF_EXECINSTR), Addralign: 16}, body: "the program"},
	{name: ".bss", Section64: elf.Section64{Type: uint32(elf.SHT_NOBITS), Flags: uint64(elf.SHF_ALLOC | elf.SHF_WRITE), Addralign: 16, Size: 1 << 20}},
	{name: ".debug_info", Section64: elf.Section64{Type: uint32(elf.SHT_PROGBITS), Addralign: 1}, body: "secret-info"},
	{name: ".comment", Section64: elf.Section64{Type: uint32(elf.SHT_PROGBITS), Addralign: 1}, body: "secret-comment"},
	{name: ".riscv.attributes", Section64: elf.Section64{Type: 0x70000003, Addralign: 1}, body: "attributes"},
	{name: ".symtab", Section64: elf.Section64{Type: uint32(elf.SHT_SYMTAB), Addralign: 8, Link: 11, Info: 1}},
	{name: ".strtab", Section64: elf.Section64{Type: uint32(elf.SHT_STRTAB), Addralign: 1}, body: "\x00secret-symbol\x00"},
	{name: ".shstrtab", Section64: elf.Section64{Type: uint32(elf.SHT_STRTAB), Addralign: 1}},
}

const elfID = "0123456789abcdefghij"

// note is a note of the given owner and type.
func note(order byteOrder, owner string, kind uint32, desc string) []byte {
	b := order.AppendUint32(nil, uint32(len(owner)+1))
	b = order.AppendUint32(b, uint32(len(desc)))
	b = order.AppendUint32(b, kind)
	return pad(append(pad(append(b, owner+"\x00"...), 4), desc...), 4)
}

// symbol is a symbol table entry of that name and section.
func symbol(k elfKind, name uint32, section uint16) []byte {
	info := elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC)
	if k.wide {
		b, _ := binary.Append(nil, k.order, elf.Sym64{Name: name, Info: info, Shndx: section, Value: 0x10000})
		return b
	}
	b, _ := binary.Append(nil, k.order, elf.Sym32{Name: name, Info: info, Shndx: section, Value: 0x10000})
	return b
}

// buildELF makes a program: headers, a segment of the allocated sections, one of the note, and one of the attributes.
func buildELF(t testing.TB, k elfKind) []byte {
	t.Helper()
	e := &elfFile{wide: k.wide, order: k.order}
	sizes := e.sizes()
	out := make([]byte, sizes.header+3*sizes.prog)
	var names string
	var headers []elf.Section64
	for i, section := range elfSections {
		h, body := section.Section64, []byte(section.body)
		h.Name = uint32(len(names))
		names += section.name + "\x00"
		switch section.name {
		case ".note.gnu.build-id":
			body = append(note(k.order, "Go", 4, "redacted"), note(k.order, "GNU", ntBuildID, elfID)...)
		case ".dynsym":
			body = append(make([]byte, sizes.symbol), symbol(k, 1, 5)...)
			h.Entsize = uint64(sizes.symbol)
		case ".symtab":
			body = append(make([]byte, sizes.symbol), symbol(k, 1, 5)...)
			h.Entsize = uint64(sizes.symbol)
		case ".shstrtab":
			body = []byte(names)
		}
		if i > 0 {
			out = pad(out, h.Addralign)
			h.Off = uint64(len(out))
			if h.Flags != 0 {
				h.Addr = 0x10000 + h.Off
			}
			if h.Type != uint32(elf.SHT_NOBITS) {
				h.Size = uint64(len(body))
			}
			out = append(out, body...)
		}
		headers = append(headers, h)
	}
	out = pad(out, 8)
	e.header = elf.Header64{Type: uint16(elf.ET_EXEC), Machine: uint16(k.machine), Version: 1, Entry: headers[5].Addr,
		Phoff: uint64(sizes.header), Shoff: uint64(len(out)), Ehsize: uint16(sizes.header), Phentsize: uint16(sizes.prog), Phnum: 3,
		Shentsize: uint16(sizes.section), Shnum: uint16(len(headers)), Shstrndx: uint16(len(headers) - 1)}
	copy(e.header.Ident[:], elf.ELFMAG)
	e.header.Ident[elf.EI_CLASS], e.header.Ident[elf.EI_DATA], e.header.Ident[elf.EI_VERSION] = byte(elf.ELFCLASS32), byte(elf.ELFDATA2LSB), 1
	if k.wide {
		e.header.Ident[elf.EI_CLASS] = byte(elf.ELFCLASS64)
	}
	if e.order == binary.BigEndian {
		e.header.Ident[elf.EI_DATA] = byte(elf.ELFDATA2MSB)
	}
	for _, h := range headers {
		out, _ = e.appendSection(out, h)
	}
	header, _ := e.appendHeader(nil)
	copy(out, header)
	copy(out[sizes.header:], e.segments(t, headers[2], headers[5], headers[9]))
	return out
}

// segments are the headers of a segment up to the end of text, of one of the note, and of one of the attributes.
func (e *elfFile) segments(t testing.TB, notes, text, attributes elf.Section64) []byte {
	t.Helper()
	var out []byte
	for _, p := range []elf.Prog64{
		{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X), Off: notes.Off, Vaddr: notes.Addr, Paddr: notes.Addr,
			Filesz: text.Off + text.Size - notes.Off, Memsz: 1 << 21, Align: 1},
		{Type: uint32(elf.PT_NOTE), Flags: uint32(elf.PF_R), Off: notes.Off, Vaddr: notes.Addr, Paddr: notes.Addr,
			Filesz: notes.Size, Memsz: notes.Size, Align: 4},
		{Type: attributes.Type, Flags: uint32(elf.PF_R), Off: attributes.Off, Filesz: attributes.Size, Memsz: attributes.Size, Align: 1},
	} {
		var err error
		if e.wide {
			out, err = binary.Append(out, e.order, p)
		} else {
			out, err = binary.Append(out, e.order, elf.Prog32{Type: p.Type, Off: uint32(p.Off), Vaddr: uint32(p.Vaddr), Paddr: uint32(p.Paddr),
				Filesz: uint32(p.Filesz), Memsz: uint32(p.Memsz), Flags: p.Flags, Align: uint32(p.Align)})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// openELF parses an image with the standard library, which shares nothing with the code under test.
func openELF(t testing.TB, data []byte) *elf.File {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return f
}
