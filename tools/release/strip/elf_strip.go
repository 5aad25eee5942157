// SPDX-License-Identifier: MIT

package strip

import (
	"debug/elf"
	"errors"
	"slices"
	"strings"
)

// stripELF keeps the bytes that segments and allocated sections cover at their offsets, since addresses depend on them.
// Behind them come the kept sections that are not allocated, the names, and the section headers.
func stripELF(data []byte) ([]byte, error) {
	e, err := parseELF(data)
	if err != nil {
		return nil, err
	}
	kept, index := e.keep()
	out := e.image(kept)
	var names strings.Builder
	names.WriteByte(0)
	headers := make([]elf.Section64, 0, len(kept)+1)
	moved := 0
	for _, i := range kept {
		s := e.sections[i]
		name := e.name(s)
		if !e.covered(s) && fileSize(s) > 0 {
			out = append(out, make([]byte, roundUp(uint64(len(out)), max(min(s.Addralign, 16), 1))-uint64(len(out)))...)
			body, _ := window(e.data, s.Off, fileSize(s))
			if moved += len(body); moved > len(data) {
				return nil, errors.New("the sections overlap")
			}
			e.moveSegments(out, s, uint64(len(out)))
			s.Off = uint64(len(out))
			out = append(out, body...)
		}
		if s.Name = 0; name != "" {
			s.Name = uint32(names.Len())
			names.WriteString(name + "\x00")
		}
		s.Link = index[s.Link]
		if t := elf.SectionType(s.Type); t == elf.SHT_REL || t == elf.SHT_RELA || elf.SectionFlag(s.Flags)&elf.SHF_INFO_LINK != 0 {
			s.Info = index[s.Info]
		}
		headers = append(headers, s)
	}
	e.dynamicSymbols(out, kept, index)
	headers = append(headers, elf.Section64{Name: uint32(names.Len()), Type: uint32(elf.SHT_STRTAB), Off: uint64(len(out)), Addralign: 1})
	names.WriteString(".shstrtab\x00")
	headers[len(headers)-1].Size = uint64(names.Len())
	out = append(out, names.String()...)
	return e.finish(out, headers)
}

// keep returns the sections that stay, in their order, and new numbers by old ones: 0 for a section that goes. The names
// go too; they are written anew as the last section.
func (e *elfFile) keep() (kept []int, index map[uint32]uint32) {
	index = map[uint32]uint32{}
	for i, s := range e.sections {
		if i == 0 || e.keeps(i, s) {
			index[uint32(i)] = uint32(len(kept))
			kept = append(kept, i)
		}
	}
	return kept, index
}

func (e *elfFile) keeps(i int, s elf.Section64) bool {
	switch {
	case i == int(e.header.Shstrndx):
		return false
	case elf.SectionFlag(s.Flags)&elf.SHF_ALLOC != 0:
		return true
	}
	// What says which processors and ABI the program is for has no address, and tools look for it.
	if slices.ContainsFunc(e.progs, func(p elf.Prog64) bool { return follows(p, s) }) {
		return true
	}
	if name := e.name(s); strings.HasSuffix(name, ".attributes") || strings.HasPrefix(name, ".note.") {
		return true
	}
	return s.Type != uint32(elf.SHT_NULL) && e.covered(s) && fileSize(s) > 0
}

// covered reports whether the section's bytes have their place by a segment or an address.
func (e *elfFile) covered(s elf.Section64) bool {
	if elf.SectionFlag(s.Flags)&elf.SHF_ALLOC != 0 {
		return true
	}
	for _, p := range e.progs {
		if p.Filesz > 0 && s.Off >= p.Off && s.Off+fileSize(s) <= p.Off+p.Filesz && !follows(p, s) {
			return true
		}
	}
	return false
}

// follows reports whether a segment only says where a section is that has no address, as PT_RISCV_ATTRIBUTES does. The
// section may move, and the segment with it.
func follows(p elf.Prog64, s elf.Section64) bool {
	return elf.ProgType(p.Type) != elf.PT_LOAD && p.Vaddr == 0 && elf.SectionFlag(s.Flags)&elf.SHF_ALLOC == 0 &&
		p.Filesz > 0 && p.Off == s.Off && p.Filesz == fileSize(s)
}

// moveSegments corrects the offset of the segments that follow a section.
func (e *elfFile) moveSegments(out []byte, s elf.Section64, to uint64) {
	for i, p := range e.progs {
		if !follows(p, s) {
			continue
		}
		if header := out[e.header.Phoff+uint64(i*e.sizes().prog):]; e.wide {
			e.order.PutUint64(header[8:], to)
		} else {
			e.order.PutUint32(header[4:], uint32(to))
		}
	}
}

// image is the part of the file whose offsets are fixed. What nothing there names, such as the bytes of a section that
// goes, is zero.
func (e *elfFile) image(kept []int) []byte {
	type span struct{ from, to uint64 }
	sizes := e.sizes()
	spans := []span{{0, uint64(sizes.header)}, {e.header.Phoff, e.header.Phoff + uint64(sizes.prog)*uint64(e.header.Phnum)}}
	for _, p := range e.progs {
		if !slices.ContainsFunc(e.sections, func(s elf.Section64) bool { return follows(p, s) }) {
			spans = append(spans, span{p.Off, p.Off + p.Filesz})
		}
	}
	for _, i := range kept {
		if s := e.sections[i]; e.covered(s) && fileSize(s) > 0 {
			spans = append(spans, span{s.Off, s.Off + fileSize(s)})
		}
	}
	var end uint64
	for _, s := range spans {
		if s.to > s.from {
			end = max(end, s.to)
		}
	}
	out := make([]byte, end)
	for _, s := range spans {
		if s.to > s.from {
			copy(out[s.from:s.to], e.data[s.from:])
		}
	}
	// Go's linker puts the section headers into the first segment. They are written anew, behind everything.
	if from := e.header.Shoff; from < uint64(len(out)) {
		clear(out[from:min(from+uint64(sizes.section)*uint64(e.header.Shnum), uint64(len(out)))])
	}
	return out
}

// dynamicSymbols corrects the section numbers in dynamic symbols. Loaders only ask whether they are 0, debuggers more.
func (e *elfFile) dynamicSymbols(out []byte, kept []int, index map[uint32]uint32) {
	size, field := e.sizes().symbol, 14
	if e.wide {
		field = 6
	}
	for _, i := range kept {
		s := e.sections[i]
		if elf.SectionType(s.Type) != elf.SHT_DYNSYM {
			continue
		}
		table, _ := window(out, s.Off, fileSize(s))
		for ; len(table) >= size; table = table[size:] {
			old := e.order.Uint16(table[field:])
			if now, ok := index[uint32(old)]; ok && old != 0 && elf.SectionIndex(old) < elf.SHN_LORESERVE {
				e.order.PutUint16(table[field:], uint16(now))
			}
		}
	}
}

// finish appends the section headers, and corrects the file header.
func (e *elfFile) finish(out []byte, headers []elf.Section64) ([]byte, error) {
	out = append(out, make([]byte, roundUp(uint64(len(out)), uint64(e.sizes().word))-uint64(len(out)))...)
	e.header.Shoff = uint64(len(out))
	e.header.Shnum = uint16(len(headers))
	e.header.Shstrndx = uint16(len(headers) - 1)
	var err error
	for _, h := range headers {
		if out, err = e.appendSection(out, h); err != nil {
			return nil, err
		}
	}
	header, err := e.appendHeader(nil)
	if err != nil {
		return nil, err
	}
	copy(out, header)
	return out, nil
}
