// SPDX-License-Identifier: MIT

package strip

import (
	"bytes"
	"debug/pe"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Places in the optional header of both widths, and of what differs by width.
// See https://learn.microsoft.com/en-us/windows/win32/debug/pe-format
const (
	peInitializedData  = 8
	peSectionAlignment = 32
	peFileAlignment    = 36
	peSizeOfImage      = 56
	peSizeOfHeaders    = 60
	peChecksum         = 64

	peFileHeaderSize    = 20
	peSectionHeaderSize = 40
	peDirectories       = 16
	coffSymbolSize      = 18
	peMaxSections       = 96
)

// A peFile is a PE file taken apart.
type peFile struct {
	data     []byte
	coff     uint64 // offset of the file header
	header   pe.FileHeader
	optional []byte // the optional header, in data
	dirs     []byte // the data directories, in optional: 8 bytes each
	sections []pe.SectionHeader32
	strings  []byte // the string table, length included
}

var le = binary.LittleEndian

// parsePE reads the headers, and checks that everything they name is in the file.
func parsePE(data []byte) (*peFile, error) {
	p := &peFile{data: data}
	start := uint64(le.Uint32(data[0x3c:]))
	signature, ok := window(data, start, 4+peFileHeaderSize)
	if !ok || !bytes.HasPrefix(signature, []byte("PE\x00\x00")) {
		return nil, errors.New("the PE header is missing; is it a DOS program?")
	}
	p.coff = start + 4
	if _, err := binary.Decode(signature[4:], le, &p.header); err != nil {
		return nil, err
	}
	if p.header.Characteristics&pe.IMAGE_FILE_EXECUTABLE_IMAGE == 0 {
		return nil, errors.New("the file is not marked as linked")
	}
	if err := p.parseOptional(); err != nil {
		return nil, err
	}
	if err := p.parseStrings(); err != nil {
		return nil, err
	}
	return p, p.parseSections()
}

func (p *peFile) parseOptional() error {
	var ok bool
	p.optional, ok = window(p.data, p.coff+peFileHeaderSize, uint64(p.header.SizeOfOptionalHeader))
	if !ok || len(p.optional) < 112 {
		return errors.New("the optional header is cut off")
	}
	dirs := uint64(96)
	switch le.Uint16(p.optional) {
	case 0x10b:
	case 0x20b:
		dirs = 112
	default:
		return errors.New("the optional header is neither PE32 nor PE32+")
	}
	n := le.Uint32(p.optional[dirs-4:])
	if n > peDirectories {
		return fmt.Errorf("%d data directories", n)
	}
	if p.dirs, ok = window(p.optional, dirs, uint64(n)*8); !ok {
		return errors.New("the data directories are cut off")
	}
	file, section := p.field(peFileAlignment), p.field(peSectionAlignment)
	if file < 512 || file > 1<<16 || file&(file-1) != 0 || section < file || section > 1<<24 || section&(section-1) != 0 {
		return fmt.Errorf("alignments %d and %d", file, section)
	}
	if _, size := p.dir(pe.IMAGE_DIRECTORY_ENTRY_SECURITY); size != 0 {
		return errors.New("the file is signed; strip it before it is signed")
	}
	return nil
}

// field is a 32-bit field of the optional header.
func (p *peFile) field(offset int) uint64 { return uint64(le.Uint32(p.optional[offset:])) }

// dir is the address and size of a data directory; zeros when there is none.
func (p *peFile) dir(i int) (rva, size uint32) {
	if len(p.dirs) < i*8+8 {
		return 0, 0
	}
	return le.Uint32(p.dirs[i*8:]), le.Uint32(p.dirs[i*8+4:])
}

// parseStrings finds the string table, which follows the COFF symbols.
func (p *peFile) parseStrings() error {
	if p.header.PointerToSymbolTable == 0 {
		return nil
	}
	start := uint64(p.header.PointerToSymbolTable) + uint64(p.header.NumberOfSymbols)*coffSymbolSize
	size, ok := window(p.data, start, 4)
	if ok {
		p.strings, ok = window(p.data, start, uint64(le.Uint32(size)))
	}
	if !ok {
		return errors.New("the COFF symbols are cut off")
	}
	return nil
}

func (p *peFile) parseSections() error {
	n := int(p.header.NumberOfSections)
	table, ok := window(p.data, p.coff+peFileHeaderSize+uint64(len(p.optional)), uint64(n)*peSectionHeaderSize)
	if !ok || n == 0 || n > peMaxSections {
		return fmt.Errorf("%d section headers, or they are cut off", n)
	}
	if end := p.coff + peFileHeaderSize + uint64(len(p.optional)+len(table)); p.field(peSizeOfHeaders) < end || p.field(peSizeOfHeaders) > uint64(len(p.data)) {
		return fmt.Errorf("headers of %d bytes", p.field(peSizeOfHeaders))
	}
	next, raw := uint64(0), uint64(0)
	for ; len(table) > 0; table = table[peSectionHeaderSize:] {
		var s pe.SectionHeader32
		if _, err := binary.Decode(table, le, &s); err != nil {
			return err
		}
		if _, ok := window(p.data, uint64(s.PointerToRawData), uint64(s.SizeOfRawData)); !ok {
			return fmt.Errorf("section %d is cut off", len(p.sections)+1)
		}
		if uint64(s.VirtualAddress) < next || uint64(s.VirtualAddress)%p.field(peSectionAlignment) != 0 {
			return fmt.Errorf("section %d overlaps another or is not aligned", len(p.sections)+1)
		}
		if raw += uint64(s.SizeOfRawData); raw > uint64(len(p.data)) {
			return errors.New("the sections overlap in the file")
		}
		next = uint64(s.VirtualAddress) + memorySize(s)
		p.sections = append(p.sections, s)
	}
	return nil
}

// memorySize is how many bytes of memory a section takes.
func memorySize(s pe.SectionHeader32) uint64 {
	if s.VirtualSize == 0 {
		return uint64(s.SizeOfRawData)
	}
	return uint64(s.VirtualSize)
}

// name is the name of a section; a long one stands in the string table.
func (p *peFile) name(s pe.SectionHeader32) string {
	name := string(bytes.TrimRight(s.Name[:], "\x00"))
	if number, ok := strings.CutPrefix(name, "/"); ok {
		if i, err := strconv.ParseUint(number, 10, 32); err == nil && i < uint64(len(p.strings)) {
			long, _, _ := bytes.Cut(p.strings[i:], []byte{0})
			return string(long)
		}
	}
	return name
}

// offset is where in the file n bytes at an address are, by the given sections.
func offset(sections []pe.SectionHeader32, rva, n uint64) (uint64, bool) {
	for _, s := range sections {
		from := uint64(s.VirtualAddress)
		if rva >= from && rva-from <= uint64(s.SizeOfRawData) && n <= uint64(s.SizeOfRawData)-(rva-from) {
			return uint64(s.PointerToRawData) + rva - from, true
		}
	}
	return 0, false
}

// A debugEntry is an entry of the debug directory.
type debugEntry struct {
	Characteristics, TimeDateStamp uint32
	MajorVersion, MinorVersion     uint16
	Type, SizeOfData               uint32
	AddressOfRawData               uint32
	PointerToRawData               uint32
}

const debugEntrySize = 28

// debugTable is the bytes of the debug directory in data, which is laid out by the given sections.
func (p *peFile) debugTable(data []byte, sections []pe.SectionHeader32) ([]byte, error) {
	rva, size := p.dir(pe.IMAGE_DIRECTORY_ENTRY_DEBUG)
	if size == 0 {
		return nil, nil
	}
	at, ok := offset(sections, uint64(rva), uint64(size))
	table, ok2 := window(data, at, uint64(size))
	if !ok || !ok2 || size%debugEntrySize != 0 || size/debugEntrySize > maxSections {
		return nil, errors.New("the debug directory is in no section")
	}
	return table, nil
}
