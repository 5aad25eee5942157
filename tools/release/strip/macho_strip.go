// SPDX-License-Identifier: MIT

package strip

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// A symbol of a Mach-O file; see mach-o/nlist.h
const (
	nlistSize    = 16
	nStab        = 0xe0       // debugger symbols
	nPrivate     = 0x10       // was global before the link
	nType        = 0x0e       // 0 is undefined
	nSection     = 0x0e       // defined in the section n_sect
	nExternal    = 0x01       //
	indirectFlag = 0xc0000000 // an entry of the indirect table that names no symbol
	indirectHere = 0x80000000 // the pointer is to a local symbol
)

// stripMachO keeps all segments but __DWARF where they are, and makes __LINKEDIT, which is the last, anew.
func stripMachO(data []byte) ([]byte, error) {
	m, err := parseMachO(bytes.Clone(data)) // load commands are changed in place
	if err != nil {
		return nil, err
	}
	signature, err := m.signature()
	if err != nil {
		return nil, err
	}
	table, err := m.symbols()
	if err != nil {
		return nil, err
	}
	out, err := m.image()
	if err != nil {
		return nil, err
	}
	if out, err = m.writeLinkedit(out, table); err != nil {
		return nil, err
	}
	m.writeCommands(out)
	if signature == nil {
		return out, nil
	}
	return sign(out, signature)
}

// A symbolTable is what is left of the symbols.
type symbolTable struct {
	symbols, indirect, strings []byte
	defined, undefined         uint32
}

// symbols makes the tables of the symbols that other files see: they are what dyld binds by name.
func (m *machoFile) symbols() (*symbolTable, error) {
	b := blobs(m.symtab)
	all, _ := window(m.data, b[0].at(), b[0].size())
	names, _ := window(m.data, b[1].at(), b[1].size())
	gone := m.goneSections()
	t := &symbolTable{}
	text := bytes.NewBuffer([]byte{0})
	index := map[uint32]uint32{}
	for _, undefined := range []bool{false, true} { // the order that LC_DYSYMTAB describes
		for i := 0; i < len(all); i += nlistSize {
			symbol := slices.Clone(all[i : i+nlistSize])
			if kind := symbol[4]; kind&nStab != 0 || kind&nExternal == 0 || (kind&nType == 0) != undefined || kind&nPrivate != 0 && !undefined {
				continue
			}
			if symbol[4]&nType == nSection {
				before, ok := gone(symbol[5])
				if !ok {
					continue
				}
				symbol[5] -= before
			}
			strx := uint64(le.Uint32(symbol))
			if strx >= uint64(len(names)) {
				return nil, fmt.Errorf("the name of symbol %d is not in the string table", i/nlistSize)
			}
			name, _, ok := bytes.Cut(names[strx:], []byte{0})
			if !ok {
				return nil, fmt.Errorf("the name of symbol %d is cut off", i/nlistSize)
			}
			if text.Len() > 4*len(m.data) {
				return nil, errors.New("the names of symbols overlap too often")
			}
			index[uint32(i/nlistSize)] = t.defined + t.undefined
			le.PutUint32(symbol, uint32(text.Len()))
			text.Write(append(name[:len(name):len(name)], 0))
			t.symbols = append(t.symbols, symbol...)
			if undefined {
				t.undefined++
			} else {
				t.defined++
			}
		}
	}
	t.strings = pad(text.Bytes(), 8)
	t.indirect = m.indirect(index)
	return t, nil
}

// goneSections returns a function that says, for a section's number, how many sections before it go, and whether it stays.
func (m *machoFile) goneSections() func(number uint8) (before uint8, ok bool) {
	var gone []bool
	for _, c := range m.segments {
		for range le.Uint32(c[64:]) {
			gone = append(gone, segmentName(c) == "__DWARF")
		}
	}
	return func(number uint8) (before uint8, ok bool) {
		if number == 0 || int(number) > len(gone) || gone[number-1] {
			return 0, false
		}
		for _, g := range gone[:number-1] {
			if g {
				before++
			}
		}
		return before, true
	}
}

// indirect makes the table that gives each stub and lazy pointer its symbol.
func (m *machoFile) indirect(index map[uint32]uint32) []byte {
	b := blobs(m.dysymtab)[0]
	old, _ := window(m.data, b.at(), b.size())
	out := slices.Clone(old)
	for i := 0; i < len(out); i += 4 {
		entry := le.Uint32(out[i:])
		if entry&indirectFlag != 0 {
			continue
		}
		if now, ok := index[entry]; ok {
			le.PutUint32(out[i:], now)
		} else {
			le.PutUint32(out[i:], indirectHere)
		}
	}
	return out
}

// image is the file up to __LINKEDIT, with zeros where nothing that stays is.
func (m *machoFile) image() ([]byte, error) {
	var end uint64
	for _, c := range m.segments {
		if name := segmentName(c); name != "__LINKEDIT" && name != "__DWARF" {
			_, to := segmentRange(c)
			end = max(end, to)
		}
	}
	start, _ := segmentRange(m.linkedit)
	if start < end {
		return nil, errors.New("__LINKEDIT lies before another segment")
	}
	if m.has("__DWARF") { // what comes behind moves up; a segment is mapped by whole pages
		start = min(start, roundUp(end, m.pageSize()))
	}
	out := make([]byte, start)
	for _, c := range m.segments {
		if name := segmentName(c); name != "__LINKEDIT" && name != "__DWARF" {
			from, to := segmentRange(c)
			copy(out[from:to], m.data[from:to])
		}
	}
	return out, nil
}

func (m *machoFile) has(segment string) bool {
	return slices.ContainsFunc(m.segments, func(c []byte) bool { return segmentName(c) == segment })
}

// writeLinkedit appends the tables in the order they had, and corrects the load commands. The signature is left out.
func (m *machoFile) writeLinkedit(out []byte, t *symbolTable) ([]byte, error) {
	type table struct {
		blob
		body []byte
		at   uint64
	}
	var tables []table
	for _, c := range m.commands {
		for i, b := range blobs(c) {
			body, _ := window(m.data, b.at(), b.size())
			switch cmd := le.Uint32(c); {
			case cmd == lcCodeSignature:
				continue
			case cmd == lcSymtab && i == 0:
				body = t.symbols
			case cmd == lcSymtab:
				body = t.strings
			case cmd == lcDysymtab:
				body = t.indirect
			}
			tables = append(tables, table{b, body, b.at()})
		}
	}
	slices.SortStableFunc(tables, func(a, b table) int { return cmp.Compare(a.at, b.at) })
	start := uint64(len(out))
	for _, b := range tables {
		if b.at == 0 && len(b.body) == 0 { // not there; an empty table with a place keeps one in __LINKEDIT
			continue
		}
		out = pad(out, 8)
		le.PutUint32(b.offset, uint32(len(out)))
		le.PutUint32(b.count, uint32(uint64(len(b.body))/b.unit))
		if out = append(out, b.body...); len(out) > 8*len(m.data) {
			return nil, errors.New("the tables of __LINKEDIT overlap")
		}
	}
	for i, n := range []uint32{0, 0, 0, t.defined, t.defined, t.undefined} { // first and number of local, defined, undefined
		le.PutUint32(m.dysymtab[8+4*i:], n)
	}
	le.PutUint64(m.linkedit[40:], start)
	m.resizeLinkedit(uint64(len(out)))
	return out, nil
}

// resizeLinkedit makes __LINKEDIT reach to the file's end.
func (m *machoFile) resizeLinkedit(end uint64) {
	size := end - le.Uint64(m.linkedit[40:])
	le.PutUint64(m.linkedit[48:], size)
	le.PutUint64(m.linkedit[32:], roundUp(size, m.pageSize()))
}

// writeCommands writes the header and the load commands that stay to out.
func (m *machoFile) writeCommands(out []byte) {
	var kept [][]byte
	for _, c := range m.commands {
		if le.Uint32(c) == lcSegment64 && segmentName(c) == "__DWARF" {
			continue
		}
		kept = append(kept, c)
	}
	commands := bytes.Join(kept, nil)
	old := le.Uint32(m.data[20:])
	clear(out[machoHeaderSize : machoHeaderSize+old])
	copy(out[machoHeaderSize:], commands)
	le.PutUint32(out[16:], uint32(len(kept)))
	le.PutUint32(out[20:], uint32(len(commands)))
}
