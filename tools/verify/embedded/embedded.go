// SPDX-License-Identifier: MIT

// Package embedded judges signatures that lie inside of programs: Authenticode in PE files and code signatures in Mach-O
// files.
package embedded

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/cms"
	"github.com/gosqlite/gosqlite/tools/verify/image"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// A Verdict is a signature that verifies over its program, by a certificate that is still to be trusted.
type Verdict struct {
	Signer       *pki.Certificate
	Certificates []*pki.Certificate
}

var (
	oidIndirectData = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 1, 4}
	oidSHA256       = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
)

type algorithmIdentifier struct {
	Algorithm  asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

// indirectData is SpcIndirectDataContent of Microsoft's "Windows Authenticode Portable Executable Signature Format".
type indirectData struct {
	Data   asn1.RawValue
	Digest struct {
		Algorithm algorithmIdentifier
		Digest    []byte
	}
}

// Authenticode checks a PKCS #7 over a program with this Authenticode digest.
func Authenticode(der []byte, digest [sha256.Size]byte) (*Verdict, error) {
	data, err := cms.Parse(der)
	if err != nil {
		return nil, fmt.Errorf("authenticode: %w", err)
	}
	var indirect indirectData
	rest, err := asn1.Unmarshal(data.Content, &indirect)
	if err != nil || len(rest) > 0 || !data.ContentType.Equal(oidIndirectData) {
		return nil, errors.New("authenticode: the signature is not over a program")
	}
	if !indirect.Digest.Algorithm.Algorithm.Equal(oidSHA256) || !bytes.Equal(indirect.Digest.Digest, digest[:]) {
		return nil, errors.New("authenticode: the signed digest is not that of the program")
	}
	// The signature is over the value of the SEQUENCE, without its tag and length.
	var content asn1.RawValue
	if _, err := asn1.Unmarshal(data.Content, &content); err != nil {
		return nil, errors.New("authenticode: malformed content")
	}
	return verify(data, content.Bytes)
}

// MachO checks the super blob of a program whose other bytes end at end.
func MachO(blob []byte, end int64, source image.Source) (*Verdict, error) {
	c, err := image.ParseCodeSignature(blob)
	if err != nil {
		return nil, err
	}
	if c.CMS == nil {
		return nil, errors.New("code signature: ad hoc, nobody signed it")
	}
	if err := c.Check(end, source); err != nil {
		return nil, err
	}
	data, err := cms.Parse(c.CMS)
	if err != nil {
		return nil, fmt.Errorf("code signature: %w", err)
	}
	if data.Content != nil {
		return nil, errors.New("code signature: it is over something else than the code directory")
	}
	return verify(data, c.Directory)
}

func verify(data *cms.SignedData, content []byte) (*Verdict, error) {
	signer := data.Signer(nil)
	if signer == nil {
		return nil, errors.New("the signer's certificate is missing")
	}
	if err := data.Verify(signer, content); err != nil {
		return nil, err
	}
	return &Verdict{Signer: signer, Certificates: data.Certificates}, nil
}

// Trusted says why nobody vouches for the signer at all of the times; "" if an authority of the role code does.
func (v *Verdict) Trusted(t *trust.Trust, times []time.Time) string {
	return t.VouchesForCode(v.Signer, v.Certificates, times)
}
