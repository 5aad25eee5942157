// SPDX-License-Identifier: MIT

package releasetest

import (
	"bytes"
	"crypto/sha256"
	"debug/pe"
	"encoding/binary"
)

var le = binary.LittleEndian

// ELF is a small program for linux/amd64 with a build id.
func ELF(machine uint16, id, code string) []byte {
	note := le.AppendUint32(nil, 4)
	note = le.AppendUint32(note, uint32(len(id)))
	note = le.AppendUint32(note, 3)
	note = append(note, "GNU\x00"...)
	note = append(note, id...)
	for len(note)%4 != 0 {
		note = append(note, 0)
	}
	b := append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 9)...)
	b = le.AppendUint16(b, 2) // executable
	b = le.AppendUint16(b, machine)
	b = le.AppendUint32(b, 1)
	b = le.AppendUint64(b, 0)
	b = le.AppendUint64(b, 64) // program headers
	b = le.AppendUint64(b, 0)
	b = le.AppendUint32(b, 0)
	for _, v := range []uint16{64, 56, 1, 64, 0, 0} {
		b = le.AppendUint16(b, v)
	}
	b = le.AppendUint32(b, 4) // note
	b = le.AppendUint32(b, 4)
	for _, v := range []uint64{120, 0, 0, uint64(len(note)), uint64(len(note)), 4} {
		b = le.AppendUint64(b, v)
	}
	return append(append(b, note...), code...)
}

// Machines of ELF.
const (
	AMD64 = 62
	ARM64 = 183
)

// PE is a small program for windows/amd64 with a CodeView identity. Its size is not a multiple of 8.
func PE(id, code string) []byte {
	const headers, rva = 0x200, 0x1000
	b := append([]byte("MZ"), make([]byte, 58)...)
	b = le.AppendUint32(b, 64)
	b = append(b, "PE\x00\x00"...)
	for _, v := range []any{uint16(0x8664), uint16(1), uint32(7), uint32(0), uint32(0), uint16(240), uint16(0x22)} {
		b, _ = binary.Append(b, le, v)
	}
	o := pe.OptionalHeader64{Magic: 0x20b, FileAlignment: headers, SectionAlignment: rva, SizeOfHeaders: headers, SizeOfImage: 2 * rva, Subsystem: 3, NumberOfRvaAndSizes: 16, CheckSum: 99}
	o.DataDirectory[6] = pe.DataDirectory{VirtualAddress: rva, Size: 28}
	b, _ = binary.Append(b, le, o)
	view := append([]byte("RSDS"), sum16(id)...)
	view = le.AppendUint32(view, 1)
	view = append(view, "a.pdb\x00"...)
	data := make([]byte, 12)
	for _, v := range []uint32{2, uint32(len(view)), rva + 28, headers + 28} {
		data = le.AppendUint32(data, v)
	}
	data = append(append(data, view...), code...)
	b = append(b, ".rdata\x00\x00"...)
	for _, v := range []uint32{uint32(len(data)), rva, uint32(len(data)), headers, 0, 0, 0, 0x40000040} {
		b = le.AppendUint32(b, v)
	}
	b = append(b, make([]byte, headers-len(b))...)
	b = append(b, data...)
	if len(b)%8 == 0 {
		b = append(b, 1)
	}
	return b
}

func sum16(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:16]
}

const (
	peChecksum = 64 + 4 + 20 + 64
	peSecurity = 64 + 4 + 20 + 112 + 8*4
)

// AttachPE signs a program of PE. It changes CheckSum, as signers do.
func AttachPE(program []byte, signer *Cert, beside ...Beside) []byte {
	b := bytes.Clone(program)
	for len(b)%8 != 0 {
		b = append(b, 0)
	}
	h := sha256.New()
	h.Write(b[:peChecksum])
	h.Write(b[peChecksum+4 : peSecurity])
	h.Write(b[peSecurity+8:])
	return AttachPKCS7(program, authenticode(h.Sum(nil), signer, beside))
}

// AttachPKCS7 puts a PKCS #7 into a program of PE.
func AttachPKCS7(program, der []byte) []byte {
	b := bytes.Clone(program)
	for len(b)%8 != 0 {
		b = append(b, 0)
	}
	size := (8 + len(der) + 7) &^ 7
	le.PutUint32(b[peSecurity:], uint32(len(b)))
	le.PutUint32(b[peSecurity+4:], uint32(size))
	le.PutUint32(b[peChecksum:], 12345)
	b = le.AppendUint32(b, uint32(size))
	b = le.AppendUint16(b, 0x200)
	b = le.AppendUint16(b, 2)
	return append(append(b, der...), make([]byte, size-8-len(der))...)
}

// DetachPE is the PKCS #7 of a program, as long as it says: its own last byte may be a zero, as those that pad it are.
func DetachPE(program []byte) []byte {
	der := program[le.Uint32(program[peSecurity:])+8:]
	return der[:4+int(binary.BigEndian.Uint16(der[2:]))]
}

// MachO is a small program for darwin/arm64 with a UUID, room for one more load command, and no signature.
func MachO(id, code string) []byte {
	const header, segment, uuid = 32, 72, 24
	b := []byte{}
	for _, v := range []uint32{0xfeedfacf, 0x0100000c, 0, 2, 2, segment + uuid, 0, 0} {
		b = le.AppendUint32(b, v)
	}
	size := uint64(4096 + len(code))
	b = le.AppendUint32(b, 0x19)
	b = le.AppendUint32(b, segment)
	b = append(b, "__LINKEDIT\x00\x00\x00\x00\x00\x00"...)
	for _, v := range []uint64{0, 0x4000, 0, size} {
		b = le.AppendUint64(b, v)
	}
	b = append(b, make([]byte, 16)...)
	b = le.AppendUint32(b, 0x1b)
	b = le.AppendUint32(b, uuid)
	b = append(b, sum16(id)...)
	b = append(b, make([]byte, 4096-len(b))...)
	return append(b, code...)
}

// AttachMachO signs a program of Mach-O; without a signer it signs ad hoc.
func AttachMachO(program []byte, signer *Cert, beside ...Beside) []byte {
	return AttachMachOAs("gosqlite", program, signer, beside...)
}

// AttachMachOAs signs a program of Mach-O that it calls by a name.
func AttachMachOAs(identifier string, program []byte, signer *Cert, beside ...Beside) []byte {
	b := bytes.Clone(program)
	for len(b)%16 != 0 {
		b = append(b, 0)
	}
	end := len(b)
	blob := codeSignature(identifier, b, signer, beside) // for its size
	for range 2 {                                        // the size of an ECDSA signature varies by a byte or two
		b = b[:end]
		commands := le.Uint32(program[20:])
		le.PutUint32(b[16:], le.Uint32(program[16:])+1)
		le.PutUint32(b[20:], commands+16)
		le.PutUint32(b[32+commands:], 0x1d)
		le.PutUint32(b[32+commands+4:], 16)
		le.PutUint32(b[32+commands+8:], uint32(end))
		le.PutUint32(b[32+commands+12:], 8192)
		le.PutUint64(b[32+48:], uint64(end+8192))
		blob = codeSignature(identifier, b, signer, beside)
	}
	return append(append(b, blob...), make([]byte, 8192-len(blob))...)
}

// codeSignature is a super blob over all of program.
func codeSignature(identifier string, program []byte, signer *Cert, beside []Beside) []byte {
	be := binary.BigEndian
	const head = 44
	name := identifier + "\x00"
	var pages []byte
	for rest := program; len(rest) > 0; {
		n := min(4096, len(rest))
		sum := sha256.Sum256(rest[:n])
		pages, rest = append(pages, sum[:]...), rest[n:]
	}
	d := []byte{}
	for _, v := range []uint32{0xfade0c02, uint32(head + len(name) + len(pages)), 0x20001, 0, uint32(head + len(name)), head, 0, uint32(len(pages) / 32), uint32(len(program))} {
		d = be.AppendUint32(d, v)
	}
	d = append(d, 32, 2, 0, 12)
	d = be.AppendUint32(d, 0)
	d = append(append(d, name...), pages...)
	blobs := [][]byte{d}
	if signer != nil {
		cms := signedData(cmsOptions{kind: oidData, digest: d, signer: signer, certs: []*Cert{signer}, beside: beside})
		blobs = append(blobs, append(be.AppendUint32(be.AppendUint32(nil, 0xfade0b01), uint32(8+len(cms))), cms...))
	}
	at := 12 + 8*len(blobs)
	index, body := []byte{}, []byte{}
	for i, slot := range []uint32{0, 0x10000}[:len(blobs)] {
		index = be.AppendUint32(be.AppendUint32(index, slot), uint32(at+len(body)))
		body = append(body, blobs[i]...)
	}
	out := be.AppendUint32(nil, 0xfade0cc0)
	out = be.AppendUint32(out, uint32(at+len(body)))
	out = be.AppendUint32(out, uint32(len(blobs)))
	return append(append(out, index...), body...)
}
