// SPDX-License-Identifier: MIT

package attribution

// paint gives every byte of the program's sections an owner: first those that the format's header names, then objects by
// the place of their sections, then symbols, then constants by their value, then what fills up.
func (a *attribution) paint() {
	p := a.program
	for _, s := range p.sections {
		s.own = make([]uint16, len(s.data))
		if s.owner != (owner{}) {
			a.whole(s)
		}
	}
	for _, t := range p.tables {
		a.claim(t.addr, t.size, a.own(t.owner))
	}
	named := map[string][]symbol{}
	for _, s := range p.symbols {
		named[s.name] = append(named[s.name], s)
	}
	a.placeObjects(named)
	a.symbols()
	a.nameless(named)
	a.importJumps()
	l := newLiterals(a.objects)
	for _, s := range p.sections {
		if s.owner == (owner{}) && !s.code {
			l.claim(s)
		}
	}
	fill := a.own(owner{Padding, "alignment", ""})
	for _, s := range p.sections {
		gaps(s, func(from, to int) {
			if to-from <= maxFill && padding(s.data[from:to], s.code) {
				for i := from; i < to; i++ {
					s.own[i] = fill
				}
			}
		})
	}
	if a.goProgram != nil && a.in.Runtime == nil {
		a.unnamed()
	}
}

// maxFill is how many bytes the alignment of an object may leave free in a section. A longer run of zeros is data.
const maxFill = 128

// whole gives a section to its owner.
func (a *attribution) whole(s *section) {
	o := a.own(s.owner)
	for i := range s.own {
		s.own[i] = o
	}
}

// claim gives free bytes to an owner, and returns how many.
func (a *attribution) claim(addr, size uint64, o uint16) int {
	s := a.program.at(addr)
	if s == nil {
		return 0
	}
	n := 0
	for i := addr - s.addr; i < min(addr-s.addr+size, uint64(len(s.own))); i++ {
		if s.own[i] == 0 {
			s.own[i] = o
			n++
		}
	}
	return n
}

// free counts the bytes without owner.
func (a *attribution) free(addr, size uint64) int {
	s := a.program.at(addr)
	if s == nil {
		return 0
	}
	n := 0
	for i := addr - s.addr; i < min(addr-s.addr+size, uint64(len(s.own))); i++ {
		if s.own[i] == 0 {
			n++
		}
	}
	return n
}

// gaps calls f for each run of bytes without owner.
func gaps(s *section, f func(from, to int)) {
	for at := 0; at < len(s.own); at++ {
		if s.own[at] != 0 {
			continue
		}
		from := at
		for at < len(s.own) && s.own[at] == 0 {
			at++
		}
		f(from, at)
	}
}

// placeObjects finds the sections of objects in the program.
func (a *attribution) placeObjects(named map[string][]symbol) {
	for _, o := range a.objects {
		for _, u := range o.units {
			if u.literal != 0 {
				continue
			}
			at, ok := a.program.place(u, named)
			if !ok {
				if len(u.data) > 0 {
					a.left = append(a.left, u)
				}
				continue
			}
			u.placed = at
			a.claim(at, u.size, o.owner)
		}
	}
}
