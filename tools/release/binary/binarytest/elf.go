// SPDX-License-Identifier: MIT

// Package binarytest builds the smallest files of each format that package binary reads, for tests. Nothing else
// imports it.
package binarytest

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
)

// ELFSection is one section of an ELF file.
type ELFSection struct {
	Name  string
	Type  elf.SectionType
	Flags elf.SectionFlag
	Link  string // name of the section that sh_link points to
	Info  uint32
	Data  []byte
	Entry uint64
	Addr  uint64 // a segment loads the section there if not 0
}

// ELF describes a little-endian 64-bit ELF file.
type ELF struct {
	Type      elf.Type
	Machine   elf.Machine
	OSABI     elf.OSABI
	BuildID   []byte // no note if nil
	Interp    string
	NoStack   bool // leave PT_GNU_STACK out
	ExecStack bool
	StackSize uint64
	Code      []byte
	Data      []byte // .rodata
	Sections  []ELFSection
}

// Program gives a static executable that passes every leak rule.
func Program() ELF {
	return ELF{Type: elf.ET_EXEC, Machine: elf.EM_X86_64, BuildID: []byte("0123456789abcdefghij"), Code: []byte{0xc3}, Data: []byte("hello\x00")}
}

// Bytes lays the file out: header, program headers, sections, section headers.
func (e ELF) Bytes() []byte {
	sections := []ELFSection{{}, {Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Data: e.Code},
		{Name: ".rodata", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC, Data: e.Data}}
	if e.Interp != "" {
		sections = append(sections, ELFSection{Name: ".interp", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC, Data: []byte(e.Interp + "\x00")})
	}
	if e.BuildID != nil {
		sections = append(sections, ELFSection{Name: ".note.gnu.build-id", Type: elf.SHT_NOTE, Flags: elf.SHF_ALLOC, Data: Note("GNU\x00", 3, e.BuildID)})
	}
	sections = append(append(sections, e.Sections...), ELFSection{Name: ".shstrtab", Type: elf.SHT_STRTAB})
	names, at := nameTable(sections)
	sections[len(sections)-1].Data = names

	const header, progSize = 64, 56
	progs := uint64(3)
	for _, s := range sections {
		if s.Addr != 0 {
			progs++
		}
	}
	offsets := make([]uint64, len(sections))
	body := new(bytes.Buffer)
	for i, s := range sections {
		offsets[i] = header + progs*progSize + uint64(body.Len())
		body.Write(s.Data)
		for body.Len()%8 != 0 {
			body.WriteByte(0)
		}
	}
	shoff := header + progs*progSize + uint64(body.Len())
	out := new(bytes.Buffer)
	ident := [16]byte{0x7f, 'E', 'L', 'F', 2, 1, 1, byte(e.OSABI)}
	put(out, elf.Header64{Ident: ident, Type: uint16(e.Type), Machine: uint16(e.Machine), Version: 1, Phoff: header, Shoff: shoff, Ehsize: header,
		Phentsize: progSize, Phnum: uint16(progs), Shentsize: 64, Shnum: uint16(len(sections)), Shstrndx: uint16(len(sections) - 1)})
	for i, s := range sections {
		if s.Addr != 0 {
			put(out, elf.Prog64{Type: uint32(elf.PT_LOAD), Off: offsets[i], Vaddr: s.Addr, Filesz: uint64(len(s.Data)), Memsz: uint64(len(s.Data)), Flags: uint32(elf.PF_R)})
		}
	}
	put(out, e.stack())
	put(out, e.segment(elf.PT_INTERP, ".interp", sections, offsets))
	put(out, e.segment(elf.PT_NOTE, ".note.gnu.build-id", sections, offsets))
	out.Write(body.Bytes())
	for i, s := range sections {
		h := elf.Section64{Name: at[i], Type: uint32(s.Type), Flags: uint64(s.Flags), Addr: s.Addr, Off: offsets[i], Size: uint64(len(s.Data)), Info: s.Info, Entsize: s.Entry}
		for j, t := range sections {
			if s.Link != "" && t.Name == s.Link {
				h.Link = uint32(j)
			}
		}
		put(out, h)
	}
	return out.Bytes()
}

func (e ELF) stack() elf.Prog64 {
	if e.NoStack {
		return elf.Prog64{Type: uint32(elf.PT_NULL)}
	}
	p := elf.Prog64{Type: uint32(elf.PT_GNU_STACK), Flags: uint32(elf.PF_R | elf.PF_W), Memsz: e.StackSize}
	if e.ExecStack {
		p.Flags |= uint32(elf.PF_X)
	}
	return p
}

func (e ELF) segment(t elf.ProgType, name string, sections []ELFSection, offsets []uint64) elf.Prog64 {
	for i, s := range sections {
		if s.Name == name {
			return elf.Prog64{Type: uint32(t), Off: offsets[i], Filesz: uint64(len(s.Data)), Memsz: uint64(len(s.Data)), Flags: uint32(elf.PF_R)}
		}
	}
	return elf.Prog64{Type: uint32(elf.PT_NULL)}
}

func nameTable(sections []ELFSection) ([]byte, []uint32) {
	names := []byte{0}
	at := make([]uint32, len(sections))
	for i, s := range sections {
		if s.Name != "" {
			at[i] = uint32(len(names))
			names = append(append(names, s.Name...), 0)
		}
	}
	return names, at
}

// Note encodes one ELF note.
func Note(owner string, typ uint32, desc []byte) []byte {
	out := new(bytes.Buffer)
	put(out, [3]uint32{uint32(len(owner)), uint32(len(desc)), typ})
	for _, part := range [][]byte{[]byte(owner), desc} {
		out.Write(part)
		for out.Len()%4 != 0 {
			out.WriteByte(0)
		}
	}
	return out.Bytes()
}

// Dynamic gives the sections of a program that needs libc.so.6 and takes from it one symbol under one version.
func Dynamic(symbol, version string) []ELFSection {
	str := []byte("\x00libc.so.6\x00")
	nameAt := uint32(len(str))
	str = append(append(str, symbol...), 0)
	verAt := uint32(len(str))
	str = append(append(str, version...), 0)
	dyn, sym, ver, need := new(bytes.Buffer), new(bytes.Buffer), new(bytes.Buffer), new(bytes.Buffer)
	put(dyn, [4]uint64{uint64(elf.DT_NEEDED), 1, 0, 0})
	put(sym, elf.Sym64{})
	put(sym, elf.Sym64{Name: nameAt, Info: byte(elf.STB_GLOBAL)<<4 | byte(elf.STT_FUNC)})
	put(ver, [2]uint16{0, 2})
	put(need, struct {
		Version, Count  uint16
		File, Aux, Next uint32
	}{1, 1, 1, 16, 0})
	put(need, struct {
		Hash         uint32
		Flags, Other uint16
		Name, Next   uint32
	}{0, 0, 2, verAt, 0})
	return []ELFSection{
		{Name: ".dynstr", Type: elf.SHT_STRTAB, Flags: elf.SHF_ALLOC, Data: str},
		{Name: ".dynsym", Type: elf.SHT_DYNSYM, Flags: elf.SHF_ALLOC, Link: ".dynstr", Info: 1, Data: sym.Bytes(), Entry: 24},
		{Name: ".gnu.version", Type: elf.SHT_GNU_VERSYM, Flags: elf.SHF_ALLOC, Link: ".dynsym", Data: ver.Bytes(), Entry: 2},
		{Name: ".gnu.version_r", Type: elf.SHT_GNU_VERNEED, Flags: elf.SHF_ALLOC, Link: ".dynstr", Info: 1, Data: need.Bytes()},
		{Name: ".dynamic", Type: elf.SHT_DYNAMIC, Flags: elf.SHF_ALLOC, Link: ".dynstr", Data: dyn.Bytes(), Entry: 16},
	}
}

// Symbols gives the sections of an image that defines functions of these names, seen by other objects.
func Symbols(names ...string) []ELFSection {
	str, sym := []byte{0}, new(bytes.Buffer)
	put(sym, elf.Sym64{})
	for _, name := range names {
		put(sym, elf.Sym64{Name: uint32(len(str)), Info: byte(elf.STB_GLOBAL)<<4 | byte(elf.STT_FUNC), Shndx: 1})
		str = append(append(str, name...), 0)
	}
	return []ELFSection{
		{Name: ".strtab", Type: elf.SHT_STRTAB, Data: str},
		{Name: ".symtab", Type: elf.SHT_SYMTAB, Link: ".strtab", Info: 1, Data: sym.Bytes(), Entry: 24},
	}
}

// ELFSymbol is a symbol of an ELF file.
type ELFSymbol struct {
	Name        string
	Section     uint16 // index; the sections of ELF.Sections begin at FirstSection
	Value, Size uint64
	Local, File bool
}

// FirstSection is the index of ELF.Sections[0] in a file without build id and interpreter.
const FirstSection = 3

// SymbolTable gives the sections of an image that has these symbols, locals first.
func SymbolTable(symbols ...ELFSymbol) []ELFSection {
	str, sym := []byte{0}, new(bytes.Buffer)
	put(sym, elf.Sym64{})
	locals := uint32(1)
	for _, s := range symbols {
		y := elf.Sym64{Name: uint32(len(str)), Info: byte(elf.STB_GLOBAL)<<4 | byte(elf.STT_OBJECT), Shndx: s.Section, Value: s.Value, Size: s.Size}
		switch {
		case s.File:
			y.Info, y.Shndx = byte(elf.STT_FILE), uint16(elf.SHN_ABS)
		case s.Local:
			y.Info = byte(elf.STT_OBJECT)
		}
		if s.File || s.Local {
			locals++
		}
		str = append(append(str, s.Name...), 0)
		put(sym, y)
	}
	return []ELFSection{
		{Name: ".strtab", Type: elf.SHT_STRTAB, Data: str},
		{Name: ".symtab", Type: elf.SHT_SYMTAB, Link: ".strtab", Info: locals, Data: sym.Bytes(), Entry: 24},
	}
}

// Relocations gives the section of the relocations of type R_X86_64_64 of a section: at these offsets, to these symbols by
// their index from 1.
func Relocations(of uint32, at, symbol []uint64) ELFSection {
	out := new(bytes.Buffer)
	for i := range at {
		put(out, elf.Rela64{Off: at[i], Info: symbol[i]<<32 | uint64(elf.R_X86_64_64)})
	}
	return ELFSection{Name: ".rela", Type: elf.SHT_RELA, Link: ".symtab", Info: of, Data: out.Bytes(), Entry: 24}
}

func put(w *bytes.Buffer, v any) {
	if err := binary.Write(w, binary.LittleEndian, v); err != nil {
		panic(err) // only for a value without fixed size, which is a mistake in this package
	}
}
