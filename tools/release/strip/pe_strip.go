// SPDX-License-Identifier: MIT

package strip

import (
	"debug/pe"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// stripPE lays out the kept sections anew, without gaps in the file, at the addresses they had.
func stripPE(data []byte) ([]byte, error) {
	p, err := parsePE(data)
	if err != nil {
		return nil, err
	}
	if err := p.checkTail(); err != nil {
		return nil, err
	}
	kept, err := p.keep()
	if err != nil {
		return nil, err
	}
	out := append([]byte(nil), data[:p.field(peSizeOfHeaders)]...)
	for i := range kept {
		s := &kept[i]
		if s.SizeOfRawData == 0 {
			s.PointerToRawData = 0
			continue
		}
		body := data[s.PointerToRawData : uint64(s.PointerToRawData)+uint64(s.SizeOfRawData)]
		out = pad(out, p.field(peFileAlignment))
		s.PointerToRawData = uint32(len(out))
		out = append(out, body...)
	}
	out = pad(out, p.field(peFileAlignment))
	if err := p.fixDebug(out, kept); err != nil {
		return nil, err
	}
	return out, p.fixHeaders(out, kept)
}

func pad(b []byte, align uint64) []byte {
	return append(b, make([]byte, roundUp(uint64(len(b)), align)-uint64(len(b)))...)
}

// checkTail refuses bytes behind the sections and symbols: some programs carry data there that they read at run time.
func (p *peFile) checkTail() error {
	end := p.field(peSizeOfHeaders)
	for _, s := range p.sections {
		end = max(end, uint64(s.PointerToRawData)+uint64(s.SizeOfRawData))
	}
	if p.header.PointerToSymbolTable != 0 {
		end = max(end, uint64(p.header.PointerToSymbolTable)+uint64(p.header.NumberOfSymbols)*coffSymbolSize+uint64(len(p.strings)))
	}
	for _, b := range p.data[end:] {
		if b != 0 {
			return fmt.Errorf("%d bytes follow the last section and are no part of the program", uint64(len(p.data))-end)
		}
	}
	return nil
}

// keep returns the sections that stay. Windows wants addresses without gaps: the section before one that goes grows
// over its addresses.
func (p *peFile) keep() ([]pe.SectionHeader32, error) {
	var kept []pe.SectionHeader32
	for _, s := range p.sections {
		if p.isDebug(s) {
			if err := p.checkUnused(s); err != nil {
				return nil, err
			}
			continue
		}
		if n := len(kept); n > 0 {
			if before := &kept[n-1]; p.isDebugBetween(*before, s) {
				before.VirtualSize = s.VirtualAddress - before.VirtualAddress
			}
		} else if s.VirtualAddress != p.sections[0].VirtualAddress {
			return nil, errors.New("debug information comes first, so that no section can take its addresses")
		}
		// A long name would need the string table. Eight bytes of it are what the loader and unwinders compare.
		if s.Name[0] == '/' {
			name := p.name(s)
			s.Name = [8]uint8{}
			copy(s.Name[:], name)
		}
		s.PointerToRelocations, s.NumberOfRelocations = 0, 0
		s.PointerToLineNumbers, s.NumberOfLineNumbers = 0, 0
		kept = append(kept, s)
	}
	if len(kept) == 0 {
		return nil, errors.New("there is nothing but debug information")
	}
	return kept, nil
}

// isDebug reports whether a section holds only debug information or symbols.
func (p *peFile) isDebug(s pe.SectionHeader32) bool {
	name := p.name(s)
	for _, prefix := range []string{".debug_", ".zdebug_", ".stab"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	symbols := p.header.PointerToSymbolTable
	return name == ".symtab" && symbols >= s.PointerToRawData && uint64(symbols) < uint64(s.PointerToRawData)+uint64(s.SizeOfRawData)
}

func (p *peFile) isDebugBetween(a, b pe.SectionHeader32) bool {
	for _, s := range p.sections {
		if s.VirtualAddress > a.VirtualAddress && s.VirtualAddress < b.VirtualAddress {
			return true
		}
	}
	return false
}

// checkUnused refuses to drop a section that the program is told to use.
func (p *peFile) checkUnused(s pe.SectionHeader32) error {
	for i := range len(p.dirs) / 8 {
		rva, size := p.dir(i)
		if size > 0 && rva >= s.VirtualAddress && uint64(rva) < uint64(s.VirtualAddress)+memorySize(s) {
			return fmt.Errorf("section %s holds data directory %d", p.name(s), i)
		}
	}
	return nil
}

// fixDebug corrects the file offsets in the debug directory.
func (p *peFile) fixDebug(out []byte, kept []pe.SectionHeader32) error {
	table, err := p.debugTable(out, kept)
	if err != nil {
		return err
	}
	for ; len(table) > 0; table = table[debugEntrySize:] {
		var d debugEntry
		if _, err := binary.Decode(table, le, &d); err != nil {
			return err
		}
		if d.SizeOfData == 0 {
			d.PointerToRawData = 0
		} else if at, ok := offset(kept, uint64(d.AddressOfRawData), uint64(d.SizeOfData)); ok && d.AddressOfRawData != 0 {
			d.PointerToRawData = uint32(at)
		} else {
			return fmt.Errorf("debug entry of type %d points out of the sections", d.Type)
		}
		if _, err := binary.Encode(table, le, d); err != nil {
			return err
		}
	}
	return nil
}

// fixHeaders writes the headers for the kept sections.
func (p *peFile) fixHeaders(out []byte, kept []pe.SectionHeader32) error {
	header := p.header
	header.NumberOfSections = uint16(len(kept))
	header.PointerToSymbolTable, header.NumberOfSymbols = 0, 0
	if _, err := binary.Encode(out[p.coff:], le, header); err != nil {
		return err
	}
	optional := out[p.coff+peFileHeaderSize:][:len(p.optional)]
	var gone uint32
	for _, s := range p.sections {
		if p.isDebug(s) && s.Characteristics&pe.IMAGE_SCN_CNT_INITIALIZED_DATA != 0 {
			gone += s.SizeOfRawData
		}
	}
	if sum := le.Uint32(optional[peInitializedData:]); sum >= gone {
		le.PutUint32(optional[peInitializedData:], sum-gone)
	}
	last := kept[len(kept)-1]
	le.PutUint32(optional[peSizeOfImage:], uint32(roundUp(uint64(last.VirtualAddress)+memorySize(last), p.field(peSectionAlignment))))
	table := out[p.coff+peFileHeaderSize+uint64(len(optional)):][:len(p.sections)*peSectionHeaderSize]
	clear(table)
	for i, s := range kept {
		if _, err := binary.Encode(table[i*peSectionHeaderSize:], le, s); err != nil {
			return err
		}
	}
	setChecksum(out, p.coff+peFileHeaderSize+peChecksum)
	return nil
}

// setChecksum computes the checksum anew in a file that has one; 0 says that there is none. It is the sum of all 16-bit
// words, the field itself excepted, with carries added in, plus the length of the file.
func setChecksum(out []byte, at uint64) {
	if le.Uint32(out[at:]) == 0 {
		return
	}
	le.PutUint32(out[at:], 0)
	var sum uint32
	for i := 0; i < len(out); i += 2 {
		word := uint32(out[i])
		if i+1 < len(out) {
			word |= uint32(out[i+1]) << 8
		}
		sum += word
		sum = sum&0xffff + sum>>16
	}
	le.PutUint32(out[at:], sum+uint32(len(out)))
}
