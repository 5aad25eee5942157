// SPDX-License-Identifier: MIT

package attribution

import (
	"bytes"
	"debug/macho"
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/binary"
)

// Section types and load commands of <mach-o/loader.h>.
const (
	machoTypeMask     = 0xff
	machoZeroFill     = 0x1
	machoCString      = 0x2
	machoLiteral4     = 0x3
	machoLiteral8     = 0x4
	machoNonLazy      = 0x6
	machoLazy         = 0x7
	machoStubs        = 0x8
	machoGBZeroFill   = 0xc
	machoLiteral16    = 0xe
	machoTLVZeroFill  = 0x12
	machoInstructions = 0x80000000 | 0x00000400

	lcSymtab       = 0x2
	lcDysymtab     = 0xb
	lcCodeSign     = 0x1d
	lcSplitInfo    = 0x1e
	lcDyldInfo     = 0x22
	lcDyldInfoOnly = 0x80000022
	lcFuncStarts   = 0x26
	lcDataInCode   = 0x29
	lcExportsTrie  = 0x80000033
	lcChainedFixup = 0x80000034
)

// machoTables names sections that are one thing from end to end.
var machoTables = map[string]owner{
	"__stub_helper":  {Container, "dynamic linking", ""},
	"__unwind_info":  {Container, "unwind tables", ""},
	"__eh_frame":     {Container, "unwind tables", ""},
	"__go_type":      {GoTable, "types", ""},
	"__go_func":      {GoTable, "function values", ""},
	"__go_buildinfo": {GoTable, "build information", ""},
	"__go_fipsinfo":  {GoTable, "FIPS information", ""},
	"__go_module":    {GoTable, "module data", ""},
	"__typelink":     {GoTable, "typelinks", ""},
	"__itablink":     {GoTable, "itablinks", ""},
	"__asm":          {Container, "notes", ""}, // __LLVM,__asm: a mark that the object was made of assembly
}

func machoOwner(s *macho.Section) owner {
	switch s.Flags & machoTypeMask {
	case machoNonLazy, machoLazy, machoStubs:
		return owner{Container, "dynamic linking", ""}
	}
	if s.Seg == "__DWARF" || strings.HasPrefix(s.Name, "__zdebug_") {
		return owner{Container, "debug sections", ""}
	}
	return machoTables[s.Name]
}

func openMachO(data []byte) (*program, error) {
	f, err := macho.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read program: %w", err)
	}
	p := &program{format: binary.MachO, data: data, prefix: "_"}
	header := uint64(32)
	if f.Magic != macho.Magic64 {
		header = 28
	}
	p.parts = append(p.parts, part{0, header + uint64(f.Cmdsz), owner{Container, "headers", ""}})
	stored := map[uint8]bool{}
	for i, s := range f.Sections {
		if machoInMemory(s) {
			continue
		}
		if err := p.add(s.Seg+","+s.Name, s.Addr, uint64(s.Offset), s.Size, s.Flags&machoInstructions != 0, machoOwner(s)); err != nil {
			return nil, err
		}
		stored[uint8(i+1)] = true
	}
	for _, l := range f.Loads {
		p.parts = append(p.parts, machoParts(f, l)...)
	}
	if f.Symtab == nil {
		return p, nil
	}
	for _, s := range f.Symtab.Syms {
		if s.Type&0xe0 != 0 || s.Type&0x0e != 0x0e { // N_STAB, N_TYPE, N_SECT
			continue
		}
		p.symbols = append(p.symbols, symbol{name: strings.TrimPrefix(s.Name, "_"), addr: s.Value, stored: stored[s.Sect]})
	}
	return p, nil
}

func machoInMemory(s *macho.Section) bool {
	switch s.Flags & machoTypeMask {
	case machoZeroFill, machoGBZeroFill, machoTLVZeroFill:
		return true
	}
	return s.Size == 0
}

// machoParts returns what a load command points to in the file.
func machoParts(f *macho.File, l macho.Load) []part {
	raw := l.Raw()
	u := func(i int) uint64 {
		if len(raw) < 4*i+4 {
			return 0
		}
		return uint64(f.ByteOrder.Uint32(raw[4*i:]))
	}
	linking := owner{Container, "dynamic linking", ""}
	switch u(0) {
	case lcSymtab:
		size := uint64(16)
		if f.Magic != macho.Magic64 {
			size = 12
		}
		return []part{{u(2), u(3) * size, owner{Container, "symbol table", ""}}, {u(4), u(5), owner{Container, "string tables", ""}}}
	case lcDyldInfo, lcDyldInfoOnly:
		var parts []part
		for i := 2; i < 12; i += 2 {
			parts = append(parts, part{u(i), u(i + 1), linking})
		}
		return parts
	case lcDysymtab:
		return []part{{u(14), 4 * u(15), linking}}
	case lcExportsTrie, lcChainedFixup, lcSplitInfo:
		return []part{{u(2), u(3), linking}}
	case lcFuncStarts, lcDataInCode:
		return []part{{u(2), u(3), owner{Container, "function starts", ""}}}
	case lcCodeSign:
		return []part{{u(2), u(3), owner{Container, "code signature", ""}}}
	}
	return nil
}
