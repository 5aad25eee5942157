// SPDX-License-Identifier: MIT

package published

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
)

var le = binary.LittleEndian

// A rule takes the signature off a program. Both the signed and the built program go through it, so that fields that
// signing changes are equal in both.
type rule struct {
	name  string
	is    func(program []byte) bool
	strip func(program []byte) (bare []byte, signed bool, err error)
}

var rules = []rule{
	{"authenticode", func(b []byte) bool { return bytes.HasPrefix(b, []byte("MZ")) }, stripAuthenticode},
	{"codesign", func(b []byte) bool { return bytes.HasPrefix(b, []byte("\xcf\xfa\xed\xfe")) }, stripCodesign},
}

// sameArchive compares a signed archive with the one that was built, member by member.
func sameArchive(signed, built string) (string, error) {
	a, err := compare.Unpack(signed)
	if err != nil {
		return "", &differs{why: err.Error()}
	}
	b, err := compare.Unpack(built)
	if err != nil {
		return "", err
	}
	if len(a) != len(b) {
		return "", &differs{why: fmt.Sprintf("%d members; the built archive has %d", len(a), len(b))}
	}
	var used []string
	for i, x := range a {
		y := b[i]
		if x.Header != y.Header {
			return "", &differs{fmt.Sprintf("member %d has another header", i), &compare.Place{Member: x.Name, Where: "member header", Offset: i, A: x.Header, B: y.Header}}
		}
		name, err := sameProgram(x.Data, y.Data)
		var d *differs
		if errors.As(err, &d) && d.place != nil {
			d.place.Member = strings.TrimSuffix(x.Name+"!"+d.place.Member, "!")
		}
		if err != nil {
			return "", err
		}
		if name != "" {
			used = append(used, name+" ("+x.Name+")")
		}
	}
	if len(used) == 0 {
		return "", &differs{why: "no program in it is signed"}
	}
	slices.Sort(used)
	return strings.Join(slices.Compact(used), ", "), nil
}

// sameProgram gives the rule by which two members are equal; none for equal bytes.
func sameProgram(signed, built []byte) (string, error) {
	if bytes.Equal(signed, built) {
		return "", nil
	}
	for _, r := range rules {
		if !r.is(signed) || !r.is(built) {
			continue
		}
		a, has, err := r.strip(signed)
		if err != nil || !has {
			return "", &differs{why: fmt.Sprintf("%s finds no whole signature: %v", r.name, err), place: compare.Locate(signed, built)}
		}
		b, _, err := r.strip(built)
		if err != nil {
			return "", err
		}
		if !bytes.Equal(a, b) {
			return "", &differs{"differs without its signature, which " + r.name + " took off", compare.Locate(a, b)}
		}
		return r.name, nil
	}
	return "", &differs{"a member differs that is no program", compare.Locate(signed, built)}
}

var errCut = errors.New("the program is cut off")

// stripAuthenticode follows "Microsoft Portable Executable and Common Object File Format Specification", The Attribute
// Certificate Table. Signers pad the file to a multiple of 8.
func stripAuthenticode(program []byte) ([]byte, bool, error) {
	b := bytes.Clone(program)
	if len(b) < 0x40 {
		return nil, false, errCut
	}
	optional := uint64(le.Uint32(b[0x3c:])) + 24
	directories := optional + 96 // of a 32-bit program
	if optional+2 <= uint64(len(b)) && le.Uint16(b[optional:]) == 0x20b {
		directories = optional + 112
	}
	security := directories + 4*8
	if security+8 > uint64(len(b)) {
		return nil, false, errCut
	}
	at, size := uint64(le.Uint32(b[security:])), uint64(le.Uint32(b[security+4:]))
	clear(b[optional+64 : optional+68]) // CheckSum
	clear(b[security : security+8])
	if at != 0 {
		if at < security+8 || at+size != uint64(len(b)) {
			return nil, false, errors.New("the certificate table is not the end of the file")
		}
		b = b[:at]
	}
	return append(b, make([]byte, (8-len(b)%8)%8)...), at != 0, nil
}

// stripCodesign follows mach-o/loader.h of https://github.com/apple-oss-distributions/xnu. Signers pad the file to a
// multiple of 16.
func stripCodesign(program []byte) ([]byte, bool, error) {
	const header, codeSignature, segment64 = 32, 0x1d, 0x19
	b := bytes.Clone(program)
	if len(b) < header {
		return nil, false, errCut
	}
	commands, size := le.Uint32(b[16:]), uint64(le.Uint32(b[20:]))
	if header+size > uint64(len(b)) {
		return nil, false, errCut
	}
	end, found := uint64(len(b)), false
	for rest := b[header : header+size]; len(rest) >= 8; {
		n := uint64(le.Uint32(rest[4:]))
		if n < 8 || n > uint64(len(rest)) {
			return nil, false, errCut
		}
		c := rest[:n]
		rest = rest[n:]
		switch cmd := le.Uint32(c); {
		case cmd == codeSignature && n == 16 && !found:
			found = true
			at, length := uint64(le.Uint32(c[8:])), uint64(le.Uint32(c[12:]))
			if at < header+size || at+length != uint64(len(b)) {
				return nil, false, errors.New("the code signature is not the end of the file")
			}
			end = at
			clear(c)
			le.PutUint32(b[16:], commands-1)
			le.PutUint32(b[20:], uint32(size)-16)
		case cmd == segment64 && n >= 72 && string(c[8:18]) == "__LINKEDIT":
			clear(c[32:40]) // size in memory
			clear(c[48:56]) // size in the file
		}
	}
	b = b[:end]
	return append(b, make([]byte, (16-len(b)%16)%16)...), found, nil
}
