// SPDX-License-Identifier: MIT

package attribution

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
)

func elfObject(data []byte) (*object, error) {
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	o := &object{}
	units := make([]*unit, len(f.Sections))
	for i, s := range f.Sections {
		if s.Flags&elf.SHF_ALLOC == 0 || s.Size == 0 || elfOwner(s) != (owner{}) {
			continue
		}
		if s.Size > maxProgram {
			return nil, fmt.Errorf("section %s: %d bytes are more than the limit of %d", s.Name, s.Size, maxProgram)
		}
		u := &unit{object: o, section: s.Name, size: s.Size, code: s.Flags&elf.SHF_EXECINSTR != 0}
		if s.Type != elf.SHT_NOBITS {
			if u.data, err = s.Data(); err != nil {
				return nil, err
			}
		}
		switch {
		case s.Flags&elf.SHF_MERGE == 0:
		case s.Flags&elf.SHF_STRINGS != 0:
			u.literal = -int(s.Entsize)
		default:
			u.literal = int(s.Entsize)
		}
		units[i] = u
		o.units = append(o.units, u)
	}
	symbols, err := f.Symbols()
	if err != nil && !errors.Is(err, elf.ErrNoSymbols) {
		return nil, err
	}
	for _, s := range f.Sections {
		if s.Type != elf.SHT_RELA && s.Type != elf.SHT_REL || int(s.Info) >= len(units) || units[s.Info] == nil {
			continue
		}
		b, err := s.Data()
		if err != nil {
			return nil, err
		}
		for step := int(s.Entsize); step >= 8 && len(b) >= step; b = b[step:] {
			elfRelocation(f, b[:step], units[s.Info], units, symbols)
		}
	}
	file := ""
	for _, s := range symbols {
		switch elf.ST_TYPE(s.Info) {
		case elf.STT_FILE:
			file = s.Name
			continue
		case elf.STT_SECTION, elf.STT_TLS:
			continue
		}
		if s.Name == "" || s.Section == elf.SHN_UNDEF || elfLabel(s) {
			continue
		}
		of := file
		if elf.ST_BIND(s.Info) != elf.STB_LOCAL {
			of = ""
		}
		o.define(symbol{name: s.Name, addr: s.Value, size: s.Size, file: of}, int(s.Section), units)
	}
	return o, nil
}

// elfPointers are the relocations that write an address as it is, by the psABI of each machine.
var elfPointers = map[elf.Machine]uint32{
	elf.EM_X86_64: uint32(elf.R_X86_64_64), elf.EM_AARCH64: uint32(elf.R_AARCH64_ABS64), elf.EM_RISCV: uint32(elf.R_RISCV_64),
	elf.EM_PPC64: uint32(elf.R_PPC64_ADDR64), elf.EM_S390: uint32(elf.R_390_64), elf.EM_LOONGARCH: uint32(elf.R_LARCH_64),
}

// elfRelative are those that write how far it is to an address, in 4 bytes.
var elfRelative = map[elf.Machine]uint32{
	elf.EM_X86_64: uint32(elf.R_X86_64_PC32), elf.EM_AARCH64: uint32(elf.R_AARCH64_PREL32), elf.EM_RISCV: uint32(elf.R_RISCV_32_PCREL),
	elf.EM_PPC64: uint32(elf.R_PPC64_REL32), elf.EM_S390: uint32(elf.R_390_PC32), elf.EM_LOONGARCH: uint32(elf.R_LARCH_32_PCREL),
}

// elfRelocation notes what a relocation changes in a unit.
func elfRelocation(f *elf.File, b []byte, u *unit, units []*unit, symbols []elf.Symbol) {
	if f.Class == elf.ELFCLASS32 {
		u.patched = append(u.patched, uint64(f.ByteOrder.Uint32(b)))
		return
	}
	at := f.ByteOrder.Uint64(b)
	u.patched = append(u.patched, at)
	info := f.ByteOrder.Uint64(b[8:])
	i := int(info>>32) - 1 // the table that debug/elf returns begins with the second symbol
	relative := elfRelative[f.Machine] == uint32(info)
	if elfPointers[f.Machine] != uint32(info) && !relative || len(b) < 24 || i < 0 || i >= len(symbols) {
		return
	}
	s, addend := symbols[i], f.ByteOrder.Uint64(b[16:])
	p := pointer{at: at, relative: relative, name: s.Name, offset: addend}
	if int(s.Section) < len(units) && units[s.Section] != nil {
		p.unit, p.offset = units[s.Section], s.Value+addend
	}
	u.pointers = append(u.pointers, p)
}
