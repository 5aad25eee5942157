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
	"github.com/gosqlite/gosqlite/tools/verify/timestamp"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// A Verdict is a signature that verifies over its program, by a certificate that is still to be trusted.
type Verdict struct {
	Signer       *pki.Certificate
	Certificates []*pki.Certificate
	// Unsigned are the attributes beside the signature that are no timestamps. Nothing signs them, so that anyone may have
	// put them there.
	Unsigned []asn1.ObjectIdentifier

	signature  []byte
	timestamps [][]byte // tokens beside it
}

var (
	oidIndirectData = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 1, 4}
	oidSHA256       = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}

	// Where timestamps lie: Microsoft's attribute for Authenticode, and that of RFC 3161 appendix A, which Apple uses.
	oidMicrosoftStamp = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 3, 3, 1}
	oidStamp          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
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
	v := &Verdict{Signer: signer, Certificates: data.Certificates, signature: data.Signature()}
	for _, a := range data.Unsigned {
		if a.Type.Equal(oidMicrosoftStamp) || a.Type.Equal(oidStamp) {
			v.timestamps = append(v.timestamps, a.Value.FullBytes)
		} else {
			v.Unsigned = append(v.Unsigned, a.Type)
		}
	}
	return v, nil
}

// Stamped judges the timestamps beside the signature, if there are any: every one has to be by an authority of the policy,
// over this signature. A policy that names no authority judges none. times are what they say.
func (v *Verdict) Stamped(t *trust.Trust, now time.Time) (times []time.Time, why string) {
	if len(t.Stamps) == 0 {
		return nil, ""
	}
	for _, der := range v.timestamps {
		token, err := timestamp.ParseToken(der)
		if err != nil {
			return nil, err.Error()
		}
		if why := t.Stamped(token, v.signature, now); why != "" {
			return nil, why
		}
		times = append(times, token.Time)
	}
	return times, ""
}

// Trusted says why nobody vouches for the signer at all of the times; "" if an authority of the role code does.
func (v *Verdict) Trusted(t *trust.Trust, times []time.Time) string {
	return t.VouchesForCode(v.Signer, v.Certificates, times)
}
