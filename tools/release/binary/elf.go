// SPDX-License-Identifier: MIT

package binary

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

var elfMachines = map[elf.Machine]string{
	elf.EM_X86_64: "amd64", elf.EM_386: "386", elf.EM_AARCH64: "arm64", elf.EM_ARM: "arm", elf.EM_RISCV: "riscv64",
	elf.EM_S390: "s390x", elf.EM_LOONGARCH: "loong64",
}

func openELF(data []byte) (*Image, error) {
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("open ELF: %w", err)
	}
	m := &Image{Format: ELF, Machine: elfMachine(f), Static: true}
	if m.Machine == "" {
		return nil, fmt.Errorf("open ELF: machine %v is not in the list of platforms", f.Machine)
	}
	if err := elfPrograms(m, f); err != nil {
		return nil, err
	}
	if m.Kind, err = elfKind(f, m.Interp); err != nil {
		return nil, err
	}
	if err := elfSections(m, f, data); err != nil {
		return nil, err
	}
	m.OS = elfOS(f, m.Kind)
	if m.Kind == Object {
		m.Static = false
		return m, nil
	}
	if err := elfImports(m, f); err != nil {
		return nil, err
	}
	return m, nil
}

func elfMachine(f *elf.File) string {
	switch {
	case f.Machine == elf.EM_PPC64 && f.ByteOrder == binary.LittleEndian:
		return "ppc64le"
	case f.Machine == elf.EM_RISCV && f.Class != elf.ELFCLASS64:
		return ""
	}
	return elfMachines[f.Machine]
}

func elfKind(f *elf.File, interp string) (Kind, error) {
	switch f.Type {
	case elf.ET_EXEC:
		return Executable, nil
	case elf.ET_REL:
		return Object, nil
	case elf.ET_DYN:
		// A static PIE has neither interpreter nor libraries, but says so in DT_FLAGS_1.
		flags, _ := f.DynValue(elf.DT_FLAGS_1)
		if interp != "" || len(flags) > 0 && flags[0]&uint64(elf.DF_1_PIE) != 0 {
			return Executable, nil
		}
		return Shared, nil
	}
	return "", fmt.Errorf("open ELF: type %v is neither program, library nor object", f.Type)
}

func elfPrograms(m *Image, f *elf.File) error {
	for _, p := range f.Progs {
		switch p.Type {
		case elf.PT_INTERP:
			if p.Filesz > 4096 {
				return fmt.Errorf("open ELF: interpreter name of %d bytes", p.Filesz)
			}
			b, err := io.ReadAll(io.LimitReader(p.Open(), 4096))
			if err != nil {
				return fmt.Errorf("read ELF interpreter: %w", err)
			}
			m.Interp, m.Static = strings.TrimRight(string(b), "\x00"), false
		case elf.PT_GNU_STACK:
			m.Stack = Stack{Declared: true, Executable: p.Flags&elf.PF_X != 0, Size: p.Memsz}
		case elf.PT_NOTE:
			b := make([]byte, min(p.Filesz, 1<<16))
			if _, err := io.ReadFull(p.Open(), b); err != nil {
				return fmt.Errorf("read ELF notes: %w", err)
			}
			if id := noteDesc(b, f.ByteOrder, "GNU\x00", 3); id != nil {
				m.Identity = id
			}
		}
	}
	return nil
}

// noteDesc finds the note of an owner and type, by the layout of the ELF specification's note section.
func noteDesc(b []byte, order binary.ByteOrder, owner string, typ uint32) []byte {
	for len(b) >= 12 {
		nameLen, descLen, t := int64(order.Uint32(b)), int64(order.Uint32(b[4:])), order.Uint32(b[8:])
		name := 12 + (nameLen+3)&^3
		end := name + (descLen+3)&^3
		if name > int64(len(b)) || name+descLen > int64(len(b)) {
			return nil
		}
		if t == typ && string(b[12:12+nameLen]) == owner {
			return bytes.Clone(b[name : name+descLen])
		}
		b = b[min(end, int64(len(b))):]
	}
	return nil
}

func elfSections(m *Image, f *elf.File, data []byte) error {
	code := sha256.New()
	for _, s := range f.Sections {
		if s.Type == elf.SHT_NULL || s.Type == elf.SHT_NOBITS {
			continue
		}
		if s.Offset > uint64(len(data)) || s.FileSize > uint64(len(data))-s.Offset {
			return fmt.Errorf("open ELF: section %s lies outside the file", s.Name)
		}
		raw := data[s.Offset : s.Offset+s.FileSize]
		sec := Section{Name: s.Name, Offset: s.Offset, Size: s.FileSize, Code: s.Flags&elf.SHF_EXECINSTR != 0}
		sec.Text = !sec.Code && elfTextType(s.Type)
		if sec.Code {
			code.Write(raw)
		}
		if m.Identity == nil && s.Type == elf.SHT_NOTE {
			m.Identity = noteDesc(raw, f.ByteOrder, "GNU\x00", 3)
		}
		plain, err := elfPlain(s, raw)
		if err != nil {
			return err
		}
		sec.Plain = plain
		m.Sections = append(m.Sections, sec)
	}
	if len(m.Sections) == 0 {
		elfSegments(m, f, code)
	}
	code.Sum(m.CodeHash[:0])
	return nil
}

// elfSegments stands in for the sections of a file whose section headers were removed.
func elfSegments(m *Image, f *elf.File, code io.Writer) {
	for i, p := range f.Progs {
		if p.Type != elf.PT_LOAD {
			continue
		}
		exec := p.Flags&elf.PF_X != 0
		m.Sections = append(m.Sections, Section{Name: fmt.Sprintf("segment %d", i), Offset: p.Off, Size: p.Filesz, Code: exec, Text: !exec})
		if exec {
			_, _ = io.Copy(code, p.Open())
		}
	}
}

func elfTextType(t elf.SectionType) bool {
	switch t {
	case elf.SHT_SYMTAB, elf.SHT_DYNSYM, elf.SHT_RELA, elf.SHT_REL, elf.SHT_HASH, elf.SHT_GNU_HASH, elf.SHT_DYNAMIC,
		elf.SHT_GNU_VERSYM, elf.SHT_INIT_ARRAY, elf.SHT_FINI_ARRAY, elf.SHT_GROUP, elf.SHT_SYMTAB_SHNDX:
		return false
	}
	return true
}

// elfPlain decompresses a debug section: SHF_COMPRESSED with zlib or zstd, or the older .zdebug_ form.
func elfPlain(s *elf.Section, raw []byte) ([]byte, error) {
	if strings.HasPrefix(s.Name, ".zdebug_") {
		return zdebug(s.Name, raw)
	}
	if s.Flags&elf.SHF_COMPRESSED == 0 {
		return nil, nil
	}
	if s.Size > maxSection {
		return nil, fmt.Errorf("read %s: %d bytes unpacked are more than the limit of %d", s.Name, s.Size, maxSection)
	}
	plain, err := s.Data()
	if err != nil {
		return nil, fmt.Errorf("decompress %s: %w", s.Name, err)
	}
	return plain, nil
}

// zdebug decompresses the form "ZLIB", big-endian size, zlib stream, which Go writes into PE and Mach-O.
func zdebug(name string, raw []byte) ([]byte, error) {
	if len(raw) < 12 || string(raw[:4]) != "ZLIB" {
		return nil, fmt.Errorf("decompress %s: no ZLIB header", name)
	}
	size := binary.BigEndian.Uint64(raw[4:])
	if size > maxSection {
		return nil, fmt.Errorf("decompress %s: %d bytes are more than the limit of %d", name, size, maxSection)
	}
	r, err := zlib.NewReader(bytes.NewReader(raw[12:]))
	if err != nil {
		return nil, fmt.Errorf("decompress %s: %w", name, err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, int64(size)+1))
	if err != nil {
		return nil, fmt.Errorf("decompress %s: %w", name, err)
	}
	if uint64(len(plain)) != size {
		return nil, fmt.Errorf("decompress %s: header says %d bytes, stream has %d", name, size, len(plain))
	}
	return plain, nil
}

// elfOS tells the system by OSABI, then by the note that each BSD puts into its programs. An ELF program without either
// mark is a Linux one: the kernel asks for none, and Go and musl write none.
func elfOS(f *elf.File, kind Kind) string {
	switch f.OSABI {
	case elf.ELFOSABI_FREEBSD:
		return "freebsd"
	case elf.ELFOSABI_NETBSD:
		return "netbsd"
	}
	for _, s := range f.Sections {
		if s.Type != elf.SHT_NOTE {
			continue
		}
		b, err := s.Data()
		if err != nil {
			continue
		}
		for owner, os := range map[string]string{"NetBSD\x00": "netbsd", "FreeBSD\x00": "freebsd", "OpenBSD\x00": "openbsd"} {
			if noteDesc(b, f.ByteOrder, owner, 1) != nil {
				return os
			}
		}
	}
	if kind == Object {
		return ""
	}
	return "linux"
}

func elfImports(m *Image, f *elf.File) error {
	if f.Section(".dynamic") == nil && !hasDynamic(f) {
		return nil
	}
	libs, err := f.ImportedLibraries()
	if err != nil {
		return fmt.Errorf("read needed libraries: %w", err)
	}
	m.Libraries = libs
	if len(libs) > 0 {
		m.Static = false
	}
	syms, err := f.DynamicSymbols()
	if err != nil && err != elf.ErrNoSymbols {
		return fmt.Errorf("read dynamic symbols: %w", err)
	}
	for _, s := range syms {
		if s.Section == elf.SHN_UNDEF && s.Name != "" {
			m.Imports = append(m.Imports, Symbol{Library: s.Library, Name: s.Name, Version: s.Version})
		}
	}
	needs, err := f.DynamicVersionNeeds()
	if err != nil {
		return nil // no version table
	}
	for _, n := range needs {
		for _, d := range n.Needs {
			m.Versions = append(m.Versions, d.Dep)
		}
	}
	return nil
}

func hasDynamic(f *elf.File) bool {
	for _, p := range f.Progs {
		if p.Type == elf.PT_DYNAMIC {
			return true
		}
	}
	return false
}
