// SPDX-License-Identifier: MIT

package attribution

import (
	"bytes"
	"cmp"
	"slices"
)

// patchBefore and patchAfter are the bytes around a relocation that a linker may write: the opcode that it turns from a
// load into an address, the operand, and the instruction after.
const (
	patchBefore = 3
	patchAfter  = 8
)

// place finds out where in the program a unit lies: its symbols say where to look, its bytes whether it is there. ok is
// false for a unit that the linker left out.
func (p *program) place(u *unit, named map[string][]symbol) (addr uint64, ok bool) {
	votes := map[uint64]int{}
	for _, s := range u.symbols {
		for _, at := range named[s.name] {
			if sameFile(s, at) && at.addr >= s.addr {
				votes[at.addr-s.addr]++
			}
		}
	}
	if len(votes) == 0 {
		return 0, false
	}
	bases := make([]uint64, 0, len(votes))
	for base := range votes {
		bases = append(bases, base)
	}
	slices.SortFunc(bases, func(a, b uint64) int { return cmp.Or(votes[b]-votes[a], cmp.Compare(a, b)) })
	for _, base := range bases {
		if p.holds(u, base) {
			return base, true
		}
	}
	return 0, false
}

// sameFile tells whether an object's symbol may be a program's: of the same source where both are local. What objects show
// each other may be local in the program.
func sameFile(object, program symbol) bool {
	return object.file == program.file || object.file == ""
}

// holds tells whether the unit's bytes lie at an address, those apart that relocations changed.
func (p *program) holds(u *unit, addr uint64) bool {
	if len(u.data) == 0 {
		return true
	}
	s := p.at(addr)
	if s == nil || s.owner != (owner{}) || uint64(len(s.data)) < addr-s.addr+u.size {
		return false
	}
	got, from := s.data[addr-s.addr:], uint64(0)
	for _, at := range u.patches() {
		if at > from+patchBefore && !bytes.Equal(got[from:at-patchBefore], u.data[from:at-patchBefore]) {
			return false
		}
		from = max(from, min(at+patchAfter, u.size))
	}
	return bytes.Equal(got[from:u.size], u.data[from:])
}

func (u *unit) patches() []uint64 {
	if !slices.IsSorted(u.patched) {
		slices.Sort(u.patched)
	}
	for len(u.patched) > 0 && u.patched[len(u.patched)-1] >= u.size {
		u.patched = u.patched[:len(u.patched)-1]
	}
	return u.patched
}
