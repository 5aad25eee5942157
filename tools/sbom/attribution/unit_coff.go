// SPDX-License-Identifier: MIT

package attribution

import (
	"bytes"
	"cmp"
	"debug/pe"
	"encoding/binary"
	"slices"
	"strings"
)

func coffObject(data []byte) (*object, error) {
	f, err := pe.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	prefix := ""
	if f.Machine == pe.IMAGE_FILE_MACHINE_I386 {
		prefix = "_"
	}
	o := &object{}
	units := make([]*unit, len(f.Sections)+1)
	for i, s := range f.Sections {
		const dropped = 0x800 | 0x200 | 0x02000000 // IMAGE_SCN_LNK_REMOVE, _LNK_INFO, _MEM_DISCARDABLE
		if s.Size == 0 || s.Characteristics&dropped != 0 {
			continue
		}
		if _, whole := peTables[s.Name]; whole {
			continue
		}
		u := &unit{object: o, section: s.Name, size: uint64(s.Size), code: s.Characteristics&pe.IMAGE_SCN_CNT_CODE != 0}
		if s.Characteristics&pe.IMAGE_SCN_CNT_UNINITIALIZED_DATA == 0 {
			if u.data, err = s.Data(); err != nil {
				return nil, err
			}
		}
		units[i+1] = u
		o.units = append(o.units, u)
	}
	for i, s := range f.Sections {
		if u := units[i+1]; u != nil {
			coffRelocations(f, s.Relocs, u, units)
		}
	}
	for _, s := range f.Symbols {
		const external, static, weak = 2, 3, 105
		if s.StorageClass == weak {
			o.symbols = append(o.symbols, symbol{name: strings.TrimPrefix(s.Name, prefix)})
			continue
		}
		if s.SectionNumber <= 0 || int(s.SectionNumber) > len(f.Sections) || s.StorageClass != external && s.StorageClass != static {
			continue
		}
		if s.Value == 0 && s.StorageClass == static && s.Name == f.Sections[s.SectionNumber-1].Name {
			continue // the section's own
		}
		y := symbol{name: strings.TrimPrefix(s.Name, prefix), addr: uint64(s.Value)}
		if u := units[s.SectionNumber]; u != nil {
			u.symbols = append(u.symbols, y)
		} else {
			o.symbols = append(o.symbols, y)
		}
	}
	o.measure()
	return o, nil
}

// coffRelocations notes what relocations change in a unit. Those of type IMAGE_REL_AMD64_REL32 say how far it is from their
// end to a symbol and a number that stands in the object.
func coffRelocations(f *pe.File, relocs []pe.Reloc, u *unit, units []*unit) {
	const relative, size = 4, 4
	for _, r := range relocs {
		at := uint64(r.VirtualAddress)
		u.patched = append(u.patched, at)
		if f.Machine != pe.IMAGE_FILE_MACHINE_AMD64 || r.Type != relative || int(r.SymbolTableIndex) >= len(f.COFFSymbols) || uint64(len(u.data)) < at+size {
			continue
		}
		s := f.COFFSymbols[r.SymbolTableIndex]
		if s.SectionNumber <= 0 || int(s.SectionNumber) >= len(units) || units[s.SectionNumber] == nil {
			continue
		}
		addend := uint64(int64(int32(binary.LittleEndian.Uint32(u.data[at:]))))
		u.pointers = append(u.pointers, pointer{at: at, relative: true, from: size, unit: units[s.SectionNumber], offset: uint64(s.Value) + addend})
	}
}

// measure gives symbols of a format without sizes what lies before the next one, and lists them.
func (o *object) measure() {
	for _, u := range o.units {
		slices.SortStableFunc(u.symbols, func(a, b symbol) int { return cmp.Compare(a.addr, b.addr) })
		end := u.size
		for i := len(u.symbols) - 1; i >= 0; i-- {
			s := &u.symbols[i]
			s.size = end - min(end, s.addr)
			if i > 0 && u.symbols[i-1].addr != s.addr {
				end = s.addr
			}
		}
		o.symbols = append(o.symbols, u.symbols...)
	}
}
