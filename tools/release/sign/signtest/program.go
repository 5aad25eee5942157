// SPDX-License-Identifier: MIT

package signtest

import (
	"bytes"
	"encoding/binary"
)

var (
	le = binary.LittleEndian
	be = binary.BigEndian
)

// PE is a Windows program for amd64 of one section, which holds text. It can't run.
func PE(text string) []byte {
	const optional = 64 + 4 + 20
	f := make([]byte, 0x400)
	copy(f, "MZ")
	le.PutUint32(f[0x3c:], 64)
	copy(f[64:], "PE\x00\x00")
	le.PutUint16(f[68:], 0x8664) // machine
	le.PutUint16(f[70:], 1)      // sections
	le.PutUint16(f[84:], 240)    // size of the optional header
	le.PutUint16(f[86:], 0x22)   // executable, large addresses
	o := f[optional:]
	le.PutUint16(o, 0x20b)
	for at, v := range map[int]uint32{4: 0x200, 16: 0x1000, 20: 0x1000, 32: 0x1000, 36: 0x200, 56: 0x2000, 60: 0x200, 64: 1, 108: 16} {
		le.PutUint32(o[at:], v)
	}
	le.PutUint64(o[24:], 0x140000000)
	le.PutUint16(o[40:], 6)
	le.PutUint16(o[48:], 6)
	le.PutUint16(o[68:], 3) // console
	s := f[optional+240:]
	copy(s, ".text")
	for at, v := range map[int]uint32{8: 0x200, 12: 0x1000, 16: 0x200, 20: 0x200, 36: 0x60000020} {
		le.PutUint32(s[at:], v)
	}
	copy(f[0x200:], text)
	return f
}

// MachO is a macOS program for arm64 whose section holds text. It can't run. With an identifier it is signed ad hoc by an
// empty code directory.
func MachO(text, identifier string) []byte {
	const size = 0x4000
	f := make([]byte, size)
	le.PutUint32(f, 0xfeedfacf)
	le.PutUint32(f[4:], 0x0100000c)
	le.PutUint32(f[12:], 2)
	var commands []byte
	segment := func(name string, offset, length uint64, sections int) []byte {
		c := make([]byte, 72+80*sections)
		le.PutUint32(c, 0x19)
		le.PutUint32(c[4:], uint32(len(c)))
		copy(c[8:24], name)
		le.PutUint64(c[24:], 0x100000000+offset)
		le.PutUint64(c[32:], size)
		le.PutUint64(c[40:], offset)
		le.PutUint64(c[48:], length)
		le.PutUint32(c[64:], uint32(sections))
		return c
	}
	code := segment("__TEXT", 0, size, 1)
	copy(code[72:], "__text")
	copy(code[88:], "__TEXT")
	le.PutUint32(code[72+48:], 0x1000)
	linkedit := bytes.Repeat([]byte{0xee}, 40)
	count := 2
	var signature []byte
	if identifier != "" {
		linkedit = append(linkedit, make([]byte, 8)...)
		signature = adHoc(identifier)
		count = 3
	}
	commands = append(commands, code...)
	commands = append(commands, segment("__LINKEDIT", size, uint64(len(linkedit)+len(signature)), 0)...)
	if signature != nil {
		commands = le.AppendUint32(commands, 0x1d)
		for _, v := range []int{16, size + len(linkedit), len(signature)} {
			commands = le.AppendUint32(commands, uint32(v))
		}
	}
	le.PutUint32(f[16:], uint32(count))
	le.PutUint32(f[20:], uint32(len(commands)))
	copy(f[32:], commands)
	copy(f[0x1000:], text)
	return append(append(f, linkedit...), signature...)
}

// adHoc is a super blob of a code directory that has an identifier and no hashes.
func adHoc(identifier string) []byte {
	d := make([]byte, 88)
	be.PutUint32(d, 0xfade0c02)
	be.PutUint32(d[4:], uint32(88+len(identifier)+1))
	be.PutUint32(d[8:], 0x20400)
	be.PutUint32(d[12:], 2)
	be.PutUint32(d[16:], uint32(88+len(identifier)+1))
	be.PutUint32(d[20:], 88)
	d[36], d[37], d[39] = 32, 2, 12 // SHA-256, pages of 4 KiB
	d = append(append(d, identifier...), 0)
	var b []byte
	for _, v := range []int{0xfade0cc0, 20 + len(d), 1, 0, 20} {
		b = be.AppendUint32(b, uint32(v))
	}
	b = append(b, d...)
	return append(b, make([]byte, -len(b)&15)...)
}
