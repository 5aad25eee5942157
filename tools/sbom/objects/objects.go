// SPDX-License-Identifier: MIT

// Package objects tells which symbols object files define: those of ELF, COFF and Mach-O, alone or in ar archives, and
// those of linked programs that still have their symbols. By that it is known which objects of an archive a linker took.
package objects

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"errors"
	"fmt"

	"github.com/gosqlite/gosqlite/tools/release/binary"
)

// An Object is one object file, of an archive or alone.
type Object struct {
	Name    string // of the member; empty for a file that is no archive
	Data    []byte
	Defines []string // symbols that other objects can see
}

// Read returns the objects of a file. Stubs, which define nothing, come without symbols.
func Read(data []byte) ([]Object, error) {
	if binary.Detect(data) != binary.Ar {
		symbols, err := Symbols(data, true)
		if errors.Is(err, binary.ErrFormat) {
			return []Object{{Data: data}}, nil
		}
		return []Object{{Data: data, Defines: symbols}}, err
	}
	members, err := binary.Archive(data)
	if err != nil {
		return nil, err
	}
	var out []Object
	for _, m := range members {
		if m.Index {
			continue
		}
		symbols, err := Symbols(m.Data, true)
		if err != nil && !errors.Is(err, binary.ErrFormat) {
			return nil, fmt.Errorf("read member %s: %w", m.Name, err)
		}
		out = append(out, Object{Name: m.Name, Data: m.Data, Defines: symbols})
	}
	return out, nil
}

// Symbols returns the symbols that an image defines, in its own order; with global only those that other objects see.
func Symbols(data []byte, global bool) ([]string, error) {
	switch binary.Detect(data) {
	case binary.ELF:
		return elfSymbols(data, global)
	case binary.PE, binary.COFF:
		return peSymbols(data, global)
	case binary.MachO:
		return machoSymbols(data, global)
	case binary.Import:
		return nil, nil
	}
	return nil, binary.ErrFormat
}

func elfSymbols(data []byte, global bool) ([]string, error) {
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read symbols: %w", err)
	}
	symbols, err := f.Symbols()
	if errors.Is(err, elf.ErrNoSymbols) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read symbols: %w", err)
	}
	var out []string
	for _, s := range symbols {
		switch elf.ST_TYPE(s.Info) {
		case elf.STT_FILE, elf.STT_SECTION:
			continue
		}
		if s.Name == "" || s.Section == elf.SHN_UNDEF || global && elf.ST_BIND(s.Info) == elf.STB_LOCAL {
			continue
		}
		out = append(out, s.Name)
	}
	return out, nil
}

func peSymbols(data []byte, global bool) ([]string, error) {
	f, err := pe.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read symbols: %w", err)
	}
	const external, weakExternal = 2, 105 // IMAGE_SYM_CLASS_EXTERNAL, IMAGE_SYM_CLASS_WEAK_EXTERNAL
	var out []string
	for _, s := range f.Symbols {
		weak := s.StorageClass == weakExternal
		if s.SectionNumber <= 0 && !weak || global && s.StorageClass != external && !weak {
			continue
		}
		out = append(out, s.Name)
	}
	return out, nil
}

func machoSymbols(data []byte, global bool) ([]string, error) {
	f, err := macho.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read symbols: %w", err)
	}
	if f.Symtab == nil {
		return nil, nil
	}
	const stab, sectionType, typeMask, external = 0xe0, 0x0e, 0x0e, 0x01 // N_STAB, N_SECT, N_TYPE, N_EXT
	var out []string
	for _, s := range f.Symtab.Syms {
		if s.Type&stab != 0 || s.Type&typeMask != sectionType || global && s.Type&external == 0 {
			continue
		}
		out = append(out, s.Name)
	}
	return out, nil
}
