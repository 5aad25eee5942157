// SPDX-License-Identifier: MIT

package strip

import (
	"bytes"
	"debug/pe"
	"encoding/binary"
	"fmt"
)

// peDebugRoom is what a debug directory of two entries and the data of CodeView take: the head and an empty file name.
const peDebugRoom = 2*debugEntrySize + rsdsHead + 1

// addDebugDirectory gives a program that has none a debug directory of CodeView and REPRO, whose identity is zero. Go's
// own linker makes such programs, with a time stamp of zero. The directory goes where a section of data has room in the
// file behind its end in memory, so that nothing moves. A program that has a directory or a time stamp stays as it is.
func addDebugDirectory(data []byte) error {
	p, err := parsePE(data)
	if err != nil {
		return err
	}
	at := pe.IMAGE_DIRECTORY_ENTRY_DEBUG * 8
	if _, size := p.dir(pe.IMAGE_DIRECTORY_ENTRY_DEBUG); size != 0 || p.header.TimeDateStamp != 0 || len(p.dirs) < at+8 {
		return nil
	}
	const data32, readable = pe.IMAGE_SCN_CNT_INITIALIZED_DATA, pe.IMAGE_SCN_MEM_READ
	const unfit = pe.IMAGE_SCN_MEM_EXECUTE | pe.IMAGE_SCN_MEM_DISCARDABLE
	for i, s := range p.sections {
		start := roundUp(uint64(s.VirtualSize), 4)
		if s.Characteristics&(data32|readable|unfit) != data32|readable || p.isDebug(s) || start == 0 || start+peDebugRoom > uint64(s.SizeOfRawData) {
			continue
		}
		room := data[uint64(s.PointerToRawData)+start:][:peDebugRoom]
		if len(bytes.Trim(room, "\x00")) != 0 {
			continue
		}
		rva := s.VirtualAddress + uint32(start)
		if err := fillDebug(room, rva, s.PointerToRawData+uint32(start)); err != nil {
			return err
		}
		le.PutUint32(p.dirs[at:], rva)
		le.PutUint32(p.dirs[at+4:], 2*debugEntrySize)
		header := p.coff + peFileHeaderSize + uint64(len(p.optional)) + uint64(i)*peSectionHeaderSize
		le.PutUint32(data[header+8:], uint32(start)+peDebugRoom)
		return nil
	}
	return fmt.Errorf("%w: no section has room for a debug directory; link with -Wl,-Brepro", ErrNoID)
}

// fillDebug writes the entries, and the data of CodeView behind them.
func fillDebug(room []byte, rva, offset uint32) error {
	const data = 2 * debugEntrySize
	entries := []debugEntry{
		{Type: debugCodeView, SizeOfData: rsdsHead + 1, AddressOfRawData: rva + data, PointerToRawData: offset + data},
		{Type: debugRepro},
	}
	if _, err := binary.Encode(room, le, entries); err != nil {
		return err
	}
	copy(room[data:], "RSDS")
	return nil
}
