// SPDX-License-Identifier: MIT

package binarytest

import (
	"bytes"
	"debug/pe"
	"encoding/binary"
)

// PE describes a Windows program of one section, or an object.
type PE struct {
	Object     bool
	DLL        bool
	Stamp      uint32
	ExportTime uint32 // an export directory is there if not 0
	DebugTime  uint32
	Repro      bool
	ReproHash  []byte
	PDB        string // a CodeView entry is there if not empty
	StackSize  uint64
	Code       []byte
	Data       []byte            // at the end of .rdata
	Imports    map[string]string // library to the one symbol taken from it
}

// WindowsProgram gives a program that passes every leak rule.
func WindowsProgram() PE {
	return PE{Repro: true, ReproHash: []byte("0123456789abcdef"), Code: []byte{0xc3}, Data: []byte("hello\x00")}
}

const (
	peStart  = 0x40
	rdataRVA = 0x2000
	textOff  = 0x400
	textSize = 0x200
	rdataOff = textOff + textSize
)

// Bytes lays the file out.
func (p PE) Bytes() []byte {
	r := &rdata{}
	optional := pe.OptionalHeader64{Magic: 0x20b, SizeOfStackReserve: p.StackSize, NumberOfRvaAndSizes: 16}
	optional.DataDirectory[0] = r.exports(p.ExportTime)
	optional.DataDirectory[6] = r.debug(p)
	optional.DataDirectory[1] = r.imports(p.Imports)
	r.Write(p.Data)
	for r.Len()%0x200 != 0 || r.Len() == 0 {
		r.WriteByte(0)
	}
	file := pe.FileHeader{Machine: pe.IMAGE_FILE_MACHINE_AMD64, NumberOfSections: 2, TimeDateStamp: p.Stamp, SizeOfOptionalHeader: uint16(binary.Size(optional))}
	if p.DLL {
		file.Characteristics = pe.IMAGE_FILE_DLL
	}
	out := new(bytes.Buffer)
	if p.Object {
		file.SizeOfOptionalHeader = 0
	} else {
		dos := make([]byte, peStart)
		copy(dos, "MZ")
		dos[0x3c] = peStart
		out.Write(dos)
		out.WriteString("PE\x00\x00")
	}
	put(out, file)
	if !p.Object {
		put(out, optional)
	}
	put(out, section(".text", 0x1000, textSize, textOff, pe.IMAGE_SCN_CNT_CODE|pe.IMAGE_SCN_MEM_EXECUTE))
	put(out, section(".rdata", rdataRVA, uint32(r.Len()), rdataOff, pe.IMAGE_SCN_CNT_INITIALIZED_DATA))
	out.Write(make([]byte, textOff-out.Len()))
	out.Write(p.Code)
	out.Write(make([]byte, rdataOff-out.Len()))
	out.Write(r.Bytes())
	return out.Bytes()
}

func section(name string, rva, size, off, flags uint32) pe.SectionHeader32 {
	s := pe.SectionHeader32{VirtualSize: size, VirtualAddress: rva, SizeOfRawData: size, PointerToRawData: off, Characteristics: flags}
	copy(s.Name[:], name)
	return s
}

// rdata collects tables; rva is the address of the next byte.
type rdata struct{ bytes.Buffer }

func (r *rdata) rva() uint32 { return rdataRVA + uint32(r.Len()) }

func (r *rdata) exports(time uint32) pe.DataDirectory {
	if time == 0 {
		return pe.DataDirectory{}
	}
	d := pe.DataDirectory{VirtualAddress: r.rva(), Size: 40}
	put(&r.Buffer, [10]uint32{0, time})
	return d
}

func (r *rdata) debug(p PE) pe.DataDirectory {
	type entry struct {
		typ  uint32
		data []byte
	}
	var entries []entry
	if p.PDB != "" {
		entries = append(entries, entry{2, append([]byte("RSDS0123456789abcdef\x01\x00\x00\x00"), p.PDB+"\x00"...)})
	}
	if p.Repro {
		entries = append(entries, entry{16, p.ReproHash})
	}
	if len(entries) == 0 {
		return pe.DataDirectory{}
	}
	d := pe.DataDirectory{VirtualAddress: r.rva(), Size: uint32(28 * len(entries))}
	at := uint32(r.Len()) + d.Size
	for _, e := range entries {
		put(&r.Buffer, [7]uint32{0, p.DebugTime, 0, e.typ, uint32(len(e.data)), rdataRVA + at, rdataOff + at})
		at += uint32(len(e.data))
	}
	for _, e := range entries {
		r.Write(e.data)
	}
	return d
}

func (r *rdata) imports(libs map[string]string) pe.DataDirectory {
	var d pe.DataDirectory
	table := new(bytes.Buffer)
	for lib, symbol := range libs {
		name := r.rva()
		r.WriteString(lib + "\x00")
		hint := r.rva()
		r.WriteString("\x00\x00" + symbol + "\x00")
		lookup := r.rva()
		put(&r.Buffer, [3]uint64{uint64(hint), 1<<63 | 7, 0})
		put(table, [5]uint32{lookup, 0, 0, name, lookup})
	}
	if table.Len() > 0 {
		d = pe.DataDirectory{VirtualAddress: r.rva(), Size: uint32(table.Len())}
		r.Write(table.Bytes())
		r.Write(make([]byte, 20))
	}
	return d
}

// ShortImport gives a short import object for a function of a library.
func ShortImport(symbol, library string, time uint32) []byte {
	out := new(bytes.Buffer)
	names := symbol + "\x00" + library + "\x00"
	put(out, [4]uint16{0, 0xffff, 0, pe.IMAGE_FILE_MACHINE_AMD64})
	put(out, [2]uint32{time, uint32(len(names))})
	put(out, [2]uint16{})
	out.WriteString(names)
	return out.Bytes()
}
