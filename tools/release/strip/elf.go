// SPDX-License-Identifier: MIT

package strip

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
)

// An elfFile is an ELF file taken apart. Both classes are held as the wider one.
type elfFile struct {
	data     []byte
	order    binary.ByteOrder
	wide     bool // 64 bits
	header   elf.Header64
	progs    []elf.Prog64
	sections []elf.Section64
	names    []byte // of sections
}

// parseELF reads the headers, and checks that everything they name is in the file.
func parseELF(data []byte) (*elfFile, error) {
	e := &elfFile{data: data}
	switch elf.Data(data[elf.EI_DATA]) {
	case elf.ELFDATA2LSB:
		e.order = binary.LittleEndian
	case elf.ELFDATA2MSB:
		e.order = binary.BigEndian
	default:
		return nil, errors.New("unknown byte order")
	}
	switch elf.Class(data[elf.EI_CLASS]) {
	case elf.ELFCLASS64:
		e.wide = true
	case elf.ELFCLASS32:
	default:
		return nil, errors.New("unknown class")
	}
	if err := e.parseHeader(); err != nil {
		return nil, err
	}
	if err := e.parseProgs(); err != nil {
		return nil, err
	}
	return e, e.parseSections()
}

func (e *elfFile) parseHeader() error {
	h := &e.header
	if e.wide {
		if _, err := binary.Decode(e.data, e.order, h); err != nil {
			return errors.New("the header is cut off")
		}
	} else {
		var n elf.Header32
		if _, err := binary.Decode(e.data, e.order, &n); err != nil {
			return errors.New("the header is cut off")
		}
		*h = elf.Header64{Ident: n.Ident, Type: n.Type, Machine: n.Machine, Version: n.Version, Entry: uint64(n.Entry),
			Phoff: uint64(n.Phoff), Shoff: uint64(n.Shoff), Flags: n.Flags, Ehsize: n.Ehsize, Phentsize: n.Phentsize,
			Phnum: n.Phnum, Shentsize: n.Shentsize, Shnum: n.Shnum, Shstrndx: n.Shstrndx}
	}
	switch {
	case elf.Type(h.Type) != elf.ET_EXEC && elf.Type(h.Type) != elf.ET_DYN:
		return fmt.Errorf("file type %v is neither a program nor a shared library", elf.Type(h.Type))
	case h.Phnum == 0 || h.Phnum > maxSections || int(h.Phentsize) != e.sizes().prog:
		return fmt.Errorf("%d segment headers of %d bytes", h.Phnum, h.Phentsize)
	case h.Shnum == 0 || h.Shnum > maxSections || int(h.Shentsize) != e.sizes().section || h.Shstrndx >= h.Shnum:
		return fmt.Errorf("%d section headers of %d bytes; was the file stripped of them?", h.Shnum, h.Shentsize)
	}
	return nil
}

// elfSizes are sizes of a class, in bytes.
type elfSizes struct{ header, prog, section, symbol, word int }

func (e *elfFile) sizes() elfSizes {
	if e.wide {
		return elfSizes{64, 56, 64, elf.Sym64Size, 8}
	}
	return elfSizes{52, 32, 40, elf.Sym32Size, 4}
}

func (e *elfFile) parseProgs() error {
	size := e.sizes().prog
	table, ok := window(e.data, e.header.Phoff, uint64(e.header.Phnum)*uint64(size))
	if !ok {
		return errors.New("the segment headers are cut off")
	}
	for ; len(table) > 0; table = table[size:] {
		var p elf.Prog64
		if e.wide {
			if _, err := binary.Decode(table, e.order, &p); err != nil {
				return err
			}
		} else {
			var n elf.Prog32
			if _, err := binary.Decode(table, e.order, &n); err != nil {
				return err
			}
			p = elf.Prog64{Type: n.Type, Flags: n.Flags, Off: uint64(n.Off), Vaddr: uint64(n.Vaddr), Paddr: uint64(n.Paddr),
				Filesz: uint64(n.Filesz), Memsz: uint64(n.Memsz), Align: uint64(n.Align)}
		}
		if _, ok := window(e.data, p.Off, p.Filesz); !ok {
			return fmt.Errorf("segment %d is cut off", len(e.progs))
		}
		e.progs = append(e.progs, p)
	}
	return nil
}

func (e *elfFile) parseSections() error {
	size := e.sizes().section
	table, ok := window(e.data, e.header.Shoff, uint64(e.header.Shnum)*uint64(size))
	if !ok {
		return errors.New("the section headers are cut off")
	}
	for ; len(table) > 0; table = table[size:] {
		var s elf.Section64
		if e.wide {
			if _, err := binary.Decode(table, e.order, &s); err != nil {
				return err
			}
		} else {
			var n elf.Section32
			if _, err := binary.Decode(table, e.order, &n); err != nil {
				return err
			}
			s = elf.Section64{Name: n.Name, Type: n.Type, Flags: uint64(n.Flags), Addr: uint64(n.Addr), Off: uint64(n.Off),
				Size: uint64(n.Size), Link: n.Link, Info: n.Info, Addralign: uint64(n.Addralign), Entsize: uint64(n.Entsize)}
		}
		if _, ok := window(e.data, s.Off, fileSize(s)); !ok && fileSize(s) > 0 {
			return fmt.Errorf("section %d is cut off", len(e.sections))
		}
		if s.Addralign&(s.Addralign-1) != 0 {
			return fmt.Errorf("section %d: alignment %d is no power of two", len(e.sections), s.Addralign)
		}
		e.sections = append(e.sections, s)
	}
	names := e.sections[e.header.Shstrndx]
	e.names, _ = window(e.data, names.Off, fileSize(names))
	return nil
}

// fileSize is how many bytes of the file a section takes.
func fileSize(s elf.Section64) uint64 {
	if t := elf.SectionType(s.Type); t == elf.SHT_NOBITS || t == elf.SHT_NULL {
		return 0
	}
	return s.Size
}

// name is the name of a section, empty when the file has none.
func (e *elfFile) name(s elf.Section64) string {
	if uint64(s.Name) >= uint64(len(e.names)) {
		return ""
	}
	name, _, ok := bytes.Cut(e.names[s.Name:], []byte{0})
	if !ok {
		return ""
	}
	return string(name)
}

// append appends a header in the file's class.
func (e *elfFile) appendHeader(b []byte) ([]byte, error) {
	h := e.header
	if e.wide {
		return binary.Append(b, e.order, h)
	}
	return binary.Append(b, e.order, elf.Header32{Ident: h.Ident, Type: h.Type, Machine: h.Machine, Version: h.Version,
		Entry: uint32(h.Entry), Phoff: uint32(h.Phoff), Shoff: uint32(h.Shoff), Flags: h.Flags, Ehsize: h.Ehsize,
		Phentsize: h.Phentsize, Phnum: h.Phnum, Shentsize: h.Shentsize, Shnum: h.Shnum, Shstrndx: h.Shstrndx})
}

// appendSection appends a section header in the file's class.
func (e *elfFile) appendSection(b []byte, s elf.Section64) ([]byte, error) {
	if e.wide {
		return binary.Append(b, e.order, s)
	}
	return binary.Append(b, e.order, elf.Section32{Name: s.Name, Type: s.Type, Flags: uint32(s.Flags), Addr: uint32(s.Addr),
		Off: uint32(s.Off), Size: uint32(s.Size), Link: s.Link, Info: s.Info, Addralign: uint32(s.Addralign), Entsize: uint32(s.Entsize)})
}
