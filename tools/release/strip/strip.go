// SPDX-License-Identifier: MIT

// Package strip turns a linked program into the one that is released: without symbols and debug information, and with a
// build identity of its own. It knows ELF (32 and 64 bits, both byte orders), PE (32 and 64 bits) and Mach-O (64 bits).
//
// What a program does at run time stays: everything that a loader maps keeps its address and bytes, but for the places
// named here. The bytes that come out follow from the bytes that go in and nothing else.
//
// # Identity
//
// The twin, which is the program before it is stripped, and the program itself carry the same identity, by which
// debuggers and crash reports match them:
//
//	ELF     the description of the note NT_GNU_BUILD_ID
//	Mach-O  LC_UUID
//	PE      the 16 bytes and the age of the CodeView entry (RSDS), or, without one, the hash of the REPRO entry or the
//	        time stamp of the file header, which is a hash in a file with a REPRO entry
//
// SetIdentity replaces it by a hash: SHA-256 of the file, in which all places that hold the identity are zero (and so are
// the PE checksum and the Mach-O signature, which follow from the rest). A PE file without a debug directory gets one.
// Set the twin's, then strip it.
//
// # What goes
//
// From ELF every section that is in no segment and is not allocated, except attributes. From PE the COFF symbols and
// the sections of debug information; addresses that fall free before a kept section become zeros of the one before. From
// Mach-O local symbols, stabs and the segment __DWARF; a file that was signed ad hoc is signed so again, with the same
// identifier. Objects, archives, fat Mach-O files and files signed with a certificate are refused.
package strip

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// MaxSize bounds the files that are read, in bytes.
const MaxSize = 1 << 30

// maxSections bounds sections, segments and load commands.
const maxSections = 4096

// A Format is a format of programs.
type Format string

// The formats.
const (
	ELF   Format = "ELF"
	PE    Format = "PE"
	MachO Format = "Mach-O"
)

// Detect tells the format of a file by its first bytes.
func Detect(data []byte) (Format, error) {
	if len(data) > MaxSize {
		return "", fmt.Errorf("file is larger than %d bytes", MaxSize)
	}
	if len(data) < 64 {
		return "", fmt.Errorf("file of %d bytes is no program", len(data))
	}
	switch {
	case bytes.HasPrefix(data, []byte("\x7fELF")):
		return ELF, nil
	case bytes.HasPrefix(data, []byte("MZ")):
		return PE, nil
	case bytes.HasPrefix(data, []byte("!<arch>\n")), bytes.HasPrefix(data, []byte("!<thin>\n")):
		return "", errors.New("file is an archive; only linked programs are stripped")
	}
	switch binary.BigEndian.Uint32(data) {
	case 0xcffaedfe:
		return MachO, nil
	case 0xcafebabe, 0xcafebabf, 0xbebafeca, 0xbfbafeca:
		return "", errors.New("file is a fat Mach-O; take it apart and strip the program of each architecture")
	case 0xfeedface, 0xcefaedfe, 0xfeedfacf:
		return "", errors.New("file is a Mach-O of 32 bits or of big-endian order, which no supported system runs")
	}
	return "", fmt.Errorf("file begins with % x, which is neither ELF, PE nor Mach-O", data[:4])
}

// Strip returns the program without symbols and debug information. It leaves data as it is.
func Strip(data []byte) ([]byte, error) {
	format, err := Detect(data)
	if err != nil {
		return nil, err
	}
	var out []byte
	switch format {
	case ELF:
		out, err = stripELF(data)
	case PE:
		out, err = stripPE(data)
	case MachO:
		out, err = stripMachO(data)
	}
	if err != nil {
		return nil, fmt.Errorf("strip %s: %w", format, err)
	}
	return out, nil
}

// window returns n bytes of data from offset on; nil and false when they are not all there.
func window(data []byte, offset, n uint64) ([]byte, bool) {
	if offset > uint64(len(data)) || n > uint64(len(data))-offset {
		return nil, false
	}
	return data[offset : offset+n : offset+n], true
}

// roundUp rounds n up to a multiple of align, a power of two. Both are far from overflow: offsets in files of MaxSize.
func roundUp(n, align uint64) uint64 {
	return (n + align - 1) &^ (align - 1)
}
