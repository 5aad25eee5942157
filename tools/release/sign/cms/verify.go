// SPDX-License-Identifier: MIT

package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

// A Signed is a message that was read. Nothing of it is checked before Verify.
type Signed struct {
	ContentType  asn1.ObjectIdentifier
	Content      []byte // the DER of the content; nil when it is not in the message
	Certificates []*x509.Certificate
	signer       signerInfo
	attributes   []byte // the signed attributes, without tag and length
}

type contentInfo struct {
	ContentType asn1.ObjectIdentifier
	Content     asn1.RawValue `asn1:"optional,tag:0"`
}

type signedData struct {
	Version          int
	DigestAlgorithms []pkix.AlgorithmIdentifier `asn1:"set"`
	Encapsulated     contentInfo
	Certificates     asn1.RawValue `asn1:"optional,tag:0"`
	CRLs             asn1.RawValue `asn1:"optional,tag:1"`
	Signers          []signerInfo  `asn1:"set"`
}

type signerInfo struct {
	Version            int
	Issuer             issuerAndSerial
	DigestAlgorithm    pkix.AlgorithmIdentifier
	Attributes         asn1.RawValue `asn1:"optional,tag:0"`
	SignatureAlgorithm pkix.AlgorithmIdentifier
	Signature          []byte
	Unsigned           asn1.RawValue `asn1:"optional,tag:1"`
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type rawAttribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

// Parse reads a ContentInfo of a SignedData with exactly one signer.
func Parse(der []byte) (*Signed, error) {
	if len(der) > MaxSize {
		return nil, fmt.Errorf("read signed message: larger than %d bytes", MaxSize)
	}
	var outer contentInfo
	if err := Unmarshal(der, &outer); err != nil {
		return nil, fmt.Errorf("read signed message: %w", err)
	}
	if !outer.ContentType.Equal(OIDSignedData) {
		return nil, fmt.Errorf("read signed message: content type %v is no SignedData", outer.ContentType)
	}
	var data signedData
	if err := Unmarshal(outer.Content.Bytes, &data); err != nil {
		return nil, fmt.Errorf("read signed message: %w", err)
	}
	if len(data.Signers) != 1 {
		return nil, fmt.Errorf("read signed message: %d signers, and one is needed", len(data.Signers))
	}
	certificates, err := x509.ParseCertificates(data.Certificates.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read signed message: %w", err)
	}
	return &Signed{
		ContentType:  data.Encapsulated.ContentType,
		Content:      data.Encapsulated.Content.Bytes,
		Certificates: certificates,
		signer:       data.Signers[0],
		attributes:   data.Signers[0].Attributes.Bytes,
	}, nil
}

// Verify checks the signature over the signed attributes and that their digest is of digested. It returns the signer's
// certificate, one of extra or of those in the message; whether to trust it is for the caller to say.
func (s *Signed) Verify(digested []byte, extra []*x509.Certificate) (*x509.Certificate, error) {
	hash, err := s.hash()
	if err != nil {
		return nil, err
	}
	contentType, err := s.Attribute(OIDContentType)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(contentType, Must(s.ContentType)) {
		return nil, errors.New("verify message: the signed content type is not the content's")
	}
	digest, err := s.Attribute(OIDMessageDigest)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(digest, Must(sum(hash, digested))) {
		return nil, errors.New("verify message: the signed digest is not the content's")
	}
	for _, c := range append(append([]*x509.Certificate{}, extra...), s.Certificates...) {
		if !bytes.Equal(c.RawIssuer, s.signer.Issuer.Issuer.FullBytes) || c.SerialNumber.Cmp(s.signer.Issuer.Serial) != 0 {
			continue
		}
		return c, s.verifySignature(c.PublicKey, hash)
	}
	return nil, errors.New("verify message: the signer's certificate is missing")
}

func (s *Signed) verifySignature(key crypto.PublicKey, hash crypto.Hash) error {
	digest := sum(hash, Set(s.attributes))
	ok := false
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		ok = ecdsa.VerifyASN1(key, digest, s.signer.Signature)
	case *rsa.PublicKey:
		ok = rsa.VerifyPKCS1v15(key, hash, digest, s.signer.Signature) == nil
	default:
		return fmt.Errorf("verify message: a key of type %T", key)
	}
	if !ok {
		return errors.New("verify message: the signature is wrong")
	}
	return nil
}

func (s *Signed) hash() (crypto.Hash, error) {
	switch oid := s.signer.DigestAlgorithm.Algorithm.String(); oid {
	case OIDSHA256.String():
		return crypto.SHA256, nil
	case "2.16.840.1.101.3.4.2.2":
		return crypto.SHA384, nil
	case "2.16.840.1.101.3.4.2.3":
		return crypto.SHA512, nil
	default:
		return 0, fmt.Errorf("verify message: digest algorithm %s is none of SHA-2", oid)
	}
}

func sum(hash crypto.Hash, data []byte) []byte {
	switch hash {
	case crypto.SHA384:
		d := sha512.Sum384(data)
		return d[:]
	case crypto.SHA512:
		d := sha512.Sum512(data)
		return d[:]
	}
	d := sha256.Sum256(data)
	return d[:]
}

// Attribute is the value of the one signed attribute of a type, in DER.
func (s *Signed) Attribute(oid asn1.ObjectIdentifier) ([]byte, error) {
	var found []byte
	for rest := s.attributes; len(rest) > 0; {
		var a rawAttribute
		var err error
		if rest, err = asn1.Unmarshal(rest, &a); err != nil {
			return nil, fmt.Errorf("read signed attributes: %w", err)
		}
		if !a.Type.Equal(oid) {
			continue
		}
		if found != nil || len(a.Values) != 1 {
			return nil, fmt.Errorf("read signed attributes: %v has more than one value", oid)
		}
		found = a.Values[0].FullBytes
	}
	if found == nil {
		return nil, fmt.Errorf("read signed attributes: %v is missing", oid)
	}
	return found, nil
}
