// SPDX-License-Identifier: MIT

package binary

import (
	"bytes"
	"crypto/sha256"
	"debug/pe"
	"errors"
	"fmt"
	"strings"
)

// Layout constants of the PE format, https://learn.microsoft.com/windows/win32/debug/pe-format
const (
	coffHeader   = 20
	dirExport    = 0
	dirImport    = 1
	dirResource  = 2
	dirDebug     = 6
	dirDelay     = 13
	debugEntry   = 28
	typeCodeView = 2
	typeRepro    = 16
	maxRecords   = 1 << 16 // import descriptors, thunks and debug entries that are read at most
	maxLibraries = 4096
	maxName      = 4096
)

func coffMachine(m uint16) string {
	switch m {
	case pe.IMAGE_FILE_MACHINE_AMD64:
		return "amd64"
	case pe.IMAGE_FILE_MACHINE_I386:
		return "386"
	case pe.IMAGE_FILE_MACHINE_ARM64:
		return "arm64"
	}
	return ""
}

// peFile adds to debug/pe the tables that it does not read.
type peFile struct {
	*pe.File
	data []byte
	dirs []pe.DataDirectory
	wide bool // PE32+: thunks of 8 bytes
}

func openPE(data []byte, format Format) (*Image, error) {
	f, err := pe.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", format, err)
	}
	p := &peFile{File: f, data: data}
	m := &Image{Format: format, OS: "windows", Machine: coffMachine(f.Machine)}
	if m.Machine == "" {
		return nil, fmt.Errorf("open %s: machine %#x is not in the list of platforms", format, f.Machine)
	}
	header := uint64(0)
	if format == PE {
		if len(data) < 0x40 || uint64(le32(data[0x3c:]))+24 > uint64(len(data)) {
			return nil, errors.New("open pe: header is cut off")
		}
		header = uint64(le32(data[0x3c:])) + 4
	}
	m.Stamps = []Stamp{{Where: "TimeDateStamp", Offset: header + 4, Value: f.FileHeader.TimeDateStamp}}
	if err := p.sections(m); err != nil {
		return nil, err
	}
	if format == COFF {
		m.Kind = Object
		return m, nil
	}
	if err := p.optional(m); err != nil {
		return nil, err
	}
	for _, step := range []func(*Image) error{p.imports, p.delayImports, p.datedTables, p.debug} {
		if err := step(m); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (p *peFile) optional(m *Image) error {
	m.Kind = Executable
	if p.Characteristics&pe.IMAGE_FILE_DLL != 0 {
		m.Kind = Shared
	}
	switch h := p.OptionalHeader.(type) {
	case *pe.OptionalHeader64:
		p.wide, p.dirs = true, h.DataDirectory[:min(h.NumberOfRvaAndSizes, 16)]
		m.Stack = Stack{Declared: true, Size: h.SizeOfStackReserve}
	case *pe.OptionalHeader32:
		p.dirs = h.DataDirectory[:min(h.NumberOfRvaAndSizes, 16)]
		m.Stack = Stack{Declared: true, Size: uint64(h.SizeOfStackReserve)}
	default:
		return errors.New("open pe: no optional header")
	}
	return nil
}

func (p *peFile) sections(m *Image) error {
	code := sha256.New()
	for _, s := range p.Sections {
		if s.Characteristics&pe.IMAGE_SCN_CNT_UNINITIALIZED_DATA != 0 || s.Size == 0 || s.Offset == 0 {
			continue
		}
		end := uint64(s.Offset) + uint64(s.Size)
		if end > uint64(len(p.data)) {
			return fmt.Errorf("open pe: section %s lies outside the file", s.Name)
		}
		raw := p.data[s.Offset:end]
		exec := s.Characteristics&(pe.IMAGE_SCN_CNT_CODE|pe.IMAGE_SCN_MEM_EXECUTE) != 0
		sec := Section{Name: s.Name, Offset: uint64(s.Offset), Size: uint64(s.Size), Code: exec, Text: !exec && s.Name != ".reloc" && s.Name != ".pdata"}
		if exec {
			code.Write(raw)
		}
		if strings.HasPrefix(s.Name, ".zdebug_") {
			if s.VirtualSize > 0 && s.VirtualSize < s.Size {
				raw = raw[:s.VirtualSize]
			}
			plain, err := zdebug(s.Name, raw)
			if err != nil {
				return err
			}
			sec.Plain = plain
		}
		m.Sections = append(m.Sections, sec)
	}
	m.Sections = append(m.Sections, p.symbolSection()...)
	code.Sum(m.CodeHash[:0])
	return nil
}

// symbolSection stands for the COFF symbol strings, which belong to no section.
func (p *peFile) symbolSection() []Section {
	start := uint64(p.PointerToSymbolTable) + uint64(p.NumberOfSymbols)*pe.COFFSymbolSize
	if p.PointerToSymbolTable == 0 || start+4 > uint64(len(p.data)) {
		return nil
	}
	size := min(uint64(le32(p.data[start:])), uint64(len(p.data))-start)
	return []Section{{Name: "symbol strings", Offset: start, Size: size, Text: true}}
}

// rva gives the bytes from a relative virtual address to the end of its section's file content, and their offset.
func (p *peFile) rva(addr uint32) ([]byte, uint64) {
	for _, s := range p.Sections {
		if addr < s.VirtualAddress || addr-s.VirtualAddress >= s.Size {
			continue
		}
		start := uint64(s.Offset) + uint64(addr-s.VirtualAddress)
		return p.data[start : uint64(s.Offset)+uint64(s.Size)], start
	}
	return nil, 0
}

func (p *peFile) text(addr uint32) (string, error) {
	b, _ := p.rva(addr)
	end := bytes.IndexByte(b[:min(len(b), maxName)], 0)
	if end < 0 {
		return "", fmt.Errorf("read pe: no name at address %#x", addr)
	}
	return string(b[:end]), nil
}

func (p *peFile) dir(n int) pe.DataDirectory {
	if n >= len(p.dirs) {
		return pe.DataDirectory{}
	}
	return p.dirs[n]
}

// datedTables collects the time fields of export and resource directories.
func (p *peFile) datedTables(m *Image) error {
	for _, t := range []struct {
		dir  int
		name string
	}{{dirExport, "export directory"}, {dirResource, "resource directory"}} {
		d := p.dir(t.dir)
		if d.VirtualAddress == 0 {
			continue
		}
		b, off := p.rva(d.VirtualAddress)
		if len(b) < 16 {
			return fmt.Errorf("read pe: %s lies outside the file", t.name)
		}
		m.Stamps = append(m.Stamps, Stamp{Where: t.name, Offset: off + 4, Value: le32(b[4:])})
	}
	return nil
}

func (p *peFile) debug(m *Image) error {
	d := p.dir(dirDebug)
	if d.VirtualAddress == 0 || d.Size == 0 {
		return nil
	}
	b, off := p.rva(d.VirtualAddress)
	if uint64(len(b)) < uint64(d.Size) || d.Size/debugEntry > maxRecords {
		return errors.New("read pe: debug directory lies outside the file")
	}
	var guid, hash []byte
	for i := uint32(0); i+debugEntry <= d.Size; i += debugEntry {
		e := b[i:]
		typ, size, at := le32(e[12:]), le32(e[16:]), le32(e[24:])
		m.Stamps = append(m.Stamps, Stamp{Where: fmt.Sprintf("debug entry of type %d", typ), Offset: off + uint64(i) + 4, Value: le32(e[4:])})
		if uint64(at)+uint64(size) > uint64(len(p.data)) {
			return fmt.Errorf("read pe: debug entry of type %d lies outside the file", typ)
		}
		content := p.data[at : uint64(at)+uint64(size)]
		switch typ {
		case typeRepro:
			m.Repro, hash = true, content
		case typeCodeView:
			if len(content) < 24 || string(content[:4]) != "RSDS" {
				return errors.New("read pe: CodeView entry is not of the RSDS form")
			}
			guid = content[4:20]
			m.PDB = append(m.PDB, strings.TrimRight(string(content[24:]), "\x00"))
		}
	}
	m.Identity = peIdentity(hash, guid, m)
	return nil
}

// peIdentity prefers the CodeView GUID, by which debuggers find symbols, then the repro hash after its length, then a
// header time that is marked as a content hash.
func peIdentity(hash, guid []byte, m *Image) []byte {
	const hashLength = 4
	switch stamp := m.Stamps[0].Value; {
	case len(guid) > 0:
		return bytes.Clone(guid)
	case len(hash) > hashLength:
		return bytes.Clone(hash[hashLength:])
	case m.Repro && stamp != 0:
		return []byte{byte(stamp >> 24), byte(stamp >> 16), byte(stamp >> 8), byte(stamp)}
	}
	return nil
}

// openImport reads a short import object, "Import Library Format" in the PE specification.
func openImport(data []byte) (*Image, error) {
	const size = 20
	if len(data) < size {
		return nil, errors.New("open import object: header is cut off")
	}
	if v := le16(data[4:]); v != 0 {
		return nil, fmt.Errorf("open import object: version %d is not known", v)
	}
	m := &Image{Format: Import, Kind: Object, OS: "windows", Machine: coffMachine(le16(data[6:]))}
	if m.Machine == "" {
		return nil, fmt.Errorf("open import object: machine %#x is not in the list of platforms", le16(data[6:]))
	}
	m.Stamps = []Stamp{{Where: "import TimeDateStamp", Offset: 8, Value: le32(data[8:])}}
	m.Sections = []Section{{Name: "names", Offset: size, Size: uint64(len(data) - size), Text: true}}
	names := strings.SplitN(string(data[size:]), "\x00", 3)
	if len(names) < 3 {
		return nil, errors.New("open import object: names are cut off")
	}
	m.Libraries = []string{names[1]}
	m.Imports = []Symbol{{Library: names[1], Name: names[0]}}
	return m, nil
}
