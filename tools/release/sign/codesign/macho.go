// SPDX-License-Identifier: MIT

package codesign

import (
	"bytes"
	"errors"
	"fmt"
)

// MaxFile bounds the programs that are signed, in bytes.
const MaxFile = 1 << 30

// Constants of the format; see mach-o/loader.h of https://github.com/apple-oss-distributions/xnu
const (
	magic64         = 0xfeedfacf
	headerSize      = 32
	segmentSize     = 72
	sectionSize     = 80
	typeExecute     = 2
	cpuARM64        = 0x0100000c
	lcSegment64     = 0x19
	lcCodeSignature = 0x1d
	commandSize     = 16 // of LC_CODE_SIGNATURE
	maxCommands     = 4096
)

// A macho is a program and where in it the things are that signing changes.
type macho struct {
	file                 []byte
	execute              bool
	linkedit             int // offset of its load command
	signature            int // offset of LC_CODE_SIGNATURE; 0 when there is none
	commandsEnd          int
	firstContent         int // what lies behind the load commands begins here
	textOffset, textSize uint64
	identifier           string // of the ad hoc signature
}

// IsMachO says whether a file begins like a macOS program of 64 bits.
func IsMachO(file []byte) bool { return len(file) > headerSize && le.Uint32(file) == magic64 }

func parse(file []byte) (*macho, error) {
	if !IsMachO(file) || len(file) > MaxFile {
		return nil, fmt.Errorf("a file of %d bytes is no macOS program of 64 bits that can be signed", len(file))
	}
	m := &macho{file: file, execute: le.Uint32(file[12:]) == typeExecute, firstContent: len(file)}
	n, size := le.Uint32(file[16:]), le.Uint32(file[20:])
	if n > maxCommands || uint64(size) > uint64(len(file)-headerSize) {
		return nil, errors.New("the load commands are cut off")
	}
	m.commandsEnd = headerSize + int(size)
	at := headerSize
	for range n {
		if m.commandsEnd-at < 8 {
			return nil, errors.New("the load commands are cut off")
		}
		length := le.Uint32(file[at+4:])
		if length < 8 || length%8 != 0 || uint64(length) > uint64(m.commandsEnd-at) {
			return nil, fmt.Errorf("a load command of %d bytes", length)
		}
		if err := m.command(at, file[at:at+int(length)]); err != nil {
			return nil, err
		}
		at += int(length)
	}
	if m.linkedit == 0 || m.textSize == 0 {
		return nil, errors.New("a segment __TEXT or __LINKEDIT is missing")
	}
	if start, size := m.range64(m.linkedit); start > uint64(len(file)) || size > uint64(len(file))-start || start+size != uint64(len(file)) {
		return nil, errors.New("__LINKEDIT is not the end of the file")
	}
	return m, m.checkSignature()
}

// range64 is where the segment is in the file whose load command is at an offset.
func (m *macho) range64(at int) (start, size uint64) {
	return le.Uint64(m.file[at+40:]), le.Uint64(m.file[at+48:])
}

func (m *macho) command(at int, c []byte) error {
	switch le.Uint32(c) {
	case lcCodeSignature:
		if len(c) != commandSize || m.signature != 0 {
			return errors.New("LC_CODE_SIGNATURE is there twice, or of another size")
		}
		m.signature = at
	case lcSegment64:
		if len(c) < segmentSize || uint64(len(c)-segmentSize) != uint64(le.Uint32(c[64:]))*sectionSize {
			return errors.New("a segment of another size than its sections")
		}
		name, _, _ := bytes.Cut(c[8:24], []byte{0})
		switch string(name) {
		case "__TEXT":
			m.textOffset, m.textSize = m.range64(at)
		case "__LINKEDIT":
			m.linkedit = at
		}
		for s := c[segmentSize:]; len(s) > 0; s = s[sectionSize:] {
			if offset := int(le.Uint32(s[48:])); offset > 0 {
				m.firstContent = min(m.firstContent, offset)
			}
		}
	}
	return nil
}

// checkSignature wants an ad hoc signature, or none, at the end of the file, and takes its identifier.
func (m *macho) checkSignature() error {
	if m.signature == 0 {
		return nil
	}
	start, size := uint64(le.Uint32(m.file[m.signature+8:])), uint64(le.Uint32(m.file[m.signature+12:]))
	if start+size != uint64(len(m.file)) || start%16 != 0 || start < uint64(m.commandsEnd) {
		return errors.New("the signature is not at the end of the file")
	}
	b := m.file[start:]
	if len(b) < 12 || be.Uint32(b) != magicSuperBlob || be.Uint32(b[8:]) > 16 || len(b) < 12+8*int(be.Uint32(b[8:])) {
		return errors.New("the signature is no super blob")
	}
	for i := range int(be.Uint32(b[8:])) {
		slot, at := be.Uint32(b[12+8*i:]), uint64(be.Uint32(b[16+8*i:]))
		if at+8 > uint64(len(b)) {
			return errors.New("the signature is cut off")
		}
		switch part := b[at:]; {
		case slot == slotCMS && be.Uint32(part[4:]) > 8:
			return errors.New("the program is signed with a certificate already")
		case slot == slotDirectory:
			if len(part) < directorySize || uint64(be.Uint32(part[20:])) >= uint64(len(part)) {
				return errors.New("the code directory is cut off")
			}
			name, _, ok := bytes.Cut(part[be.Uint32(part[20:]):], []byte{0})
			if !ok {
				return errors.New("the identifier is cut off")
			}
			m.identifier = string(name)
		}
	}
	return nil
}

// contents is what a signature is about, before its load commands are changed: all but an ad hoc signature, padded to a
// multiple of 16.
func (m *macho) contents() []byte {
	if m.signature != 0 {
		return m.file[:le.Uint32(m.file[m.signature+8:])]
	}
	return append(bytes.Clone(m.file), make([]byte, -len(m.file)&15)...)
}

// layOut is a copy of the file with load commands for a signature of size bytes, whose place is zero.
func (m *macho) layOut(size int) ([]byte, error) {
	contents := m.contents()
	out := make([]byte, len(contents)+size)
	copy(out, contents)
	command := m.signature
	if command == 0 {
		command = m.commandsEnd
		free := out[command:min(command+commandSize, len(contents))]
		if command+commandSize > m.firstContent || bytes.ContainsFunc(free, func(r rune) bool { return r != 0 }) {
			return nil, errors.New("there is no free space for LC_CODE_SIGNATURE; link with room for more load commands")
		}
		le.PutUint32(out[16:], le.Uint32(out[16:])+1)
		le.PutUint32(out[20:], le.Uint32(out[20:])+commandSize)
		le.PutUint32(out[command:], lcCodeSignature)
		le.PutUint32(out[command+4:], commandSize)
	}
	le.PutUint32(out[command+8:], uint32(len(contents)))
	le.PutUint32(out[command+12:], uint32(size))
	start, _ := m.range64(m.linkedit)
	page := uint64(pageSize)
	if le.Uint32(m.file[4:]) == cpuARM64 {
		page = 1 << 14
	}
	filled := uint64(len(out)) - start
	le.PutUint64(out[m.linkedit+48:], filled)
	le.PutUint64(out[m.linkedit+32:], (filled+page-1)&^(page-1))
	return out, nil
}
