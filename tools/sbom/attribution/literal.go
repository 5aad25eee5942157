// SPDX-License-Identifier: MIT

package attribution

import (
	"slices"
)

// literals are the constants of objects that a linker unites, with the component that brings each: of several the one
// whose object is named first, because the linker keeps the first.
type literals struct {
	texts             map[string]uint16
	values            map[string]uint16
	sizes, characters []int // of the values, and of the texts' characters
}

func newLiterals(list []*object) *literals {
	l := &literals{texts: map[string]uint16{}, values: map[string]uint16{}}
	keep := func(m map[string]uint16, b []byte, owner uint16) {
		if _, have := m[string(b)]; !have {
			m[string(b)] = owner
		}
	}
	for _, o := range list {
		for _, u := range o.units {
			switch {
			case u.literal < 0:
				for b := u.data; len(b) > 0; {
					n := end(b, -u.literal)
					keep(l.texts, b[:n], o.owner)
					b = b[n:]
				}
				l.characters = insert(l.characters, -u.literal)
			case u.literal > 0:
				for b := u.data; len(b) >= u.literal; b = b[u.literal:] {
					keep(l.values, b[:u.literal], o.owner)
				}
				l.sizes = insert(l.sizes, u.literal)
			}
		}
	}
	return l
}

// insert adds a number to a list that is sorted, the largest first.
func insert(list []int, n int) []int {
	i, have := slices.BinarySearchFunc(list, n, func(a, b int) int { return b - a })
	if have {
		return list
	}
	return slices.Insert(list, i, n)
}

// end is the length of the text that b begins with, its final zero included.
func end(b []byte, character int) int {
	for n := 0; n+character <= len(b); n += character {
		if zeros(b[n : n+character]) {
			return n + character
		}
	}
	return len(b)
}

// claim gives the literals in the free bytes of a section to their components.
func (l *literals) claim(s *section) {
	for at := 0; at < len(s.data); {
		if s.own[at] != 0 {
			at++
			continue
		}
		end := at + 1
		for end < len(s.own) && s.own[end] == 0 {
			end++
		}
		l.fill(s, at, end)
		at = end
	}
}

func (l *literals) fill(s *section, at, end int) {
	for at < end {
		n, owner := l.match(s, at, end)
		if n == 0 {
			at++
			continue
		}
		for i := range n {
			s.own[at+i] = owner
		}
		at += n
	}
}

func (l *literals) match(s *section, at, to int) (int, uint16) {
	b := s.data[at:to]
	for _, size := range l.sizes {
		// Larger ones are pairs and quadruples of numbers, and lie where one of those may.
		if len(b) >= size && (s.addr+uint64(at))%uint64(min(size, 16)) == 0 {
			if c, ok := l.values[string(b[:size])]; ok && !(zeros(b[:size]) && size < 16) {
				return size, c
			}
		}
	}
	// A text begins where the one before it ended.
	if at > 0 && s.data[at-1] != 0 && s.own[at-1] == 0 {
		return 0, 0
	}
	for _, size := range l.characters {
		if n := end(b, size); n > size {
			if c, ok := l.texts[string(b[:n])]; ok {
				return n, c
			}
		}
	}
	return 0, 0
}
