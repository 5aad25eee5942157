// SPDX-License-Identifier: MIT

// Package cms makes and checks signed messages of RFC 5652 with one signer, as Authenticode, Apple's code signatures and
// RFC 3161 timestamps use them: SHA-256, signed attributes, certificates inside. Nothing reads a clock, and a signing time
// is in a message only when the caller adds that attribute, so that a deterministic key makes the same message again.
package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
)

// MaxSize bounds the messages that are read, in bytes.
const MaxSize = 1 << 20

// Object identifiers of RFC 5652, RFC 5754 and RFC 5758.
var (
	OIDData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	OIDSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	OIDContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	OIDMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	OIDSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidRSA           = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidECDSASHA256   = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
)

// An Attribute is a type and its one value, in DER.
type Attribute struct {
	Type  asn1.ObjectIdentifier
	Value []byte
}

func (a Attribute) der() []byte { return Sequence(Must(a.Type), Set(a.Value)) }

// A Message is what is signed.
type Message struct {
	Version     int // of SignedData: 1 for content of the type data and of PKCS #7, 3 for other content
	ContentType asn1.ObjectIdentifier
	Content     []byte      // the DER of the content, as it stands in the message; nil leaves it out
	Digested    []byte      // what the attribute messageDigest is about: the content without its tag and length
	Signed      []Attribute // besides content type and message digest
	// Unsigned makes the unsigned attributes for a signature, such as a timestamp of it; nil makes none.
	Unsigned func(signature []byte) ([]Attribute, error)
}

// Sign returns the ContentInfo of a SignedData with the signature of key, whose certificate is chain[0]. All of chain is
// put into the message.
func Sign(key crypto.Signer, chain []*x509.Certificate, m Message) ([]byte, error) {
	if len(chain) == 0 {
		return nil, errors.New("sign message: a certificate is needed")
	}
	digestAlgorithm := Sequence(Must(OIDSHA256), asn1.NullBytes)
	signatureAlgorithm, err := signatureAlgorithm(key.Public())
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(m.Digested)
	attributes := sortedDER(append([]Attribute{{OIDContentType, Must(m.ContentType)}, {OIDMessageDigest, Must(sum[:])}}, m.Signed...))
	toSign := sha256.Sum256(Set(attributes...)) // RFC 5652 section 5.4: with the tag of a SET
	signature, err := key.Sign(nil, toSign[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign message: %w", err)
	}
	leaf := chain[0]
	info := [][]byte{
		Must(1),
		Sequence(leaf.RawIssuer, Must(leaf.SerialNumber)),
		digestAlgorithm,
		Explicit(0, attributes...),
		signatureAlgorithm,
		Must(signature),
	}
	if m.Unsigned != nil {
		unsigned, err := m.Unsigned(signature)
		if err != nil {
			return nil, err
		}
		if len(unsigned) > 0 {
			info = append(info, Explicit(1, sortedDER(unsigned)...))
		}
	}
	content := [][]byte{Must(m.ContentType)}
	if m.Content != nil {
		content = append(content, Explicit(0, m.Content))
	}
	var certificates [][]byte
	for _, c := range chain {
		certificates = append(certificates, c.Raw)
	}
	slices.SortFunc(certificates, bytes.Compare)
	return Sequence(Must(OIDSignedData), Explicit(0, Sequence(
		Must(m.Version), Set(digestAlgorithm), Sequence(content...), Explicit(0, certificates...), Set(Sequence(info...)),
	))), nil
}

// sortedDER are the attributes in DER's order of a SET OF.
func sortedDER(attributes []Attribute) [][]byte {
	var out [][]byte
	for _, a := range attributes {
		out = append(out, a.der())
	}
	slices.SortFunc(out, bytes.Compare)
	return out
}

func signatureAlgorithm(key crypto.PublicKey) ([]byte, error) {
	switch key.(type) {
	case *ecdsa.PublicKey:
		return Sequence(Must(oidECDSASHA256)), nil
	case *rsa.PublicKey:
		return Sequence(Must(oidRSA), asn1.NullBytes), nil
	}
	return nil, fmt.Errorf("sign message: a key of type %T: ECDSA or RSA is needed", key)
}
