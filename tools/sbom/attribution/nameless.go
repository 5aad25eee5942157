// SPDX-License-Identifier: MIT

package attribution

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	format "github.com/gosqlite/gosqlite/tools/release/binary"
)

// shortest is the length of bytes that are not found anywhere by chance. Shorter ones have to be all that is in a gap.
const shortest = 8

// gap is a run of bytes without owner.
type gap struct {
	section  *section
	from, to int
}

// nameless finds units that no symbol places: those without, and those whose symbols another object's overrode. They are
// where their bytes are, or if all of these are addresses, where addresses lead to what the object's lead to.
func (a *attribution) nameless(named map[string][]symbol) {
	var free []gap
	for _, s := range a.program.sections {
		if s.owner == (owner{}) {
			gaps(s, func(from, to int) { free = append(free, gap{s, from, to}) })
		}
	}
	slices.SortStableFunc(a.left, func(x, y *unit) int { return cmp.Compare(y.size, x.size) })
	for _, u := range a.left {
		from, to := u.longest()
		for i := 0; i < len(free); i++ {
			g := free[i]
			if g.section.code != u.code || g.to-g.from < int(u.size) {
				continue
			}
			at, ok := a.program.find(u, from, to, g, named)
			if !ok {
				continue
			}
			u.placed = g.section.addr + uint64(at)
			a.claim(u.placed, u.size, u.object.owner)
			free[i].to = at
			free = slices.Insert(free, i+1, gap{g.section, at + int(u.size), g.to})
			break
		}
	}
}

// find looks for a unit in a gap. Its bytes from one to another are those to search for.
func (p *program) find(u *unit, from, to uint64, g gap, named map[string][]symbol) (at int, ok bool) {
	if len(u.patched) == 0 && u.size < shortest {
		return u.alone(g)
	}
	if to-from < shortest {
		const word = 4
		for at = (g.from + word - 1) &^ (word - 1); at+int(u.size) <= g.to; at += word {
			if p.holds(u, g.section.addr+uint64(at)) && p.leads(u, g.section.addr+uint64(at), named) {
				return at, true
			}
		}
		return 0, false
	}
	for at = g.from; at+int(u.size) <= g.to; at++ {
		i := bytes.Index(g.section.data[at+int(from):g.to], u.data[from:to])
		if i < 0 {
			return 0, false
		}
		at += i
		if at+int(u.size) <= g.to && p.holds(u, g.section.addr+uint64(at)) {
			return at, true
		}
	}
	return 0, false
}

// alone looks for a unit that is all of a gap but what fills it up.
func (u *unit) alone(g gap) (at int, ok bool) {
	b, code := g.section.data[g.from:g.to], g.section.code
	i := bytes.Index(b, u.data)
	return g.from + i, i >= 0 && padding(b[:i], code) && padding(b[i+len(u.data):], code) && !padding(u.data, code)
}

// leads tells whether the addresses in the program lead to what the unit's lead to: a text to the same text, an address to
// where its unit or symbol was found. One at least has to say so.
func (p *program) leads(u *unit, addr uint64, named map[string][]symbol) bool {
	b := p.bytesAt(addr)
	var order binary.ByteOrder = binary.LittleEndian
	if p.format == format.ELF && len(p.data) > 5 && p.data[5] == 2 { // EI_DATA, ELFDATA2MSB
		order = binary.BigEndian
	}
	witnesses := 0
	for _, x := range u.pointers {
		to, ok := x.to(b, addr, order)
		if !ok {
			return false
		}
		switch {
		case x.unit == nil:
			if !slices.ContainsFunc(named[x.name], func(s symbol) bool { return s.addr+x.offset == to }) {
				return false
			}
		case x.unit.literal < 0 && x.offset < x.unit.size:
			text := x.unit.data[x.offset:]
			if !bytes.HasPrefix(p.bytesAt(to), text[:end(text, -x.unit.literal)]) {
				return false
			}
		case x.unit.placed == 0:
			continue
		case x.unit.placed+x.offset != to:
			return false
		}
		witnesses++
	}
	return witnesses > 0
}

// to is where a pointer of a unit leads whose bytes lie at an address.
func (x *pointer) to(b []byte, addr uint64, order binary.ByteOrder) (uint64, bool) {
	switch {
	case x.at > uint64(len(b)):
		return 0, false
	case x.relative && len(b[x.at:]) >= 4:
		return addr + x.at + x.from + uint64(int64(int32(order.Uint32(b[x.at:])))), true
	case !x.relative && len(b[x.at:]) >= 8:
		return order.Uint64(b[x.at:]), true
	}
	return 0, false
}

// longest returns the longest piece of a unit that no relocation changes.
func (u *unit) longest() (from, to uint64) {
	begin := uint64(0)
	piece := func(end uint64) {
		if end > begin && end-begin > to-from {
			from, to = begin, end
		}
	}
	for _, at := range u.patches() {
		if at > patchBefore {
			piece(at - patchBefore)
		}
		begin = max(begin, min(at+patchAfter, u.size))
	}
	piece(u.size)
	return from, to
}
