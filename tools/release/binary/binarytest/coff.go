// SPDX-License-Identifier: MIT

package binarytest

import (
	"bytes"
	"debug/pe"
)

// COFF describes a Windows program for x64 by its sections, or an object.
type COFF struct {
	Object      bool
	Sections    []COFFSection
	Symbols     []COFFSymbol
	Directories map[int]pe.DataDirectory
}

// COFFSection is a section. Each relocation is its place and the index of a symbol, which is written there as the way from
// the place's end: IMAGE_REL_AMD64_REL32.
type COFFSection struct {
	Name        string
	Addr, Flags uint32
	Data        []byte
	Relocs      [][2]uint32
}

// COFFSymbol is a symbol. Sections count from 1.
type COFFSymbol struct {
	Name    string // at most 8 bytes
	Section int16
	Value   uint32
	Class   uint8 // 2 external, 3 static
}

// Bytes lays the file out: headers, sections, relocations, symbols. A program's pieces begin at multiples of 512.
func (c COFF) Bytes() []byte {
	optional := pe.OptionalHeader64{Magic: 0x20b, SizeOfHeaders: 0x400, NumberOfRvaAndSizes: 16}
	for i, d := range c.Directories {
		optional.DataDirectory[i] = d
	}
	file := pe.FileHeader{Machine: pe.IMAGE_FILE_MACHINE_AMD64, NumberOfSections: uint16(len(c.Sections)), NumberOfSymbols: uint32(len(c.Symbols)), SizeOfOptionalHeader: 240}
	headers, align := 0x400, 0x200
	if c.Object {
		file.SizeOfOptionalHeader, headers, align = 0, 20+40*len(c.Sections), 1
	}
	body := new(bytes.Buffer)
	fill := func() {
		for body.Len()%align != 0 {
			body.WriteByte(0)
		}
	}
	at := func() uint32 { return uint32(headers + body.Len()) }
	table := new(bytes.Buffer)
	for _, s := range c.Sections {
		h := section(s.Name, s.Addr, uint32(len(s.Data)), at(), s.Flags)
		body.Write(s.Data)
		fill()
		h.SizeOfRawData = at() - h.PointerToRawData
		if len(s.Relocs) > 0 {
			h.PointerToRelocations, h.NumberOfRelocations = at(), uint16(len(s.Relocs))
			for _, r := range s.Relocs {
				put(body, pe.Reloc{VirtualAddress: r[0], SymbolTableIndex: r[1], Type: 4})
			}
		}
		put(table, h)
	}
	if len(c.Symbols) > 0 {
		file.PointerToSymbolTable = at()
		for _, s := range c.Symbols {
			y := pe.COFFSymbol{Value: s.Value, SectionNumber: s.Section, StorageClass: s.Class}
			copy(y.Name[:], s.Name)
			put(body, y)
		}
		put(body, uint32(4)) // no long names
	}
	out := new(bytes.Buffer)
	if !c.Object {
		dos := make([]byte, peStart)
		copy(dos, "MZ")
		dos[0x3c] = peStart
		out.Write(dos)
		out.WriteString("PE\x00\x00")
	}
	put(out, file)
	if !c.Object {
		put(out, optional)
	}
	out.Write(table.Bytes())
	out.Write(make([]byte, headers-out.Len()))
	out.Write(body.Bytes())
	return out.Bytes()
}
