// SPDX-License-Identifier: MIT

// Package authenticode signs Windows programs without touching them: a signature is made and stored by itself, and Attach
// puts the two together as a pure function. The signature is the PKCS #7 message of Microsoft's "Windows Authenticode
// Portable Executable Signature Format": SHA-256, the digest of the file in SpcIndirectDataContent, certificates without
// the root, RFC 3161 timestamps where an authority is configured, and no signing time, so that a deterministic key without
// timestamps makes the same signature again.
//
// Attach changes three things, and stripping is putting them back: the entry of the certificate table in the data
// directories, the checksum, if the file had one, and the table at the end. Files whose size is no multiple of 8 are
// refused, since padding could not be told from contents; linkers make none.
package authenticode

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"

	"github.com/gosqlite/gosqlite/tools/release/sign/bundle"
	"github.com/gosqlite/gosqlite/tools/release/sign/cms"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/timestamp"
)

// Extension ends the name of a stored signature.
const Extension = ".authenticode"

// Limits, in bytes.
const (
	MaxFile      = 1 << 30
	maxSignature = 1 << 20
)

// Object identifiers of Microsoft's format.
var (
	oidIndirectData  = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 1, 4}
	oidStatementType = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 1, 11}
	oidOpusInfo      = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 1, 12}
	oidPEImageData   = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 1, 15}
	oidIndividual    = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 1, 21}
	oidTimestamp     = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 3, 3, 1}
)

// The header of the one entry of a certificate table (WIN_CERTIFICATE).
const (
	entryHeader       = 8
	revision2         = 0x0200
	pkcsSignedData    = 0x0002
	securityDirectory = 4 // index of the data directory
)

var le = binary.LittleEndian

// IsPE says whether a file begins like a Windows program.
func IsPE(file []byte) bool {
	return len(file) > 0x40 && bytes.HasPrefix(file, []byte("MZ"))
}

// Sign makes the signature of an unsigned file. At most one authority's timestamp has a place in it; the first is taken.
func Sign(ctx context.Context, file []byte, id *identity.Identity, authorities []bundle.Timestamper) ([]byte, error) {
	p, err := parse(file)
	if err != nil {
		return nil, fmt.Errorf("sign program: %w", err)
	}
	digest := p.digest()
	content := [][]byte{
		cms.Sequence(cms.Must(oidPEImageData), cms.Sequence(
			cms.Must(asn1.BitString{}), // no flags
			// A link to a file with an empty name, which is what stands here since nobody fills it.
			cms.Explicit(0, cms.Explicit(2, []byte{0x80, 0})),
		)),
		cms.Sequence(cms.Sequence(cms.Must(cms.OIDSHA256), asn1.NullBytes), cms.Must(digest[:])),
	}
	message := cms.Message{
		Version: 1, ContentType: oidIndirectData, Content: cms.Sequence(content...), Digested: bytes.Join(content, nil),
		Signed: []cms.Attribute{
			{Type: oidOpusInfo, Value: cms.Sequence()},
			{Type: oidStatementType, Value: cms.Sequence(cms.Must(oidIndividual))},
		},
	}
	if len(authorities) > 0 {
		message.Unsigned = func(signature []byte) ([]cms.Attribute, error) {
			answer, err := authorities[0].Timestamp(ctx, signature)
			if err != nil {
				return nil, err
			}
			token, err := timestamp.Token(answer)
			return []cms.Attribute{{Type: oidTimestamp, Value: token}}, err
		}
	}
	return cms.Sign(id.Key, id.WithoutRoot(), message)
}

// Attach returns the file with a signature that Sign made for it; a signature of another file is refused. Neither argument
// is changed.
func Attach(file, signature []byte) ([]byte, error) {
	p, err := parse(file)
	if err != nil {
		return nil, fmt.Errorf("attach signature: %w", err)
	}
	if len(signature) > maxSignature {
		return nil, fmt.Errorf("attach signature: larger than %d bytes", maxSignature)
	}
	signed, err := cms.Parse(signature)
	if err != nil {
		return nil, fmt.Errorf("attach signature: %w", err)
	}
	// The digest is the last value of the content.
	if digest := p.digest(); !signed.ContentType.Equal(oidIndirectData) || !bytes.HasSuffix(signed.Content, digest[:]) {
		return nil, errors.New("attach signature: it is not of this file")
	}
	size := (entryHeader + len(signature) + 7) &^ 7
	out := make([]byte, len(file)+size)
	copy(out, file)
	entry := out[len(file):]
	le.PutUint32(entry, uint32(size))
	le.PutUint16(entry[4:], revision2)
	le.PutUint16(entry[6:], pkcsSignedData)
	copy(entry[entryHeader:], signature)
	le.PutUint32(out[p.directory:], uint32(len(file)))
	le.PutUint32(out[p.directory+4:], uint32(size))
	if le.Uint32(file[p.checksum:]) != 0 {
		le.PutUint32(out[p.checksum:], checksum(out, p.checksum))
	}
	return out, nil
}

// A pe is an unsigned file and where in it the things are that signing changes.
type pe struct {
	file                []byte
	checksum, directory int
}

func parse(file []byte) (*pe, error) {
	if !IsPE(file) || len(file) > MaxFile || len(file)%8 != 0 {
		return nil, fmt.Errorf("a file of %d bytes is no Windows program that can be signed", len(file))
	}
	start := int64(le.Uint32(file[0x3c:]))
	const headers = 4 + 20 // the signature and the file header
	if start+headers+112+8*(securityDirectory+1) > int64(len(file)) || !bytes.HasPrefix(file[start:], []byte("PE\x00\x00")) {
		return nil, errors.New("the PE header is missing or cut off")
	}
	optional := int(start) + headers
	directories := optional + 96
	switch le.Uint16(file[optional:]) {
	case 0x10b:
	case 0x20b:
		directories = optional + 112
	default:
		return nil, errors.New("the optional header is neither PE32 nor PE32+")
	}
	if n := le.Uint32(file[directories-4:]); n <= securityDirectory || n > 16 {
		return nil, fmt.Errorf("%d data directories leave no place for a signature", n)
	}
	p := &pe{file, optional + 64, directories + 8*securityDirectory}
	if le.Uint64(file[p.directory:]) != 0 {
		return nil, errors.New("the program is signed already")
	}
	return p, nil
}

// digest is the Authenticode digest: of everything but the checksum and the entry of the certificate table.
func (p *pe) digest() [32]byte {
	h := sha256.New()
	write(h, p.file[:p.checksum], p.file[p.checksum+4:p.directory], p.file[p.directory+8:])
	return [32]byte(h.Sum(nil))
}

func write(h hash.Hash, parts ...[]byte) {
	for _, part := range parts {
		h.Write(part)
	}
}

// checksum is what the PE format calls so: the sum of all 16-bit words with its carries, the checksum itself left out, and
// the size. The file's size is even.
func checksum(file []byte, at int) uint32 {
	var sum uint32
	for i := 0; i < len(file); i += 2 {
		if i == at || i == at+2 {
			continue
		}
		sum += uint32(le.Uint16(file[i:]))
		sum = sum&0xffff + sum>>16
	}
	return sum + uint32(len(file))
}
