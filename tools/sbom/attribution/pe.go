// SPDX-License-Identifier: MIT

package attribution

import (
	"bytes"
	"debug/pe"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	format "github.com/gosqlite/gosqlite/tools/release/binary"
)

// peTables names sections that are one thing from end to end.
var peTables = map[string]owner{
	".pdata":   {Container, "unwind tables", ""},
	".xdata":   {Container, "unwind tables", ""},
	".reloc":   {Container, "relocations", ""},
	".buildid": {Container, "debug directory", ""},
}

// PE is read by addresses relative to the image's base, as its own tables are written.
func openPE(data []byte) (*program, error) {
	f, err := pe.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read program: %w", err)
	}
	p := &program{format: format.PE, data: data}
	var directories []pe.DataDirectory
	var headers uint64
	switch o := f.OptionalHeader.(type) {
	case *pe.OptionalHeader64:
		directories, headers = o.DataDirectory[:], uint64(o.SizeOfHeaders)
	case *pe.OptionalHeader32:
		directories, headers, p.prefix, p.image = o.DataDirectory[:], uint64(o.SizeOfHeaders), "_", uint64(o.ImageBase)
	default:
		return nil, errors.New("read program: a PE file without optional header is no program")
	}
	p.parts = append(p.parts, part{0, headers, owner{Container, "headers", ""}})
	for _, s := range f.Sections {
		if f.NumberOfSymbols > 0 && s.Offset == f.PointerToSymbolTable {
			continue // Go's linker puts a section around the symbol table, which follows below
		}
		size := uint64(s.Size)
		if s.VirtualSize != 0 {
			size = min(size, uint64(s.VirtualSize)) // the rest fills the file up
		}
		o := peTables[s.Name]
		if strings.HasPrefix(s.Name, ".debug_") || strings.HasPrefix(s.Name, ".zdebug_") {
			o = owner{Container, "debug sections", ""}
		}
		if err := p.add(s.Name, uint64(s.VirtualAddress), uint64(s.Offset), size, s.Characteristics&pe.IMAGE_SCN_CNT_CODE != 0, o); err != nil {
			return nil, err
		}
	}
	if n := uint64(f.NumberOfSymbols); n > 0 {
		at := uint64(f.PointerToSymbolTable)
		strings := at + 18*n
		if strings+4 > uint64(len(data)) {
			return nil, errors.New("read program: the symbol table lies outside the file")
		}
		p.parts = append(p.parts, part{at, 18 * n, owner{Container, "symbol table", ""}},
			part{strings, uint64(binary.LittleEndian.Uint32(data[strings:])), owner{Container, "string tables", ""}})
	}
	for _, s := range f.Symbols {
		if s.SectionNumber <= 0 || int(s.SectionNumber) > len(f.Sections) || s.StorageClass != 2 && s.StorageClass != 3 {
			continue
		}
		of := f.Sections[s.SectionNumber-1]
		if strings.HasPrefix(s.Name, ".") && !strings.HasPrefix(s.Name, ".refptr.") {
			continue // a section of an object
		}
		p.symbols = append(p.symbols, symbol{name: strings.TrimPrefix(s.Name, p.prefix), addr: uint64(of.VirtualAddress + s.Value), stored: s.Value < min(of.Size, of.VirtualSize)})
	}
	return p, p.peDirectories(f, directories)
}

// peDirectories finds the tables that the optional header points to and that lie among other data.
func (p *program) peDirectories(f *pe.File, directories []pe.DataDirectory) error {
	get := func(i int) (uint64, uint64) {
		return uint64(directories[i].VirtualAddress), uint64(directories[i].Size)
	}
	claim := func(addr, size uint64, o owner) {
		if size > 0 {
			p.tables = append(p.tables, table{addr, size, o})
		}
	}
	imports := owner{Container, "import tables", ""}
	for i, o := range map[int]owner{0: {Container, "export tables", ""}, 9: {Container, "thread storage directory", ""}, 10: {Container, "load configuration", ""}, 12: imports} {
		at, size := get(i)
		claim(at, size, o)
		if i == 12 {
			p.imports = [2]uint64{at, at + size}
		}
	}
	if at, size := get(1); size > 0 {
		claim(at, size, imports)
		if err := p.peImports(at, imports, claim); err != nil {
			return err
		}
	}
	if at, size := get(3); size > 0 && f.Machine == pe.IMAGE_FILE_MACHINE_AMD64 {
		return p.peUnwind(at, size, claim)
	}
	return nil
}

// bytesAt returns what is stored from an address to the end of its section.
func (p *program) bytesAt(addr uint64) []byte {
	for _, s := range p.sections {
		if addr >= s.addr && addr-s.addr < uint64(len(s.data)) {
			return s.data[addr-s.addr:]
		}
	}
	return nil
}

// maxImports bounds the libraries, and the functions of each.
const maxImports = 1 << 16

func (p *program) peImports(at uint64, o owner, claim func(addr, size uint64, o owner)) error {
	word := 8
	if p.prefix != "" {
		word = 4
	}
	text := func(addr uint64, skip int) {
		b := p.bytesAt(addr)
		if len(b) < skip {
			return
		}
		n := skip + bytes.IndexByte(b[skip:], 0) + 1
		claim(addr, uint64(n+n&1), o)
	}
	for n := range uint64(maxImports) {
		b := p.bytesAt(at + 20*n)
		if len(b) < 20 {
			return errors.New("read import table: it has no end")
		}
		lookup, name := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[12:])
		if name == 0 {
			return nil
		}
		text(uint64(name), 0)
		list := p.bytesAt(uint64(lookup))
		for i := 0; ; i++ {
			if len(list) < word || i > maxImports {
				return errors.New("read import table: a list of functions has no end")
			}
			v := uint64(binary.LittleEndian.Uint32(list))
			ordinal := v>>31 != 0
			if word == 8 {
				v = binary.LittleEndian.Uint64(list)
				ordinal = v>>63 != 0
			}
			list = list[word:]
			if v == 0 {
				claim(uint64(lookup), uint64(word*(i+1)), o)
				break
			}
			if !ordinal {
				text(v, 2)
			}
		}
	}
	return errors.New("read import table: too many libraries")
}

// peUnwind finds the records of the exception table of x64: UNWIND_INFO, which chained records and handlers follow.
func (p *program) peUnwind(at, size uint64, claim func(addr, size uint64, o owner)) error {
	const chained, handlers = 4, 3
	entries := p.bytesAt(at)
	if uint64(len(entries)) < size {
		return errors.New("read unwind tables: they lie outside the file")
	}
	o := owner{Container, "unwind tables", ""}
	seen := map[uint32]bool{}
	for entries = entries[:size]; len(entries) >= 12; entries = entries[12:] {
		for info := binary.LittleEndian.Uint32(entries[8:]); info != 0 && !seen[info]; {
			seen[info] = true
			b := p.bytesAt(uint64(info))
			if len(b) < 4 {
				return fmt.Errorf("read unwind tables: no record at %#x", info)
			}
			n, next := 4+2*((int(b[2])+1)&^1), uint32(0)
			switch flags := b[0] >> 3; {
			case flags&chained != 0 && len(b) >= n+12:
				next = binary.LittleEndian.Uint32(b[n+8:])
				n += 12
			case flags&handlers != 0:
				n += 4
			}
			claim(uint64(info), uint64(n), o)
			info = next
		}
	}
	return nil
}
