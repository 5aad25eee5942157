// SPDX-License-Identifier: MIT

package attribution

import (
	"encoding/binary"
	"strings"

	format "github.com/gosqlite/gosqlite/tools/release/binary"
)

// symbols gives what no object was found for to the owners of symbols.
func (a *attribution) symbols() {
	list := a.program.symbols
	bare := uint16(0)
	if a.goProgram != nil && a.in.Runtime == nil {
		bare = a.bare()
	}
	for i, s := range list {
		size := s.size
		if !a.program.sized {
			size = a.reach(i)
		}
		if a.goProgram != nil {
			if goMarks[s.name] {
				continue
			}
			if table := goTable(s.name); table != "" {
				if size == 0 {
					size = a.reach(i) // the symbol stands for all of its kind
				}
				a.claim(s.addr, size, a.own(owner{GoTable, table, ""}))
				continue
			}
			if p := a.goProgram.packageOf(s); p != "" {
				a.goSymbol(s, size, p)
				continue
			}
		}
		if size == 0 || s.stored && a.free(s.addr, size) == 0 {
			continue
		}
		if bare != 0 {
			a.claim(s.addr, size, bare)
			continue
		}
		a.cSymbol(s, size)
	}
}

// goSymbol gives a symbol to its package's component; packages reports a package that is none's.
func (a *attribution) goSymbol(s symbol, size uint64, importPath string) {
	a.found[importPath] = true
	if id := a.packageOf[importPath]; id != "" {
		a.claim(s.addr, size, a.own(owner{Component, id, importPath}))
	}
}

// reach is how far it is from a symbol to the next one at another address, or to its section's end.
func (a *attribution) reach(i int) uint64 {
	list := a.program.symbols
	s := a.program.at(list[i].addr)
	if s == nil {
		return 1 // in memory only: what counts is that somebody owns it
	}
	end := s.addr + uint64(len(s.data))
	for _, next := range list[i+1:] {
		if next.addr > list[i].addr {
			return min(end, next.addr) - list[i].addr
		}
	}
	return end - list[i].addr
}

// cSymbol gives a C symbol to the component whose object defines it.
func (a *attribution) cSymbol(s symbol, size uint64) {
	if a.thunk(s, size) {
		return
	}
	found, most := uint16(0), uint64(0)
	for _, d := range a.definitions(s) {
		o := d.object.owner
		if found != 0 && a.owners[found].name != a.owners[o].name {
			a.fault("C symbol %s: objects of both %s and %s define it", s.name, a.owners[found].name, a.owners[o].name)
			return
		}
		found, most = o, max(most, d.symbol.size)
	}
	switch {
	case found == 0 && a.linkerMade(s, size):
	case found == 0:
		a.fault("C symbol %s at %#x: no object of a component defines it%s", s.name, s.addr, a.definedIn(s.name))
	case !a.program.sized && most > 0:
		a.claim(s.addr, min(size, most), found)
	default:
		a.claim(s.addr, size, found)
	}
}

// definitions are those of a symbol's own source, or else all that other objects can see.
func (a *attribution) definitions(s symbol) []definition {
	var own, seen []definition
	for _, d := range a.defined[s.name] {
		switch d.symbol.file {
		case s.file:
			own = append(own, d)
		case "":
			seen = append(seen, d)
		}
	}
	if own != nil {
		return own
	}
	return seen
}

// linkerMade are what C linkers define themselves: a name, or with a star the begin of one, how many bytes at most, and
// what it is.
var linkerMade = []struct {
	name  string
	size  uint64
	owner owner
}{
	{"__dso_handle", 0, owner{}},
	{"_mh_execute_header", 0, owner{}},
	{"__image_base__", 0, owner{}},
	{"__ImageBase", 0, owner{}},
	{"__CTOR_LIST__", 1 << 10, owner{Container, "start-up tables", ""}},
	{"__DTOR_LIST__", 1 << 10, owner{Container, "start-up tables", ""}},
	{"dyld_private", 8, owner{Container, "dynamic linking", ""}},
	{"__imp_*", 8, owner{Container, "import tables", ""}}, // of what the program has itself
}

func (a *attribution) linkerMade(s symbol, size uint64) bool {
	for _, m := range linkerMade {
		begin, many := strings.CutSuffix(m.name, "*")
		if s.name != m.name && !(many && strings.HasPrefix(s.name, begin)) {
			continue
		}
		if m.size > 0 {
			a.claim(s.addr, min(size, m.size), a.own(m.owner))
		}
		return true
	}
	return false
}

// thunk tells whether a symbol is a jump that a linker made, and claims it: for macOS, where zig names jumps to what is
// far by what they lead to, and for Windows through the import table.
func (a *attribution) thunk(s symbol, size uint64) bool {
	p := a.program
	if to, ok := strings.CutSuffix(s.name, "__thunk"); ok && p.format == format.MachO && len(a.defined[s.name]) == 0 && to != "" {
		a.claim(s.addr, min(size, 12), a.own(owner{Container, "linker's jumps", ""}))
		return true
	}
	if !p.importJump(s.addr) {
		return false
	}
	a.claim(s.addr, 6, a.own(owner{Container, "linker's jumps", ""}))
	return true
}

// importJump tells a jump of x64 or 386 through an address that the loader fills in.
func (p *program) importJump(addr uint64) bool {
	b := p.bytesAt(addr)
	if p.imports[1] == 0 || len(b) < 6 || b[0] != 0xff || b[1] != 0x25 {
		return false
	}
	operand := binary.LittleEndian.Uint32(b[2:])
	to := addr + 6 + uint64(int64(int32(operand)))
	if p.image != 0 {
		to = uint64(operand) - p.image // 386 has no relative operands
	}
	return to >= p.imports[0] && to < p.imports[1]
}

// importJumps claims the jumps without a name, as those to functions that a library has by number.
func (a *attribution) importJumps() {
	for _, s := range a.program.sections {
		if s.owner != (owner{}) || !s.code || a.program.imports[1] == 0 {
			continue
		}
		gaps(s, func(from, to int) {
			for at := from; at+6 <= to; at++ {
				if a.program.importJump(s.addr + uint64(at)) {
					a.claim(s.addr+uint64(at), 6, a.own(owner{Container, "linker's jumps", ""}))
				}
			}
		})
	}
}
