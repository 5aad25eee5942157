// SPDX-License-Identifier: MIT

// Package binary reads what a released file says about itself: its format, machine, operating system, sections,
// identity, imports and the header fields that a build can leak through. It knows ELF, PE, COFF objects, short import
// objects, Mach-O and ar archives, and never changes a file.
//
// It is a reader for checks. The programs that rewrite binaries have readers of their own, so that one shared mistake
// cannot vouch for itself.
package binary

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Format is the container format of one file.
type Format string

// The formats that Detect tells apart.
const (
	ELF    Format = "elf"
	PE     Format = "pe"
	COFF   Format = "coff"        // relocatable object for Windows
	Import Format = "coff-import" // short import object, a member of an import library
	MachO  Format = "macho"
	Ar     Format = "ar"
)

// Kind is what an image is for.
type Kind string

// The kinds of image.
const (
	Executable Kind = "executable"
	Shared     Kind = "shared"
	Object     Kind = "object"
)

// MaxImage is the size in bytes above which an image is refused unread.
const MaxImage = 1 << 30

// maxSection bounds one decompressed debug section.
const maxSection = 512 << 20

// ErrFormat reports bytes that are none of the known formats. Callers take it as failure, never as nothing to check.
var ErrFormat = errors.New("unknown format")

// Section is a named part of an image.
type Section struct {
	Name   string
	Offset uint64 // of the first byte in the file
	Size   uint64 // in the file
	Code   bool   // machine code; strings found in it are chance
	Text   bool   // may hold strings: neither code, relocations, hashes nor symbol records
	// Plain is the decompressed content, only for sections that are stored compressed.
	Plain []byte
}

// Stack is what an image asks for its main stack.
type Stack struct {
	Declared   bool   // a PT_GNU_STACK header, or a PE reserve
	Executable bool   // ELF only
	Size       uint64 // bytes; 0 leaves it to the system
}

// Stamp is a time field of a header. A reproducible file holds zero in it, or a content hash that is marked as such.
type Stamp struct {
	Where  string
	Offset uint64
	Value  uint32
}

// Symbol is one import: the library it is bound to, its name, and its version where the format has such.
type Symbol struct {
	Library, Name, Version string
}

// Image is one parsed ELF, PE, COFF or Mach-O file.
type Image struct {
	Format  Format
	Kind    Kind
	Machine string // as GOARCH names it
	OS      string // as GOOS names it; empty where the format does not say
	Static  bool   // needs no dynamic loader
	Interp  string // ELF interpreter

	Sections []Section
	Stack    Stack

	Identity []byte // build id, UUID or repro hash; nil if none
	Stamps   []Stamp
	Repro    bool     // PE: a REPRO debug entry says that time fields are content hashes
	PDB      []string // PE: CodeView paths
	OSO      []string // Mach-O: object paths in debug stabs

	// Go tells a Go program; PureGo one with no C in it, whose stacks Go allocates by itself.
	Go, PureGo bool

	Libraries []string // in load order
	Imports   []Symbol
	Versions  []string // ELF: needed symbol versions, such as GLIBC_2.28

	// CodeHash is the SHA-256 of all code bytes. A binary and its debug twin share it; two programs do not.
	CodeHash [32]byte
}

// Detect tells the format from the first bytes; the empty Format means none of those known.
func Detect(data []byte) Format {
	at := func(off int, want string) bool {
		return len(data) >= off+len(want) && string(data[off:off+len(want)]) == want
	}
	switch {
	case at(0, "\x7fELF"):
		return ELF
	case at(0, "MZ"):
		return PE
	case at(0, "!<arch>\n"):
		return Ar
	case at(0, "\xcf\xfa\xed\xfe"), at(0, "\xce\xfa\xed\xfe"), at(0, "\xfe\xed\xfa\xcf"), at(0, "\xfe\xed\xfa\xce"):
		return MachO
	case at(0, "\x00\x00\xff\xff"):
		return Import
	case len(data) >= coffHeader && coffMachine(le16(data)) != "":
		return COFF
	}
	return ""
}

// Open parses an image. It returns ErrFormat for bytes of no known format, and for an archive, which is read by
// Archive.
func Open(data []byte) (m *Image, err error) {
	// The parsers of the standard library may panic on malformed files; here that is an error like any other.
	defer func() {
		if r := recover(); r != nil {
			m, err = nil, fmt.Errorf("open image: malformed file: %v", r)
		}
	}()
	if len(data) > MaxImage {
		return nil, fmt.Errorf("open image: %d bytes are more than the limit of %d", len(data), MaxImage)
	}
	switch f := Detect(data); f {
	case ELF:
		m, err = openELF(data)
	case PE, COFF:
		m, err = openPE(data, f)
	case Import:
		return openImport(data)
	case MachO:
		m, err = openMachO(data)
	default:
		return nil, fmt.Errorf("open image: %w; ELF, PE, COFF and Mach-O are known", ErrFormat)
	}
	if err != nil {
		return nil, err
	}
	m.Go = bytes.Contains(data, []byte(goMark))
	m.PureGo = m.Go && !m.hasC()
	return m, nil
}

// goMark begins the build information of every Go program, see debug/buildinfo.
const goMark = "\xff Go buildinf:"

// hasC tells a program with a C runtime: in ELF by its start-up sections, in PE by a library beside the kernel's,
// in Mach-O never decided, since every macOS program loads libSystem.
func (m *Image) hasC() bool {
	for _, s := range m.Sections {
		switch s.Name {
		case ".init", ".init_array", ".preinit_array", ".ctors":
			return true
		}
	}
	if m.Format != PE {
		return m.Format == MachO
	}
	for _, l := range m.Libraries {
		if !strings.EqualFold(l, "kernel32.dll") {
			return true
		}
	}
	return false
}

// SectionAt names the section that holds the byte at a file offset, or "header" if it lies in none.
func (m *Image) SectionAt(offset uint64) string {
	for _, s := range m.Sections {
		if offset >= s.Offset && offset-s.Offset < s.Size {
			return s.Name
		}
	}
	return "header"
}

func le16(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 }
func le32(b []byte) uint32 { return uint32(le16(b)) | uint32(le16(b[2:]))<<16 }
