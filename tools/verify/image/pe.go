// SPDX-License-Identifier: MIT

package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Fields of a PE file; see https://learn.microsoft.com/windows/win32/debug/pe-format
const (
	peChecksum    = 64 // in the optional header, both kinds
	dirSecurity   = 4
	dirDebug      = 6
	debugEntry    = 28
	debugCodeView = 2
	debugRepro    = 16
	maxDebug      = 64 // entries
	maxDebugData  = 4096
	maxIdentities = 4 // entries that are read, each by a pass over the program; linkers write one or two
)

var peMachines = map[uint16]string{0x14c: "386", 0x8664: "amd64", 0xaa64: "arm64"}

// peLayout is where the parts of a PE file are.
type peLayout struct {
	machine  uint16
	stamp    []byte // TimeDateStamp
	checksum uint64 // offset of CheckSum
	security uint64 // offset of the entry of the certificate table
	certs    [2]uint32
	debug    [2]uint32 // rva, size
	sections []peSection
}

type peSection struct{ rva, size, offset uint32 }

func layoutPE(head []byte) (*peLayout, error) {
	if len(head) < 64 {
		return nil, errors.New("the DOS header is cut off")
	}
	le := binary.LittleEndian
	coff := uint64(le.Uint32(head[60:])) + 4
	h, err := window(head, coff-4, 24, "PE header")
	if err != nil || string(h[:4]) != "PE\x00\x00" {
		return nil, errors.New("no PE header")
	}
	sections, optional := uint64(le.Uint16(h[6:])), uint64(le.Uint16(h[20:]))
	o, err := window(head, coff+20, optional, "optional header")
	if err != nil {
		return nil, err
	}
	table, err := window(head, coff+20+optional, sections*40, "section table")
	if err != nil {
		return nil, err
	}
	dirs := uint64(96)
	if len(o) >= 2 && le.Uint16(o) == 0x20b {
		dirs = 112
	}
	if uint64(len(o)) < dirs+8*(dirDebug+1) || le.Uint32(o[dirs-4:]) <= dirDebug {
		return nil, errors.New("the optional header has too few directories")
	}
	l := &peLayout{machine: le.Uint16(h[4:]), stamp: bytes.Clone(h[8:12]), checksum: coff + 20 + peChecksum, security: coff + 20 + dirs + 8*dirSecurity}
	l.certs = [2]uint32{le.Uint32(o[dirs+8*dirSecurity:]), le.Uint32(o[dirs+8*dirSecurity+4:])}
	l.debug = [2]uint32{le.Uint32(o[dirs+8*dirDebug:]), le.Uint32(o[dirs+8*dirDebug+4:])}
	for ; len(table) > 0; table = table[40:] {
		l.sections = append(l.sections, peSection{le.Uint32(table[12:]), le.Uint32(table[16:]), le.Uint32(table[20:])})
	}
	return l, nil
}

// at is the file offset of an address.
func (l *peLayout) at(rva uint32) (uint64, bool) {
	for _, s := range l.sections {
		if rva >= s.rva && rva-s.rva < s.size {
			return uint64(s.offset) + uint64(rva-s.rva), true
		}
	}
	return 0, false
}

// readPE finds the identity: that of CodeView, else the hash of a REPRO entry, else with an empty REPRO entry the time
// stamp, which then is a hash.
func readPE(head []byte, source Source) (*Image, error) {
	l, err := layoutPE(head)
	if err != nil {
		return nil, err
	}
	m := &Image{Format: PE, Machine: peMachines[l.machine]}
	if l.debug[1] == 0 {
		return m, nil
	}
	offset, ok := l.at(l.debug[0])
	if !ok || l.debug[1]%debugEntry != 0 || l.debug[1]/debugEntry > maxDebug {
		return nil, errors.New("malformed debug directory")
	}
	table, err := part(source, offset, int(l.debug[1]))
	if err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	var hash []byte
	identities := 0
	for ; len(table) > 0; table = table[debugEntry:] {
		kind, size, at := le.Uint32(table[12:]), le.Uint32(table[16:]), le.Uint32(table[24:])
		if kind != debugCodeView && kind != debugRepro {
			continue
		}
		if size > maxDebugData {
			return nil, fmt.Errorf("debug entry of %d bytes", size)
		}
		if identities++; identities > maxIdentities {
			return nil, fmt.Errorf("more than %d debug entries that identify the program", maxIdentities)
		}
		data, err := part(source, uint64(at), int(size))
		if err != nil {
			return nil, err
		}
		switch {
		case kind == debugCodeView && len(data) >= 24 && string(data[:4]) == "RSDS":
			m.ID = data[4:24]
		case kind == debugRepro && len(data) > 4:
			hash = data[4:]
		case kind == debugRepro && hash == nil:
			hash = l.stamp
		}
	}
	if m.ID == nil {
		m.ID = hash
	}
	return m, nil
}

// part reads some bytes of the program.
func part(source Source, at uint64, size int) ([]byte, error) {
	data := make([]byte, size)
	err := source(func(r io.Reader) error {
		if _, err := io.CopyN(io.Discard, r, int64(at)); err != nil {
			return fmt.Errorf("offset %d: %w", at, err)
		}
		_, err := io.ReadFull(r, data)
		return err
	})
	return data, err
}
