// SPDX-License-Identifier: MIT

package attribution

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/binary"
)

// elfTables names sections that are one thing from end to end, where their type does not say so. The section .gopclntab is
// not among them: it holds several tables.
var elfTables = map[string]owner{
	".interp":           {Container, "dynamic linking", ""},
	".dynamic":          {Container, "dynamic linking", ""},
	".got":              {Container, "dynamic linking", ""},
	".got.plt":          {Container, "dynamic linking", ""},
	".plt":              {Container, "dynamic linking", ""},
	".plt.got":          {Container, "dynamic linking", ""},
	".iplt":             {Container, "dynamic linking", ""},
	".eh_frame":         {Container, "unwind tables", ""},
	".eh_frame_hdr":     {Container, "unwind tables", ""},
	".ARM.exidx":        {Container, "unwind tables", ""},
	".ARM.extab":        {Container, "unwind tables", ""},
	".comment":          {Container, "notes", ""},
	".note.go.buildid":  {GoTable, "build id", ""},
	".ident":            {Container, "notes", ""},
	".gnu_debuglink":    {Container, "notes", ""},
	".ARM.attributes":   {Container, "notes", ""},
	".riscv.attributes": {Container, "notes", ""},
	".gnu.attributes":   {Container, "notes", ""},
	".init_array":       {Container, "start-up tables", ""},
	".fini_array":       {Container, "start-up tables", ""},
	".preinit_array":    {Container, "start-up tables", ""},
	".go.type":          {GoTable, "types", ""},
	".go.func":          {GoTable, "function values", ""},
	".go.buildinfo":     {GoTable, "build information", ""},
	".go.fipsinfo":      {GoTable, "FIPS information", ""},
	".go.module":        {GoTable, "module data", ""},
	".typelink":         {GoTable, "typelinks", ""},
	".itablink":         {GoTable, "itablinks", ""},
}

func elfOwner(s *elf.Section) owner {
	if o, ok := elfTables[s.Name]; ok {
		return o
	}
	switch s.Type {
	case elf.SHT_NOTE:
		return owner{Container, "notes", ""}
	case elf.SHT_SYMTAB, elf.SHT_SYMTAB_SHNDX:
		return owner{Container, "symbol table", ""}
	case elf.SHT_STRTAB:
		if s.Flags&elf.SHF_ALLOC != 0 {
			return owner{Container, "dynamic linking", ""}
		}
		return owner{Container, "string tables", ""}
	case elf.SHT_RELA, elf.SHT_REL, elf.SHT_DYNSYM, elf.SHT_HASH, elf.SHT_GNU_HASH, elf.SHT_GNU_VERSYM, elf.SHT_GNU_VERNEED,
		elf.SHT_GNU_VERDEF, elf.SHT_DYNAMIC:
		return owner{Container, "dynamic linking", ""}
	case elf.SHT_INIT_ARRAY, elf.SHT_FINI_ARRAY, elf.SHT_PREINIT_ARRAY:
		return owner{Container, "start-up tables", ""}
	}
	if strings.HasPrefix(s.Name, ".debug_") || strings.HasPrefix(s.Name, ".zdebug_") {
		return owner{Container, "debug sections", ""}
	}
	return owner{}
}

func openELF(data []byte) (*program, error) {
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read program: %w", err)
	}
	p := &program{format: binary.ELF, data: data, sized: true}
	p.parts = elfHeaders(f, data)
	index := map[elf.SectionIndex]bool{}
	for i, s := range f.Sections {
		if s.Type == elf.SHT_NULL || s.Type == elf.SHT_NOBITS {
			continue
		}
		if err := p.add(s.Name, s.Addr, s.Offset, s.FileSize, s.Flags&elf.SHF_EXECINSTR != 0, elfOwner(s)); err != nil {
			return nil, err
		}
		index[elf.SectionIndex(i)] = true
	}
	symbols, err := f.Symbols()
	if err != nil && !errors.Is(err, elf.ErrNoSymbols) {
		return nil, fmt.Errorf("read symbols: %w", err)
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
		if s.Name == "" || s.Section == elf.SHN_UNDEF || s.Section >= elf.SHN_LORESERVE || elfLabel(s) {
			continue
		}
		of := file
		if elf.ST_BIND(s.Info) != elf.STB_LOCAL {
			of = ""
		}
		p.symbols = append(p.symbols, symbol{name: s.Name, addr: s.Value, size: s.Size, file: of, stored: index[s.Section]})
	}
	return p, nil
}

// elfLabel tells symbols that name no thing: an assembler's labels, which begin with .L and have no length, and the marks
// that map instructions by the psABIs of Arm and RISC-V: $x, $d and the like.
func elfLabel(s elf.Symbol) bool {
	if s.Size != 0 || len(s.Name) < 2 {
		return false
	}
	mark := s.Name[0] == '$' && strings.ContainsRune("xdat", rune(s.Name[1])) && (len(s.Name) == 2 || s.Name[2] == '.')
	return mark || strings.HasPrefix(s.Name, ".L")
}

// elfHeaders finds the headers by the file's own header.
func elfHeaders(f *elf.File, data []byte) []part {
	r := func(at64, at32, size int) uint64 {
		b := data[at64:]
		if f.Class == elf.ELFCLASS32 {
			b = data[at32:]
		}
		switch {
		case size == 2:
			return uint64(f.ByteOrder.Uint16(b))
		case f.Class == elf.ELFCLASS32:
			return uint64(f.ByteOrder.Uint32(b))
		}
		return f.ByteOrder.Uint64(b)
	}
	header := owner{Container, "headers", ""}
	return []part{
		{0, r(0x34, 0x28, 2), header},
		{r(0x20, 0x1c, 8), r(0x36, 0x2a, 2) * r(0x38, 0x2c, 2), header},
		{r(0x28, 0x20, 8), r(0x3a, 0x2e, 2) * r(0x3c, 0x30, 2), owner{Container, "section table", ""}},
	}
}
