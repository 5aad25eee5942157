// SPDX-License-Identifier: MIT

package binarytest

import (
	"bytes"
	"debug/macho"
)

// MachOImage describes a 64-bit file for macOS by its sections.
type MachOImage struct {
	Type     macho.Type
	Sections []MachOSection
	Symbols  []MachOSymbol
	Signed   []byte // a code signature is there if not empty
}

// MachOSection is a section. Each relocation is its place and the index of a symbol, whose address is written there.
type MachOSection struct {
	Seg, Name string
	Addr      uint64
	Flags     uint32
	Data      []byte
	Relocs    [][2]uint32
}

// MachOSymbol is a symbol that is defined in a section. Sections count from 1.
type MachOSymbol struct {
	Name    string
	Section uint8
	Value   uint64
}

// Bytes lays the file out: header, load commands, sections, relocations, symbols, strings, signature.
func (m MachOImage) Bytes() []byte {
	const header, segment, sect, symtab, signature = 32, 72, 80, 24, 16
	cmds := segment + sect*len(m.Sections) + symtab
	count := uint32(2)
	if len(m.Signed) > 0 {
		cmds, count = cmds+signature, 3
	}
	body, table := new(bytes.Buffer), new(bytes.Buffer)
	at := func() uint32 { return uint32(header + cmds + body.Len()) }
	for _, s := range m.Sections {
		h := macho.Section64{Addr: s.Addr, Size: uint64(len(s.Data)), Offset: at(), Flags: s.Flags, Nreloc: uint32(len(s.Relocs))}
		copy(h.Name[:], s.Name)
		copy(h.Seg[:], s.Seg)
		body.Write(s.Data)
		if h.Nreloc > 0 {
			h.Reloff = at()
		}
		for _, r := range s.Relocs {
			put(body, [2]uint32{r[0], r[1] | 3<<25 | 1<<27}) // r_length 3, r_extern
		}
		put(table, h)
	}
	strings, syms := []byte{0}, new(bytes.Buffer)
	for _, s := range m.Symbols {
		put(syms, macho.Nlist64{Name: uint32(len(strings)), Type: 0x0e, Sect: s.Section, Value: s.Value})
		strings = append(append(strings, s.Name...), 0)
	}
	symCmd := macho.SymtabCmd{Cmd: macho.LoadCmdSymtab, Len: symtab, Symoff: at(), Nsyms: uint32(len(m.Symbols)), Stroff: at() + uint32(syms.Len()), Strsize: uint32(len(strings))}
	body.Write(syms.Bytes())
	body.Write(strings)

	out := new(bytes.Buffer)
	put(out, macho.FileHeader{Magic: macho.Magic64, Cpu: macho.CpuArm64, Type: m.Type, Ncmd: count, Cmdsz: uint32(cmds)})
	put(out, uint32(0))
	put(out, macho.Segment64{Cmd: macho.LoadCmdSegment64, Len: uint32(segment + sect*len(m.Sections)), Nsect: uint32(len(m.Sections))})
	out.Write(table.Bytes())
	put(out, symCmd)
	if len(m.Signed) > 0 {
		put(out, [4]uint32{0x1d, signature, at(), uint32(len(m.Signed))})
		body.Write(m.Signed)
	}
	out.Write(body.Bytes())
	return out.Bytes()
}
