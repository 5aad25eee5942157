// SPDX-License-Identifier: MIT

package attribution

import (
	"bytes"
	"cmp"
	"debug/macho"
	"slices"
	"strings"
)

func machoObject(data []byte) (*object, error) {
	f, err := macho.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	o := &object{}
	places := &machoPlaces{file: f}
	for i, s := range f.Sections {
		// The object's unwind entries become the program's __unwind_info.
		if s.Size == 0 || s.Seg == "__LD" || s.Seg == "__DWARF" || machoOwner(s) != (owner{}) {
			continue
		}
		whole := &unit{object: o, section: s.Name, size: s.Size, code: s.Flags&machoInstructions != 0}
		if !machoInMemory(s) {
			if whole.data, err = s.Data(); err != nil {
				return nil, err
			}
		}
		for _, r := range s.Relocs {
			whole.patched = append(whole.patched, uint64(r.Addr))
		}
		slices.Sort(whole.patched)
		switch s.Flags & machoTypeMask {
		case machoCString:
			whole.literal = -1
		case machoLiteral4, machoLiteral8, machoLiteral16:
			whole.literal = map[uint32]int{machoLiteral4: 4, machoLiteral8: 8, machoLiteral16: 16}[s.Flags&machoTypeMask]
		}
		if f.Symtab == nil {
			o.units = append(o.units, whole)
			continue
		}
		for _, y := range f.Symtab.Syms {
			if y.Type&0xe0 == 0 && y.Type&0x0e == 0x0e && int(y.Sect) == i+1 && !strings.HasPrefix(y.Name, "ltmp") {
				whole.symbols = append(whole.symbols, symbol{name: strings.TrimPrefix(y.Name, "_"), addr: y.Value - s.Addr})
			}
		}
		if whole.literal != 0 {
			o.symbols = append(o.symbols, whole.symbols...)
			o.units = append(o.units, whole)
			places.add(s.Addr, whole)
			continue
		}
		first := len(o.units)
		o.atoms(whole)
		at := s.Addr
		for _, u := range o.units[first:] {
			places.add(at, u)
			at += u.size
		}
		places.relocs(s)
	}
	places.point()
	return o, nil
}

// atoms cuts a section at its symbols, as the linkers of macOS do.
func (o *object) atoms(whole *unit) {
	slices.SortStableFunc(whole.symbols, func(a, b symbol) int { return cmp.Compare(a.addr, b.addr) })
	cuts := []uint64{0}
	for _, s := range whole.symbols {
		if s.addr != cuts[len(cuts)-1] && s.addr < whole.size {
			cuts = append(cuts, s.addr)
		}
	}
	cuts = append(cuts, whole.size)
	symbols, patched := whole.symbols, whole.patched
	for i, from := range cuts[:len(cuts)-1] {
		to := cuts[i+1]
		u := &unit{object: o, section: whole.section, size: to - from, code: whole.code}
		if len(whole.data) > 0 {
			u.data = whole.data[from:to]
		}
		for ; len(symbols) > 0 && symbols[0].addr < to; symbols = symbols[1:] {
			s := symbols[0]
			s.addr, s.size = 0, to-from
			o.symbols = append(o.symbols, s)
			// Names that begin with l or L end with the object.
			if !strings.HasPrefix(s.name, "l_") && !strings.HasPrefix(s.name, "L") {
				u.symbols = append(u.symbols, s)
			}
		}
		for ; len(patched) > 0 && patched[0] < to; patched = patched[1:] {
			u.patched = append(u.patched, patched[0]-from)
		}
		o.units = append(o.units, u)
	}
}

// machoPlaces says which unit is where in an object, for relocations that name an address there.
type machoPlaces struct {
	file   *macho.File
	places []machoPlace
	noted  []machoReloc
}

type machoPlace struct {
	addr uint64
	unit *unit
}

type machoReloc struct{ at, target uint64 }

func (m *machoPlaces) add(addr uint64, u *unit) { m.places = append(m.places, machoPlace{addr, u}) }

// relocs notes the pointers of a section: relocations of type 0 to a symbol, eight bytes long, which are
// ARM64_RELOC_UNSIGNED and X86_64_RELOC_UNSIGNED.
func (m *machoPlaces) relocs(s *macho.Section) {
	for _, r := range s.Relocs {
		if r.Type == 0 && r.Len == 3 && r.Extern && int(r.Value) < len(m.file.Symtab.Syms) {
			y := m.file.Symtab.Syms[r.Value]
			if y.Type&0x0e == 0x0e {
				m.noted = append(m.noted, machoReloc{at: s.Addr + uint64(r.Addr), target: y.Value})
			}
		}
	}
}

// point gives the pointers to their units.
func (m *machoPlaces) point() {
	slices.SortStableFunc(m.places, func(a, b machoPlace) int { return cmp.Compare(a.addr, b.addr) })
	find := func(addr uint64) (*unit, uint64) {
		i, _ := slices.BinarySearchFunc(m.places, addr+1, func(p machoPlace, a uint64) int { return cmp.Compare(p.addr, a) })
		if i == 0 || addr-m.places[i-1].addr >= m.places[i-1].unit.size {
			return nil, 0
		}
		return m.places[i-1].unit, addr - m.places[i-1].addr
	}
	for _, r := range m.noted {
		u, at := find(r.at)
		target, offset := find(r.target)
		if u == nil || target == nil || len(u.data) < int(at)+8 {
			continue
		}
		u.pointers = append(u.pointers, pointer{at: at, unit: target, offset: offset + m.file.ByteOrder.Uint64(u.data[at:])})
	}
}
