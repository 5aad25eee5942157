// SPDX-License-Identifier: MIT

package binarytest

import (
	"bytes"
	"debug/macho"
)

// MachO describes a 64-bit macOS program.
type MachO struct {
	UUID   []byte // 16 bytes, none if nil
	Dylib  string
	Symbol string // taken from Dylib
	OSO    string // object path of a debug stab
	Code   []byte
	Data   []byte // __TEXT,__cstring
}

// MacProgram gives a program that passes every leak rule.
func MacProgram() MachO {
	return MachO{UUID: []byte("0123456789abcdef"), Dylib: "/usr/lib/libSystem.B.dylib", Symbol: "_open", Code: []byte{0xc0}, Data: []byte("hello\x00")}
}

// Bytes lays the file out: header, load commands, code, data, symbols, symbol strings.
func (m MachO) Bytes() []byte {
	cmds := new(bytes.Buffer)
	count := uint32(0)
	add := func(parts ...any) {
		count++
		for _, p := range parts {
			put(cmds, p)
		}
	}
	if m.UUID != nil {
		add([2]uint32{0x1b, 24}, m.UUID)
	}
	dylib := append([]byte(m.Dylib), make([]byte, 8-len(m.Dylib)%8)...)
	add([6]uint32{0xc, uint32(24 + len(dylib)), 24}, dylib)

	const header, segment, sect, symtab = 32, 72, 80, 24
	start := uint32(header + cmds.Len() + segment + 2*sect + symtab)
	codeAt, dataAt := start, start+uint32(len(m.Code))
	symAt := dataAt + uint32(len(m.Data))
	strings := []byte("\x00" + m.Symbol + "\x00")
	syms := new(bytes.Buffer)
	put(syms, macho.Nlist64{Name: 1, Type: 1, Desc: 1 << 8})
	n := uint32(1)
	if m.OSO != "" {
		put(syms, macho.Nlist64{Name: uint32(len(strings)), Type: 0x66})
		strings = append(append(strings, m.OSO...), 0)
		n++
	}
	seg := macho.Segment64{Cmd: macho.LoadCmdSegment64, Len: segment + 2*sect, Nsect: 2}
	copy(seg.Name[:], "__TEXT")
	add(seg, machoSection("__text", codeAt, len(m.Code), 0x80000400), machoSection("__cstring", dataAt, len(m.Data), 2))
	add(macho.SymtabCmd{Cmd: macho.LoadCmdSymtab, Len: symtab, Symoff: symAt, Nsyms: n, Stroff: symAt + uint32(syms.Len()), Strsize: uint32(len(strings))})

	out := new(bytes.Buffer)
	put(out, macho.FileHeader{Magic: macho.Magic64, Cpu: macho.CpuArm64, Type: macho.TypeExec, Ncmd: count, Cmdsz: uint32(cmds.Len())})
	put(out, uint32(0))
	for _, b := range [][]byte{cmds.Bytes(), m.Code, m.Data, syms.Bytes(), strings} {
		out.Write(b)
	}
	return out.Bytes()
}

func machoSection(name string, off uint32, size int, flags uint32) macho.Section64 {
	s := macho.Section64{Size: uint64(size), Offset: off, Flags: flags}
	copy(s.Name[:], name)
	copy(s.Seg[:], "__TEXT")
	return s
}
