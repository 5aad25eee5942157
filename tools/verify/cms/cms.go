// SPDX-License-Identifier: MIT

// Package cms reads signed data of RFC 5652 as far as timestamps (RFC 3161), Authenticode and Apple code signatures
// need it: one signer, in DER, with signed attributes or without. It changes nothing and trusts nothing: whether the
// signer's certificate is to be trusted is for the caller to say.
package cms

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"github.com/gosqlite/gosqlite/tools/verify/pki"
)

// Limits of signed data.
const (
	MaxSize         = 1 << 20 // bytes
	MaxCertificates = 16
	maxAttributes   = 32
)

var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidRSA           = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
)

// SignedData is signed data with one signer.
type SignedData struct {
	ContentType  asn1.ObjectIdentifier
	Content      []byte // what was signed, one value in DER; nil when it is detached
	Certificates []*pki.Certificate
	Unsigned     []Attribute // unsigned attributes of the signer

	digest    crypto.Hash
	issuer    []byte
	serial    *big.Int
	signed    []Attribute
	signedDER []byte // the signed attributes as the SET that was signed; nil without
	algorithm asn1.ObjectIdentifier
	signature []byte
}

// An Attribute is one with a single value.
type Attribute struct {
	Type  asn1.ObjectIdentifier
	Value asn1.RawValue
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
}

type algorithmIdentifier struct {
	Algorithm  asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

type signedDataDER struct {
	Version      int
	Digests      []algorithmIdentifier `asn1:"set"`
	Content      contentInfo
	Certificates asn1.RawValue   `asn1:"optional,tag:0"`
	CRLs         asn1.RawValue   `asn1:"optional,tag:1"`
	Signers      []asn1.RawValue `asn1:"set"`
}

type signerDER struct {
	Version int
	ID      struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	Digest    algorithmIdentifier
	Signed    asn1.RawValue `asn1:"optional,tag:0"`
	Algorithm algorithmIdentifier
	Signature []byte
	Unsigned  asn1.RawValue `asn1:"optional,tag:1"`
}

// Parse reads a ContentInfo with signed data.
func Parse(der []byte) (*SignedData, error) {
	s, err := parse(der)
	if err != nil {
		return nil, fmt.Errorf("signed data: %w", err)
	}
	return s, nil
}

func parse(der []byte) (*SignedData, error) {
	if len(der) > MaxSize {
		return nil, fmt.Errorf("%d bytes, at most %d", len(der), MaxSize)
	}
	var outer contentInfo
	if err := whole(der, &outer); err != nil {
		return nil, err
	}
	if !outer.Type.Equal(oidSignedData) {
		return nil, fmt.Errorf("content type %v", outer.Type)
	}
	var sd signedDataDER
	if err := whole(outer.Content.Bytes, &sd); err != nil {
		return nil, err
	}
	if len(sd.Signers) != 1 {
		return nil, fmt.Errorf("%d signers; one is needed", len(sd.Signers))
	}
	if sd.Version < 1 || sd.Version > 5 || len(sd.Digests) != 1 || len(sd.CRLs.FullBytes) > 0 {
		return nil, errors.New("another version, several digest algorithms, or revocation lists")
	}
	s := &SignedData{ContentType: sd.Content.Type}
	if len(sd.Content.Content.FullBytes) > 0 {
		s.Content = sd.Content.Content.Bytes // encoding/asn1 leaves the explicit tag to be taken off
	}
	if err := s.certificates(sd.Certificates.Bytes); err != nil {
		return nil, err
	}
	if err := s.signer(sd.Signers[0].FullBytes); err != nil {
		return nil, err
	}
	// Nothing signs the outer list, so that it has to say what the signer says.
	if pki.HashOf(sd.Digests[0].Algorithm) != s.digest {
		return nil, errors.New("another digest algorithm than the signer's")
	}
	return s, nil
}

func whole(der []byte, v any) error {
	rest, err := asn1.Unmarshal(der, v)
	if err != nil {
		return errors.New("not DER of the expected form")
	}
	if len(rest) > 0 {
		return errors.New("bytes after the value")
	}
	return nil
}

func (s *SignedData) certificates(der []byte) error {
	for len(der) > 0 {
		if len(s.Certificates) == MaxCertificates {
			return fmt.Errorf("more than %d certificates", MaxCertificates)
		}
		var raw asn1.RawValue
		rest, err := asn1.Unmarshal(der, &raw)
		if err != nil {
			return errors.New("malformed certificates")
		}
		c, err := pki.ParseCertificate(raw.FullBytes)
		if err != nil {
			return err
		}
		s.Certificates = append(s.Certificates, c)
		der = rest
	}
	return nil
}

func (s *SignedData) signer(der []byte) error {
	var si signerDER
	if err := whole(der, &si); err != nil {
		return fmt.Errorf("signer: %w", err)
	}
	if si.Version != 1 && si.Version != 3 {
		return fmt.Errorf("signer: version %d", si.Version)
	}
	if s.digest = pki.HashOf(si.Digest.Algorithm); s.digest == 0 {
		return fmt.Errorf("signer: digest algorithm %v is not known", si.Digest.Algorithm)
	}
	s.issuer, s.serial = si.ID.Issuer.FullBytes, si.ID.Serial
	s.algorithm, s.signature = si.Algorithm.Algorithm, si.Signature
	var err error
	if len(si.Signed.FullBytes) > 0 {
		if s.signed, err = attributes(si.Signed.Bytes); err != nil {
			return fmt.Errorf("signed attributes: %w", err)
		}
		// RFC 5652 section 5.4: signed is the SET, not the [0] that stands in for its tag.
		s.signedDER = bytes.Clone(si.Signed.FullBytes)
		s.signedDER[0] = asn1.TagSet | 0x20
	}
	if s.Unsigned, err = attributes(si.Unsigned.Bytes); err != nil {
		return fmt.Errorf("unsigned attributes: %w", err)
	}
	return nil
}

// attributes reads a list in which no type stands twice and each has one value.
func attributes(der []byte) ([]Attribute, error) {
	var list []Attribute
	for len(der) > 0 {
		var a struct {
			Type   asn1.ObjectIdentifier
			Values []asn1.RawValue `asn1:"set"`
		}
		rest, err := asn1.Unmarshal(der, &a)
		if err != nil {
			return nil, errors.New("malformed")
		}
		if len(a.Values) != 1 || find(list, a.Type) != nil || len(list) == maxAttributes {
			return nil, fmt.Errorf("%v has %d values, or stands twice, or is one too many", a.Type, len(a.Values))
		}
		list = append(list, Attribute{a.Type, a.Values[0]})
		der = rest
	}
	return list, nil
}

func find(list []Attribute, oid asn1.ObjectIdentifier) *Attribute {
	for i := range list {
		if list[i].Type.Equal(oid) {
			return &list[i]
		}
	}
	return nil
}

// Signer is the certificate that the signer names by issuer and serial number, among those that came with the data and
// those given; nil if it is in neither.
func (s *SignedData) Signer(more []*pki.Certificate) *pki.Certificate {
	for _, list := range [][]*pki.Certificate{s.Certificates, more} {
		for _, c := range list {
			if bytes.Equal(c.Issuer, s.issuer) && c.Serial.Cmp(s.serial) == 0 {
				return c
			}
		}
	}
	return nil
}

// Verify checks that signer's key signed content: what the signature is over, in the form that the content type asks for.
func (s *SignedData) Verify(signer *pki.Certificate, content []byte) error {
	message := content
	if s.signedDER != nil {
		if err := s.bind(content); err != nil {
			return err
		}
		message = s.signedDER
	}
	if s.algorithm.Equal(oidRSA) { // RFC 3370 section 3.2: the hash is then the digest algorithm
		return signer.Key.VerifyDigest(s.digest, pki.Digest(s.digest, message), s.signature)
	}
	return signer.Verify(s.algorithm, message, s.signature)
}

// bind checks that the signed attributes speak of content.
func (s *SignedData) bind(content []byte) error {
	var kind asn1.ObjectIdentifier
	a := find(s.signed, oidContentType)
	if a == nil || whole(a.Value.FullBytes, &kind) != nil || !kind.Equal(s.ContentType) {
		return errors.New("signed data: the signed attributes name another content type")
	}
	var digest []byte
	a = find(s.signed, oidMessageDigest)
	if a == nil || whole(a.Value.FullBytes, &digest) != nil || !bytes.Equal(digest, pki.Digest(s.digest, content)) {
		return errors.New("signed data: the signed digest is not that of the content")
	}
	return nil
}

// Signature is the signer's: what a timestamp beside it is over.
func (s *SignedData) Signature() []byte { return s.signature }

// NamesCertificate reports whether the signed attributes bind the signer's certificate by its digest, as RFC 5816
// section 2 asks of timestamps: otherwise another certificate of the same issuer and number could be put in its place.
func (s *SignedData) NamesCertificate(c *pki.Certificate) bool {
	a := find(s.signed, oidSigningCertV2)
	if a == nil {
		return false
	}
	var v struct {
		Certificates []asn1.RawValue
		Policies     asn1.RawValue `asn1:"optional"`
	}
	if whole(a.Value.FullBytes, &v) != nil || len(v.Certificates) == 0 {
		return false
	}
	return idMatches(v.Certificates[0], c)
}

// idMatches reads an ESSCertIDv2, whose hash algorithm is SHA-256 when it is not said.
func idMatches(id asn1.RawValue, c *pki.Certificate) bool {
	rest := id.Bytes
	hash := crypto.SHA256
	var alg algorithmIdentifier
	if after, err := asn1.Unmarshal(rest, &alg); err == nil {
		hash, rest = pki.HashOf(alg.Algorithm), after
	}
	var digest []byte
	if _, err := asn1.Unmarshal(rest, &digest); err != nil || hash == 0 {
		return false
	}
	return len(digest) >= sha256.Size && bytes.Equal(digest, pki.Digest(hash, c.Raw))
}
