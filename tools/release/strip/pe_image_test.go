// SPDX-License-Identifier: MIT

package strip

import (
	"bytes"
	"debug/pe"
	"encoding/binary"
	"testing"
)

const (
	peGUID  = "0123456789abcdef\x07\x00\x00\x00" // with the age
	peHash  = "the hash of the REPRO entry, 32."
	peStamp = 0x11223344
)

// A peKind is a width of PE, and what of an identity there is.
type peKind struct {
	name        string
	wide        bool
	guid, repro bool
	checksum    bool
}

var peKinds = []peKind{
	{"PE32+ with GUID, hash and checksum", true, true, true, true},
	{"PE32 with GUID", false, true, false, false},
	{"PE32+ with hash", true, false, true, false},
	{"PE32 with time stamp", false, false, false, true},
}

const peSections = 7

// buildPE makes a program whose debug information lies in the middle and at the end. Long names stand in the string table.
func buildPE(t testing.TB, k peKind) []byte {
	t.Helper()
	const strings = ".debug_line\x00.debug_info\x00.eh_frame\x00"
	bodies := [peSections]string{"the program", "", "secret-line", "secret-more", "frames", "relocations", "secret-info"}
	names := [peSections]string{".text", ".rdata", "/4", ".stab", "/28", ".reloc", "/16"}
	const headers, align = 1024, 512
	rva := func(i int) uint32 { return uint32(0x1000 * (i + 1)) }
	bodies[1] = peDebug(k, rva(1), headers+align)
	out := make([]byte, headers)
	copy(out, "MZ")
	le.PutUint32(out[0x3c:], 0x80)
	copy(out[0x80:], "PE\x00\x00")
	var table []byte
	for i, body := range bodies {
		s := pe.SectionHeader32{VirtualSize: uint32(len(body)), VirtualAddress: rva(i), SizeOfRawData: align, PointerToRawData: uint32(len(out)),
			Characteristics: pe.IMAGE_SCN_CNT_INITIALIZED_DATA | pe.IMAGE_SCN_MEM_READ}
		switch names[i] {
		case ".text":
			s.Characteristics |= pe.IMAGE_SCN_MEM_EXECUTE
		case ".reloc":
			s.Characteristics |= pe.IMAGE_SCN_MEM_DISCARDABLE
		}
		copy(s.Name[:], names[i])
		table, _ = binary.Append(table, le, s)
		out = pad(append(out, body...), align)
	}
	header := pe.FileHeader{Machine: pe.IMAGE_FILE_MACHINE_I386, NumberOfSections: peSections, TimeDateStamp: peStamp,
		PointerToSymbolTable: uint32(len(out)), NumberOfSymbols: 1, SizeOfOptionalHeader: 224, Characteristics: pe.IMAGE_FILE_EXECUTABLE_IMAGE}
	if k.wide {
		header.Machine, header.SizeOfOptionalHeader = pe.IMAGE_FILE_MACHINE_AMD64, 240
	}
	out = append(out, make([]byte, coffSymbolSize)...)
	copy(out[len(out)-coffSymbolSize:], "secret")
	out = append(le.AppendUint32(out, 4+uint32(len(strings))), strings...)
	head, _ := binary.Append(nil, le, header)
	head = append(head, peOptional(k, headers, align, rva(peSections))...)
	copy(out[0x84:], append(head, table...))
	if k.checksum {
		setChecksum(out, 0x84+peFileHeaderSize+peChecksum)
	}
	return out
}

// peDebug is a debug directory at an address, with its data behind it. An export directory follows.
func peDebug(k peKind, rva, at uint32) string {
	guid, hash := []byte("RSDS"+peGUID+"a.pdb\x00"), append(le.AppendUint32(nil, 32), peHash...)
	if !k.guid {
		guid = nil
	}
	if !k.repro {
		hash = nil
	}
	b, _ := binary.Append(nil, le, []debugEntry{
		{TimeDateStamp: peStamp, Type: debugCodeView, SizeOfData: uint32(len(guid)), AddressOfRawData: rva + 56, PointerToRawData: at + 56},
		{TimeDateStamp: peStamp, Type: debugRepro, SizeOfData: uint32(len(hash)), AddressOfRawData: rva + 90, PointerToRawData: at + 90},
	})
	b = append(append(b, guid...), make([]byte, 90-56-len(guid))...)
	b = append(append(b, hash...), make([]byte, 36-len(hash))...)
	return string(b) + "\x00\x00\x00\x00" + string(le.AppendUint32(nil, peStamp))
}

// peOptional is an optional header with directories for exports and debug information.
func peOptional(k peKind, headers, align, image uint32) []byte {
	dirs := [16]pe.DataDirectory{
		pe.IMAGE_DIRECTORY_ENTRY_EXPORT: {VirtualAddress: 0x2000 + 126, Size: 8},
		pe.IMAGE_DIRECTORY_ENTRY_DEBUG:  {VirtualAddress: 0x2000, Size: 56},
	}
	checksum := uint32(0)
	if k.checksum {
		checksum = 1
	}
	var b []byte
	if k.wide {
		b, _ = binary.Append(nil, le, pe.OptionalHeader64{Magic: 0x20b, SizeOfInitializedData: peSections * align, SectionAlignment: 0x1000,
			FileAlignment: align, SizeOfImage: image, SizeOfHeaders: headers, CheckSum: checksum, NumberOfRvaAndSizes: 16, DataDirectory: dirs})
	} else {
		b, _ = binary.Append(nil, le, pe.OptionalHeader32{Magic: 0x10b, SizeOfInitializedData: peSections * align, SectionAlignment: 0x1000,
			FileAlignment: align, SizeOfImage: image, SizeOfHeaders: headers, CheckSum: checksum, NumberOfRvaAndSizes: 16, DataDirectory: dirs})
	}
	return b
}

// openPE parses an image with the standard library, which shares nothing with the code under test.
func openPE(t testing.TB, data []byte) *pe.File {
	t.Helper()
	f, err := pe.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return f
}
