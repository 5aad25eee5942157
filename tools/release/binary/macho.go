// SPDX-License-Identifier: MIT

package binary

import (
	"bytes"
	"crypto/sha256"
	"debug/macho"
	"fmt"
	"strings"
)

// Load commands and symbol bits of <mach-o/loader.h> and <mach-o/nlist.h> that debug/macho does not name.
const (
	lcUUID         = 0x1b
	lcLoadDylinker = 0x0e
	nOSO           = 0x66
	nStab          = 0xe0
	nType          = 0x0e
	nExternal      = 0x01
	attrCode       = 0x80000000 | 0x00000400 // S_ATTR_PURE_INSTRUCTIONS, S_ATTR_SOME_INSTRUCTIONS
	sectionType    = 0xff
	sZeroFill      = 0x1
)

func openMachO(data []byte) (*Image, error) {
	f, err := macho.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("open Mach-O: %w", err)
	}
	m := &Image{Format: MachO, OS: "darwin"}
	switch f.Cpu {
	case macho.CpuAmd64:
		m.Machine = "amd64"
	case macho.CpuArm64:
		m.Machine = "arm64"
	default:
		return nil, fmt.Errorf("open Mach-O: machine %v is not in the list of platforms", f.Cpu)
	}
	switch f.Type {
	case macho.TypeExec:
		m.Kind = Executable
	case macho.TypeObj:
		m.Kind = Object
	case macho.TypeDylib, macho.TypeBundle:
		m.Kind = Shared
	case 0xa: // MH_DSYM
		m.Kind = Object
	default:
		return nil, fmt.Errorf("open Mach-O: type %v is neither program, library nor object", f.Type)
	}
	if err := machoSections(m, f, data); err != nil {
		return nil, err
	}
	machoLoads(m, f)
	machoSymbols(m, f)
	m.Static = m.Kind != Object && m.Interp == "" && len(m.Libraries) == 0
	return m, nil
}

func machoSections(m *Image, f *macho.File, data []byte) error {
	header := uint64(28)
	if f.Magic == macho.Magic64 {
		header = 32
	}
	m.Sections = []Section{{Name: "load commands", Offset: header, Size: uint64(f.Cmdsz), Text: true}}
	code := sha256.New()
	for _, s := range f.Sections {
		if t := s.Flags & sectionType; t == sZeroFill || t == 0xc || t == 0x12 || s.Size == 0 || s.Offset == 0 {
			continue
		}
		if uint64(s.Offset)+s.Size > uint64(len(data)) || s.Size > uint64(len(data)) {
			return fmt.Errorf("open Mach-O: section %s,%s lies outside the file", s.Seg, s.Name)
		}
		raw := data[s.Offset : uint64(s.Offset)+s.Size]
		exec := s.Flags&attrCode != 0
		sec := Section{Name: s.Seg + "," + s.Name, Offset: uint64(s.Offset), Size: s.Size, Code: exec, Text: !exec}
		if exec {
			code.Write(raw)
		}
		if strings.HasPrefix(s.Name, "__zdebug_") {
			plain, err := zdebug(sec.Name, raw)
			if err != nil {
				return err
			}
			sec.Plain = plain
		}
		m.Sections = append(m.Sections, sec)
	}
	code.Sum(m.CodeHash[:0])
	if f.Symtab != nil {
		m.Sections = append(m.Sections, Section{Name: "symbol strings", Offset: uint64(f.Symtab.Stroff), Size: uint64(f.Symtab.Strsize), Text: true})
	}
	return nil
}

func machoLoads(m *Image, f *macho.File) {
	for _, l := range f.Loads {
		if d, ok := l.(*macho.Dylib); ok {
			m.Libraries = append(m.Libraries, d.Name)
			continue
		}
		raw := l.Raw()
		if len(raw) < 8 {
			continue
		}
		switch f.ByteOrder.Uint32(raw) {
		case lcUUID:
			if len(raw) >= 24 {
				m.Identity = bytes.Clone(raw[8:24])
			}
		case lcLoadDylinker:
			if off := f.ByteOrder.Uint32(raw[8:]); len(raw) >= 12 && uint64(off) < uint64(len(raw)) {
				name, _, _ := bytes.Cut(raw[off:], []byte{0})
				m.Interp = string(name)
			}
		}
	}
}

func machoSymbols(m *Image, f *macho.File) {
	if f.Symtab == nil {
		return
	}
	for _, s := range f.Symtab.Syms {
		switch {
		case s.Type == nOSO:
			m.OSO = append(m.OSO, s.Name)
		case s.Type&nStab != 0 || s.Type&nType != 0 || s.Type&nExternal == 0 || s.Value != 0 || m.Kind == Object:
		default:
			// The high byte of n_desc is the two-level-namespace ordinal of the library, counted from 1.
			lib := ""
			if n := int(s.Desc >> 8); n >= 1 && n <= len(m.Libraries) {
				lib = m.Libraries[n-1]
			}
			m.Imports = append(m.Imports, Symbol{Library: lib, Name: s.Name})
		}
	}
}
