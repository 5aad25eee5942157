// SPDX-License-Identifier: MIT

package attribution

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/gosqlite/gosqlite/tools/release/binary"
)

// maxProgram is the size in bytes above which a program is refused: the bytes' owners take as much again twice.
const maxProgram = 512 << 20

// program is a linked program as a set of byte ranges.
type program struct {
	format   binary.Format
	data     []byte
	prefix   string // that the format puts before a C name
	sized    bool   // symbols say how long they are
	sections []*section
	parts    []part
	symbols  []symbol
	tables   []table
	image    uint64    // PE for 386: the address that its code counts from
	imports  [2]uint64 // addresses between which the system's functions are named, where code jumps through
}

// section is a part of a program that has an address and a place in the file.
type section struct {
	name      string
	addr, off uint64
	data      []byte // what is stored, without the filling at its end
	code      bool
	owner     owner    // of the whole section; the zero value where symbols tell
	own       []uint16 // per byte: index into owners
}

// part is a piece of the file outside of sections.
type part struct {
	off, size uint64
	owner     owner
}

// table is a piece of a section that the format's own header points to.
type table struct {
	addr, size uint64
	owner      owner
}

// symbol is a name of an address.
type symbol struct {
	name       string // as the source spells it: without the format's prefix
	addr, size uint64
	file       string // ELF: the source that a local symbol is of
	stored     bool   // its bytes are in the file, not only in memory
}

// open reads a program.
func open(data []byte) (p *program, err error) {
	// The parsers of the standard library may panic on malformed files; here that is an error like any other.
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("read program: malformed file: %v", r)
		}
	}()
	if len(data) > maxProgram {
		return nil, fmt.Errorf("read program: %d bytes are more than the limit of %d", len(data), maxProgram)
	}
	switch f := binary.Detect(data); f {
	case binary.ELF:
		p, err = openELF(data)
	case binary.PE:
		p, err = openPE(data)
	case binary.MachO:
		p, err = openMachO(data)
	default:
		return nil, fmt.Errorf("read program: %w: ELF, PE and Mach-O programs are known", binary.ErrFormat)
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(p.sections, func(a, b *section) int { return cmp.Compare(a.addr, b.addr) })
	slices.SortStableFunc(p.symbols, func(a, b symbol) int { return cmp.Compare(a.addr, b.addr) })
	return p, nil
}

// add makes a section of a file's bytes.
func (p *program) add(name string, addr, off, size uint64, code bool, o owner) error {
	if off > uint64(len(p.data)) || size > uint64(len(p.data))-off {
		return fmt.Errorf("read program: section %s lies outside the file", name)
	}
	p.sections = append(p.sections, &section{name: name, addr: addr, off: off, data: p.data[off : off+size], code: code, owner: o})
	return nil
}

// at returns the section that holds an address, or nil.
func (p *program) at(addr uint64) *section {
	i, exact := slices.BinarySearchFunc(p.sections, addr, func(s *section, a uint64) int { return cmp.Compare(s.addr, a) })
	if !exact {
		i--
	}
	// Sections that lie in the file alone have no address of their own and sort first.
	for ; i >= 0 && p.sections[i].addr != 0; i-- {
		s := p.sections[i]
		if len(s.data) == 0 {
			continue
		}
		if addr-s.addr < uint64(len(s.data)) {
			return s
		}
		break
	}
	return nil
}

// padding tells whether bytes say nothing: zeros, or in code what fills the room between functions.
func padding(b []byte, code bool) bool {
	if zeros(b) {
		return true
	}
	if !code {
		return false
	}
	for _, fill := range fills {
		for len(b) >= len(fill) && bytes.HasPrefix(b, fill) {
			b = b[len(fill):]
		}
	}
	for len(b) > 0 {
		n := 0
		for _, fill := range fills {
			if bytes.HasPrefix(b, fill) {
				n = max(n, len(fill))
			}
		}
		if n == 0 {
			return false
		}
		b = b[n:]
	}
	return true
}

// fills are what compilers and linkers write between functions: int3, and the forms of nop that LLVM chooses by length
// (x86), nop and udf (arm64).
var fills = [][]byte{
	{0xcc}, {0x90}, {0}, {0x66, 0x90}, {0x0f, 0x1f, 0x00}, {0x0f, 0x1f, 0x40, 0x00}, {0x0f, 0x1f, 0x44, 0x00, 0x00},
	{0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00}, {0x0f, 0x1f, 0x80, 0, 0, 0, 0}, {0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0},
	{0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0}, {0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0}, {0x66}, {0x1f, 0x20, 0x03, 0xd5},
}

func zeros(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
