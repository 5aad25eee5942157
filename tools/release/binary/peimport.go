// SPDX-License-Identifier: MIT

package binary

import (
	"errors"
	"fmt"
)

// imports reads the import directory, with imports by ordinal, which debug/pe leaves out.
func (p *peFile) imports(m *Image) error {
	d := p.dir(dirImport)
	if d.VirtualAddress == 0 {
		return nil
	}
	const entry = 20
	b, _ := p.rva(d.VirtualAddress)
	for n := 0; ; n++ {
		if len(b) < entry || n > maxRecords {
			return errors.New("read pe: import directory has no end")
		}
		lookup, name, thunks := le32(b), le32(b[12:]), le32(b[16:])
		if name == 0 {
			return nil
		}
		if lookup == 0 {
			lookup = thunks
		}
		if err := p.library(m, name, lookup); err != nil {
			return err
		}
		b = b[entry:]
	}
}

// delayImports reads the delay-load import directory.
func (p *peFile) delayImports(m *Image) error {
	d := p.dir(dirDelay)
	if d.VirtualAddress == 0 {
		return nil
	}
	const entry = 32
	b, off := p.rva(d.VirtualAddress)
	for n := 0; ; n++ {
		if len(b) < entry || n > maxRecords {
			return errors.New("read pe: delay import directory has no end")
		}
		name, lookup := le32(b[4:]), le32(b[16:])
		if name == 0 {
			return nil
		}
		m.Stamps = append(m.Stamps, Stamp{Where: "delay import directory", Offset: off + uint64(n)*entry + 28, Value: le32(b[28:])})
		if err := p.library(m, name, lookup); err != nil {
			return err
		}
		b = b[entry:]
	}
}

// library reads the names that are imported from one library.
func (p *peFile) library(m *Image, name, lookup uint32) error {
	lib, err := p.text(name)
	if err != nil {
		return err
	}
	if m.Libraries = append(m.Libraries, lib); len(m.Libraries) > maxLibraries {
		return fmt.Errorf("read pe: more than %d libraries", maxLibraries)
	}
	width := 4
	if p.wide {
		width = 8
	}
	b, _ := p.rva(lookup)
	for n := 0; ; n++ {
		if len(b) < width || n > maxRecords || len(m.Imports) > maxRecords {
			return fmt.Errorf("read pe: imports from %s have no end, or are more than %d", lib, maxRecords)
		}
		low, high := le32(b), le32(b[width-4:])
		b = b[width:]
		if low == 0 && high == 0 {
			return nil
		}
		if high&(1<<31) != 0 {
			m.Imports = append(m.Imports, Symbol{Library: lib, Name: fmt.Sprintf("ordinal %d", low&0xffff)})
			continue
		}
		symbol, err := p.text(low + 2) // after the two-byte hint
		if err != nil {
			return err
		}
		m.Imports = append(m.Imports, Symbol{Library: lib, Name: symbol})
	}
}
