// SPDX-License-Identifier: MIT

// Package pki reads public keys and X.509 certificates and checks chains of them.
//
// It is a reader of its own, and small, because crypto/x509 links package net (for addresses in names) and with it code
// that opens connections. It accepts less than crypto/x509 does: version 3, one distinguished encoding, algorithms of a
// short list, no critical extension that it does not know, no name constraints. Whatever it accepts, crypto/x509 accepts
// and reads the same way; a fuzz test holds it to that.
package pki

import (
	"bytes"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// MaxCertificate bounds a certificate, in bytes.
const MaxCertificate = 64 << 10

// Bits of key usage; RFC 5280 section 4.2.1.3.
const (
	UsageSignature = 0
	UsageCertSign  = 5
)

// Purposes of extended key usage; RFC 5280 section 4.2.1.12.
var (
	purposeAny          = asn1.ObjectIdentifier{2, 5, 29, 37, 0} // anyExtendedKeyUsage
	PurposeCodeSigning  = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 3}
	PurposeTimeStamping = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
)

// A Certificate is what the verifier needs of an X.509 certificate.
type Certificate struct {
	Raw        []byte
	Subject    []byte // Name in DER
	Issuer     []byte // Name in DER
	CommonName string // the subject's; for people only
	Serial     *big.Int
	NotBefore  time.Time
	NotAfter   time.Time
	Key        *Key

	IsCA     bool
	MaxPath  int // intermediates below; -1 for no limit
	Usage    asn1.BitString
	HasUsage bool
	Purposes []asn1.ObjectIdentifier
	// Constrained: it limits by names or policies what it vouches for, and is no issuer here for that.
	Constrained bool
	Identities  []string // URIs and e-mail addresses of the subject's alternative name, sorted
	OIDCIssuer  string   // extension 1.3.6.1.4.1.57264.1.8 of Fulcio

	tbs       []byte
	algorithm asn1.ObjectIdentifier
	signature []byte
}

type certificateDER struct {
	TBS       asn1.RawValue
	Algorithm algorithmIdentifier
	Signature asn1.BitString
}

type tbsDER struct {
	Version    int `asn1:"optional,explicit,default:0,tag:0"`
	Serial     *big.Int
	Algorithm  algorithmIdentifier
	Issuer     asn1.RawValue
	Validity   struct{ NotBefore, NotAfter time.Time }
	Subject    asn1.RawValue
	Key        asn1.RawValue
	IssuerID   asn1.BitString `asn1:"optional,tag:1"`
	SubjectID  asn1.BitString `asn1:"optional,tag:2"`
	Extensions []extension    `asn1:"explicit,tag:3"`
}

type extension struct {
	ID       asn1.ObjectIdentifier
	Critical bool `asn1:"optional"`
	Value    []byte
}

// ParseCertificatePEM reads one PEM block "CERTIFICATE"; nothing may follow it.
func ParseCertificatePEM(text []byte) (*Certificate, error) {
	der, err := onePEM(text, "CERTIFICATE")
	if err != nil {
		return nil, err
	}
	return ParseCertificate(der)
}

// ParseCertificate reads a certificate in DER.
func ParseCertificate(der []byte) (*Certificate, error) {
	c, err := parseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return c, nil
}

func parseCertificate(der []byte) (*Certificate, error) {
	if len(der) > MaxCertificate {
		return nil, fmt.Errorf("%d bytes, at most %d", len(der), MaxCertificate)
	}
	var outer certificateDER
	if rest, err := asn1.Unmarshal(der, &outer); err != nil || len(rest) > 0 {
		return nil, errors.New("not DER")
	}
	var tbs tbsDER
	if rest, err := asn1.Unmarshal(outer.TBS.FullBytes, &tbs); err != nil || len(rest) > 0 {
		return nil, errors.New("malformed contents")
	}
	switch {
	case tbs.Version != 2:
		return nil, fmt.Errorf("version %d; 3 is needed", tbs.Version+1)
	case tbs.Serial.Sign() < 0:
		return nil, errors.New("negative serial number")
	case !tbs.Algorithm.Algorithm.Equal(outer.Algorithm.Algorithm),
		!bytes.Equal(tbs.Algorithm.Parameters.FullBytes, outer.Algorithm.Parameters.FullBytes):
		return nil, errors.New("two signature algorithms")
	case outer.Signature.BitLength%8 != 0:
		return nil, errors.New("the signature is not a whole number of bytes")
	}
	key, err := ParseKey(tbs.Key.FullBytes)
	if err != nil {
		return nil, err
	}
	c := &Certificate{
		Raw: bytes.Clone(der), Subject: tbs.Subject.FullBytes, Issuer: tbs.Issuer.FullBytes, Serial: tbs.Serial,
		NotBefore: tbs.Validity.NotBefore, NotAfter: tbs.Validity.NotAfter, Key: key, MaxPath: -1,
		tbs: outer.TBS.FullBytes, algorithm: outer.Algorithm.Algorithm, signature: outer.Signature.RightAlign(),
	}
	if c.CommonName, err = commonName(c.Subject); err != nil {
		return nil, fmt.Errorf("subject: %w", err)
	}
	if _, err := commonName(c.Issuer); err != nil {
		return nil, fmt.Errorf("issuer: %w", err)
	}
	return c, c.extensions(tbs.Extensions)
}

var (
	oidKeyUsage         = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidAlternativeName  = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidBasicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidExtendedKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidFulcioIssuer     = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, 8}
	// Name constraints, policy constraints, inhibit anyPolicy.
	oidConstraints = []asn1.ObjectIdentifier{{2, 5, 29, 30}, {2, 5, 29, 36}, {2, 5, 29, 54}}
	oidCommonName  = asn1.ObjectIdentifier{2, 5, 4, 3}
)

func (c *Certificate) extensions(list []extension) error {
	for i, e := range list {
		if slices.ContainsFunc(list[:i], func(o extension) bool { return o.ID.Equal(e.ID) }) {
			return fmt.Errorf("extension %v stands twice", e.ID)
		}
		var err error
		switch {
		case e.ID.Equal(oidKeyUsage):
			c.HasUsage = true
			err = whole(e.Value, &c.Usage)
		case e.ID.Equal(oidBasicConstraints):
			err = c.basicConstraints(e.Value)
		case e.ID.Equal(oidExtendedKeyUsage):
			err = whole(e.Value, &c.Purposes)
		case e.ID.Equal(oidAlternativeName):
			err = c.alternativeNames(e.Value)
		case e.ID.Equal(oidFulcioIssuer):
			err = whole(e.Value, &c.OIDCIssuer)
		case e.Critical:
			return fmt.Errorf("critical extension %v is not known", e.ID)
		case slices.ContainsFunc(oidConstraints, e.ID.Equal):
			// What they would allow is not worked out here, so they allow nothing.
			c.Constrained = true
		}
		if err != nil {
			return fmt.Errorf("extension %v: %w", e.ID, err)
		}
	}
	return nil
}

// whole decodes DER without a rest.
func whole(der []byte, v any) error {
	rest, err := asn1.Unmarshal(der, v)
	if err == nil && len(rest) > 0 {
		err = errors.New("bytes after the value")
	}
	return err
}

func (c *Certificate) basicConstraints(der []byte) error {
	var b struct {
		CA   bool `asn1:"optional"`
		Path int  `asn1:"optional,default:-1"`
	}
	if err := whole(der, &b); err != nil {
		return err
	}
	if b.Path < -1 || b.Path >= 0 && !b.CA {
		return fmt.Errorf("path length %d", b.Path)
	}
	c.IsCA, c.MaxPath = b.CA, b.Path
	return nil
}

// Tags of GeneralName; RFC 5280 section 4.2.1.6.
const (
	nameEmail = 1
	nameURI   = 6
)

func (c *Certificate) alternativeNames(der []byte) error {
	var names []asn1.RawValue
	if err := whole(der, &names); err != nil {
		return err
	}
	for _, n := range names {
		if n.Class != asn1.ClassContextSpecific || n.Tag != nameEmail && n.Tag != nameURI {
			continue
		}
		for _, b := range n.Bytes {
			if b <= ' ' || b >= 0x7f {
				return errors.New("a name that is not in ASCII")
			}
		}
		c.Identities = append(c.Identities, string(n.Bytes))
	}
	slices.Sort(c.Identities)
	return nil
}

type attribute struct {
	Type  asn1.ObjectIdentifier
	Value asn1.RawValue
}

type attributeSET []attribute

// commonName is the last common name of a Name in DER.
func commonName(der []byte) (string, error) {
	var sets []attributeSET
	if err := whole(der, &sets); err != nil {
		return "", err
	}
	name := ""
	for _, set := range sets {
		for _, a := range set {
			if a.Type.Equal(oidCommonName) {
				name = string(a.Value.Bytes)
			}
		}
	}
	return name, nil
}

// May reports whether c's key usage allows a bit. A certificate without key usage allows everything.
func (c *Certificate) May(bit int) bool {
	return !c.HasUsage || c.Usage.At(bit) == 1
}

// IsFor reports whether purpose is c's one purpose.
func (c *Certificate) IsFor(purpose asn1.ObjectIdentifier) bool {
	return len(c.Purposes) == 1 && c.Purposes[0].Equal(purpose)
}

// ValidAt reports whether t lies within c's validity, bounds included.
func (c *Certificate) ValidAt(t time.Time) bool {
	return !t.Before(c.NotBefore) && !t.After(c.NotAfter)
}

// Verify checks a signature by c's key over message.
func (c *Certificate) Verify(oid asn1.ObjectIdentifier, message, signature []byte) error {
	return c.Key.Verify(oid, message, signature)
}

// PEM is the certificate as openssl writes it.
func (c *Certificate) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}
