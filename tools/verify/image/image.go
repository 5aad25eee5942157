// SPDX-License-Identifier: MIT

// Package image reads what the verifier needs of a program: format, machine, build identity, and where its embedded
// signature lies. It reads a stream and keeps no more than windows of it, whatever the size of the program.
package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Format is the container format of a program.
type Format string

// The formats.
const (
	ELF   Format = "ELF"
	PE    Format = "PE"
	MachO Format = "Mach-O"
)

// An Image is what a program says about itself.
type Image struct {
	Format  Format
	Machine string // as GOARCH names it; empty for one that is not on the list of platforms
	ID      []byte // build id, UUID or CodeView identity; nil if there is none
}

// ErrFormat reports bytes that are no program.
var ErrFormat = errors.New("neither ELF, PE nor Mach-O")

// A Source hands out the program's bytes from the start; it may be asked more than once.
type Source func(use func(io.Reader) error) error

// Read reads a program. head is its first bytes, 64 KiB if there are as many.
func Read(head []byte, source Source) (*Image, error) {
	switch {
	case bytes.HasPrefix(head, []byte("\x7fELF")):
		return readELF(head)
	case bytes.HasPrefix(head, []byte("MZ")):
		return readPE(head, source)
	case bytes.HasPrefix(head, []byte("\xcf\xfa\xed\xfe")):
		return readMachO(head)
	}
	return nil, ErrFormat
}

// window is head[at:at+size], or an error that names what was looked for.
func window(head []byte, at, size uint64, what string) ([]byte, error) {
	if at > uint64(len(head)) || size > uint64(len(head))-at {
		return nil, fmt.Errorf("%s lies outside of the first %d bytes", what, len(head))
	}
	return head[at : at+size], nil
}

var elfMachines = map[uint16]string{3: "386", 40: "arm", 62: "amd64", 183: "arm64", 21: "ppc64le", 22: "s390x", 243: "riscv64", 258: "loong64"}

// readELF finds the build id in the notes that a program header names.
func readELF(head []byte) (*Image, error) {
	if len(head) < 64 {
		return nil, errors.New("ELF header is cut off")
	}
	var order binary.ByteOrder = binary.LittleEndian
	if head[5] == 2 {
		order = binary.BigEndian
	}
	m := &Image{Format: ELF, Machine: elfMachines[order.Uint16(head[18:])]}
	wide := head[4] == 2
	phoff, phsize, count := uint64(order.Uint32(head[28:])), uint64(order.Uint16(head[42:])), uint64(order.Uint16(head[44:]))
	least := uint64(32)
	if wide {
		phoff, phsize, count, least = order.Uint64(head[32:]), uint64(order.Uint16(head[54:])), uint64(order.Uint16(head[56:])), 56
	}
	if phsize < least {
		return m, nil // no program headers
	}
	table, err := window(head, phoff, phsize*count, "program headers")
	if err != nil {
		return nil, err
	}
	for ; uint64(len(table)) >= phsize; table = table[phsize:] {
		const note = 4
		if order.Uint32(table) != note {
			continue
		}
		at, size := uint64(order.Uint32(table[4:])), uint64(order.Uint32(table[16:]))
		if wide {
			at, size = order.Uint64(table[8:]), order.Uint64(table[32:])
		}
		notes, err := window(head, at, size, "notes")
		if err != nil {
			return nil, err
		}
		gnu, golang := buildID(notes, order)
		switch {
		case gnu != nil:
			m.ID = gnu
		case m.ID == nil:
			m.ID = golang
		}
	}
	return m, nil
}

// redacted is the build id of programs that Go was told to give none.
const redacted = "redacted"

// buildID is the contents of the notes NT_GNU_BUILD_ID and that of Go, each nil if there is none. Go's own linker writes both,
// and a program header that covers its own alone.
func buildID(notes []byte, order binary.ByteOrder) (gnu, golang []byte) {
	for len(notes) >= 12 {
		name, desc, kind := uint64(order.Uint32(notes)), uint64(order.Uint32(notes[4:])), order.Uint32(notes[8:])
		at := 12 + (name+3)&^3
		if at > uint64(len(notes)) || desc > uint64(len(notes))-at {
			return gnu, golang
		}
		id := notes[at : at+desc]
		switch owner := string(notes[12 : 12+name]); {
		case kind == 3 && owner == "GNU\x00" && desc > 0 && gnu == nil:
			gnu = bytes.Clone(id)
		case kind == 4 && owner == "Go\x00\x00" && desc > 0 && golang == nil && string(id) != redacted:
			golang = bytes.Clone(id)
		}
		notes = notes[min(at+(desc+3)&^3, uint64(len(notes))):]
	}
	return gnu, golang
}

var machoMachines = map[uint32]string{0x01000007: "amd64", 0x0100000c: "arm64"}

// Load commands; see mach-o/loader.h of https://github.com/apple-oss-distributions/xnu
const (
	machoHeader     = 32
	lcUUID          = 0x1b
	lcSegment64     = 0x19
	lcCodeSignature = 0x1d
)

func readMachO(head []byte) (*Image, error) {
	if len(head) < machoHeader {
		return nil, errors.New("the Mach-O header is cut off")
	}
	le := binary.LittleEndian
	m := &Image{Format: MachO, Machine: machoMachines[le.Uint32(head[4:])]}
	err := machoCommands(head, func(_ uint64, command []byte) error {
		if le.Uint32(command) == lcUUID && len(command) >= 24 {
			m.ID = bytes.Clone(command[8:24])
		}
		return nil
	})
	return m, err
}

// machoCommands hands out the load commands and their offsets.
func machoCommands(head []byte, use func(at uint64, command []byte) error) error {
	le := binary.LittleEndian
	if len(head) < machoHeader {
		return errors.New("the Mach-O header is cut off")
	}
	commands, err := window(head, machoHeader, uint64(le.Uint32(head[20:])), "load commands")
	if err != nil {
		return err
	}
	at := uint64(machoHeader)
	for range le.Uint32(head[16:]) {
		if len(commands) < 8 || le.Uint32(commands[4:]) < 8 || uint64(le.Uint32(commands[4:])) > uint64(len(commands)) {
			return errors.New("malformed load commands")
		}
		size := le.Uint32(commands[4:])
		if err := use(at, commands[:size]); err != nil {
			return err
		}
		commands = commands[size:]
		at += uint64(size)
	}
	return nil
}
