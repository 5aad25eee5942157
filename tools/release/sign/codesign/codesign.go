// SPDX-License-Identifier: MIT

// Package codesign signs macOS programs from any system, without touching them: a signature is made and stored by itself,
// and Attach puts the two together as a pure function. The signature is Apple's embedded one: a super blob of a code
// directory with the SHA-256 of each page, an empty list of requirements, and a CMS message over the directory with
// certificates and without a time, so that a deterministic key makes the same signature again. See
// osfmk/kern/cs_blobs.h of https://github.com/apple-oss-distributions/xnu.
//
// A program that is signed ad hoc loses that signature and keeps its identifier. Attach changes the load command
// LC_CODE_SIGNATURE, the sizes of the segment __LINKEDIT and what comes after the contents, and nothing else; where there is
// no such load command, one is put into the free space behind the others.
//
// Gatekeeper asks for a certificate of Apple's, a timestamp of Apple's and a notarisation by Apple. None of these is made
// here.
package codesign

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/sign/cms"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
)

// Extension ends the name of a stored signature.
const Extension = ".macho"

// Constants of code signatures.
const (
	magicSuperBlob    = 0xfade0cc0
	magicDirectory    = 0xfade0c02
	magicRequirements = 0xfade0c01
	magicWrapper      = 0xfade0b01 // of a CMS message
	slotDirectory     = 0
	slotRequirements  = 2
	slotCMS           = 0x10000
	superBlobSize     = 12 + 3*8 // of three blobs
	directoryVersion  = 0x20400  // the first with the executable segment
	directorySize     = 88
	specialSlots      = 2 // of Info.plist, which a program has not, and of the requirements
	pageShift         = 12
	pageSize          = 1 << pageShift
	hashSHA256        = 2
	mainBinary        = 1 // execSegFlags
	slack             = 16
)

// Attributes that name the code directory in the CMS message.
var (
	oidHashAgility  = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 9, 1}
	oidHashAgility2 = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 9, 2}
)

var (
	be = binary.BigEndian
	le = binary.LittleEndian

	// requirements is an empty list of them.
	requirements = blob(magicRequirements, make([]byte, 4))
)

// Sign makes the signature of a program. The identifier is that of its ad hoc signature; fallback is for one without.
func Sign(file []byte, fallback string, id *identity.Identity) ([]byte, error) {
	m, err := parse(file)
	if err != nil {
		return nil, fmt.Errorf("sign program: %w", err)
	}
	d := directory{identifier: fallback, team: team(id)}
	if m.identifier != "" {
		d.identifier = m.identifier
	}
	if d.identifier == "" || strings.Contains(d.identifier, "\x00") || len(d.identifier) > 256 {
		return nil, fmt.Errorf("sign program: identifier %q", d.identifier)
	}
	// The pages hold the size of the signature, and the size of a CMS message varies by a few bytes: the first one, over no
	// program, tells how much to set aside.
	trial, err := message(id, nil)
	if err != nil {
		return nil, err
	}
	contents := m.contents()
	size := (superBlobSize + d.size(len(contents)) + len(requirements) + 8 + len(trial) + slack + 15) &^ 15
	laid, err := m.layOut(size)
	if err != nil {
		return nil, fmt.Errorf("sign program: %w", err)
	}
	code := d.encode(laid[:len(contents)], m)
	signed, err := message(id, code)
	if err != nil {
		return nil, err
	}
	out := superBlob(code, blob(magicWrapper, signed))
	if len(out) > size {
		return nil, fmt.Errorf("sign program: the signature of %d bytes does not fit into %d", len(out), size)
	}
	return append(out, make([]byte, size-len(out))...), nil
}

// team is the team identifier, which Apple's certificates have as organisational unit.
func team(id *identity.Identity) string {
	if len(id.Chain) > 0 && len(id.Chain[0].Subject.OrganizationalUnit) == 1 {
		return id.Chain[0].Subject.OrganizationalUnit[0]
	}
	return ""
}

// message is the CMS message over a code directory, detached.
func message(id *identity.Identity, code []byte) ([]byte, error) {
	sum := sha256.Sum256(code)
	plist := `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>cdhashes</key>
	<array>
		<data>` + base64.StdEncoding.EncodeToString(sum[:20]) + `</data>
	</array>
</dict>
</plist>
`
	return cms.Sign(id.Key, id.WithoutRoot(), cms.Message{
		Version: 1, ContentType: cms.OIDData, Digested: code,
		Signed: []cms.Attribute{
			{Type: oidHashAgility, Value: cms.Must([]byte(plist))},
			{Type: oidHashAgility2, Value: cms.Sequence(cms.Must(cms.OIDSHA256), cms.Must(sum[:]))},
		},
	})
}

// A directory is what a code directory says besides hashes.
type directory struct {
	identifier, team string
}

func (d directory) names() []byte {
	names := append([]byte(d.identifier), 0)
	if d.team != "" {
		names = append(append(names, d.team...), 0)
	}
	return names
}

// size is that of the code directory of n bytes of contents.
func (d directory) size(n int) int {
	return directorySize + len(d.names()) + sha256.Size*(specialSlots+pages(n))
}

func pages(n int) int { return (n + pageSize - 1) >> pageShift }

// encode makes the code directory of contents.
func (d directory) encode(contents []byte, m *macho) []byte {
	n := len(contents)
	teamOffset := 0
	if d.team != "" {
		teamOffset = directorySize + len(d.identifier) + 1
	}
	hashes := directorySize + len(d.names()) + sha256.Size*specialSlots
	var b []byte
	for _, v := range []int{magicDirectory, d.size(n), directoryVersion, 0, hashes, directorySize, specialSlots, pages(n), n} {
		b = be.AppendUint32(b, uint32(v))
	}
	b = append(b, sha256.Size, hashSHA256, 0, pageShift)
	for _, v := range []int{0, 0, teamOffset, 0} { // spare, scatter, team, spare
		b = be.AppendUint32(b, uint32(v))
	}
	var flags uint64
	if m.execute {
		flags = mainBinary
	}
	for _, v := range []uint64{0, m.textOffset, m.textSize, flags} { // first the limit of contents beyond 4 GiB
		b = be.AppendUint64(b, v)
	}
	b = append(b, d.names()...)
	sum := sha256.Sum256(requirements)
	b = append(append(b, sum[:]...), make([]byte, sha256.Size)...) // slots -2 and -1
	for at := 0; at < n; at += pageSize {
		sum := sha256.Sum256(contents[at:min(at+pageSize, n)])
		b = append(b, sum[:]...)
	}
	return b
}

// blob puts the magic number and the size before contents.
func blob(magic uint32, contents []byte) []byte {
	b := be.AppendUint32(nil, magic)
	b = be.AppendUint32(b, uint32(8+len(contents)))
	return append(b, contents...)
}

func superBlob(code, wrapped []byte) []byte {
	size := superBlobSize + len(code) + len(requirements) + len(wrapped)
	var b []byte
	for _, v := range []int{magicSuperBlob, size, 3,
		slotDirectory, superBlobSize,
		slotRequirements, superBlobSize + len(code),
		slotCMS, superBlobSize + len(code) + len(requirements)} {
		b = be.AppendUint32(b, uint32(v))
	}
	return append(append(append(b, code...), requirements...), wrapped...)
}

// Attach returns the file with a signature that Sign made for it; a signature of another file is refused. Neither argument
// is changed.
func Attach(file, signature []byte) ([]byte, error) {
	m, err := parse(file)
	if err != nil {
		return nil, fmt.Errorf("attach signature: %w", err)
	}
	if len(signature) < superBlobSize+directorySize || len(signature)%16 != 0 || be.Uint32(signature) != magicSuperBlob ||
		be.Uint32(signature[16:]) != superBlobSize {
		return nil, errors.New("attach signature: it is none that was made here")
	}
	laid, err := m.layOut(len(signature))
	if err != nil {
		return nil, fmt.Errorf("attach signature: %w", err)
	}
	contents := laid[:len(m.contents())]
	code := signature[superBlobSize:]
	hashes := uint64(be.Uint32(code[16:]))
	var want []byte
	for at := 0; at < len(contents); at += pageSize {
		sum := sha256.Sum256(contents[at:min(at+pageSize, len(contents))])
		want = append(want, sum[:]...)
	}
	if hashes > uint64(len(code)) || !bytes.HasPrefix(code[hashes:], want) || int(be.Uint32(code[28:])) != pages(len(contents)) {
		return nil, errors.New("attach signature: it is not of this file")
	}
	copy(laid[len(contents):], signature)
	return laid, nil
}
