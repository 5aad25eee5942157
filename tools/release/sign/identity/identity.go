// SPDX-License-Identifier: MIT

// Package identity is who signs: a key, and the certificates that speak for it, if any.
package identity

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// DevelopmentMark stands in the subject, or in another name, of every certificate of a development CA. Files signed under
// it carry the mark in their names, and publishing refuses them.
const DevelopmentMark = "DEVELOPMENT"

// Limits of certificate files.
const (
	maxChain     = 8
	maxChainText = 256 << 10 // bytes
)

// An Identity signs. Its key is a crypto.Signer: a software key, or one in a token behind a plug-in.
type Identity struct {
	Key   crypto.Signer
	Chain []*x509.Certificate // its certificate first; empty when verifiers know the key itself
}

// Public is the SubjectPublicKeyInfo of the key, in DER.
func (id *Identity) Public() ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(id.Key.Public())
	if err != nil {
		return nil, fmt.Errorf("read public key: %w", err)
	}
	return der, nil
}

// Hint names a public key: the SHA-256 of its SubjectPublicKeyInfo, in base64.
func Hint(public []byte) string {
	sum := sha256.Sum256(public)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Development says whether a certificate of a development CA speaks for the key: by the names of any certificate of the
// chain and of its issuer, which the chain may lack, and by the alternative names of the key's own.
func (id *Identity) Development() bool {
	var names []string
	for _, c := range id.Chain {
		names = append(names, c.Subject.String(), c.Issuer.String())
	}
	if len(id.Chain) > 0 {
		leaf := id.Chain[0]
		names = append(append(names, leaf.EmailAddresses...), leaf.DNSNames...)
		for _, u := range leaf.URIs {
			names = append(names, u.String())
		}
	}
	return slices.ContainsFunc(names, func(name string) bool { return strings.Contains(strings.ToUpper(name), DevelopmentMark) })
}

// WithoutRoot is the chain without a certificate that signed itself at its end: verifiers have that one from elsewhere.
func (id *Identity) WithoutRoot() []*x509.Certificate {
	n := len(id.Chain)
	if n > 1 && bytes.Equal(id.Chain[n-1].RawSubject, id.Chain[n-1].RawIssuer) {
		return id.Chain[:n-1]
	}
	return id.Chain
}

// Sign signs a SHA-256 digest. A software key signs the same digest the same way each time (RFC 6979 for ECDSA).
func (id *Identity) Sign(digest [32]byte) ([]byte, error) {
	signature, err := id.Key.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return signature, nil
}

// CheckP256 reports a key that is not ECDSA on the curve P-256, which is what bundles are signed with.
func CheckP256(key crypto.PublicKey) error {
	if k, ok := key.(*ecdsa.PublicKey); !ok || k.Curve != elliptic.P256() {
		return fmt.Errorf("the key is a %T: releases are signed with ECDSA on P-256", key)
	}
	return nil
}

// CheckName reports a certificate without an alternative name that verifiers of releases hold against their policy. Those
// for programs have none.
func (id *Identity) CheckName() error {
	if len(id.Chain) > 0 && len(id.Chain[0].URIs)+len(id.Chain[0].EmailAddresses) == 0 {
		return fmt.Errorf("certificate %q has neither a URI nor an e-mail address as alternative name: verifiers would refuse it", id.Chain[0].Subject)
	}
	return nil
}

// Check reports why the certificates can't speak for the key at a time: the first is not the key's, is not for signing
// code, is not valid then, or the next in the chain did not sign it.
func (id *Identity) Check(at time.Time) error {
	if len(id.Chain) == 0 {
		return nil
	}
	public, err := id.Public()
	if err != nil {
		return err
	}
	leaf := id.Chain[0]
	switch {
	case !bytes.Equal(leaf.RawSubjectPublicKeyInfo, public):
		return fmt.Errorf("certificate %q is of another key: the first certificate of the chain has to be the key's", leaf.Subject)
	case leaf.IsCA:
		return fmt.Errorf("certificate %q is a CA's: the first certificate of the chain has to be the signer's", leaf.Subject)
	case !hasUsage(leaf, x509.ExtKeyUsageCodeSigning):
		return fmt.Errorf("certificate %q is not for signing code: its extended key usage lacks codeSigning", leaf.Subject)
	}
	for i, c := range id.Chain {
		if at.Before(c.NotBefore) || at.After(c.NotAfter) {
			return fmt.Errorf("certificate %q is valid from %v to %v and not at %v", c.Subject, c.NotBefore, c.NotAfter, at)
		}
		if i > 0 {
			if err := id.Chain[i-1].CheckSignatureFrom(c); err != nil {
				return fmt.Errorf("certificate %q: it is not signed by the next in the chain, %q: %w", id.Chain[i-1].Subject, c.Subject, err)
			}
		}
	}
	return nil
}

func hasUsage(c *x509.Certificate, want x509.ExtKeyUsage) bool {
	for _, usage := range c.ExtKeyUsage {
		if usage == want {
			return true
		}
	}
	return false
}

// ParseChain reads a text of certificates in PEM. What openssl writes between them is passed over; a block that is no
// certificate, or can't be read, is not: the chain would be another than the file's.
func ParseChain(text []byte) ([]*x509.Certificate, error) {
	if len(text) > maxChainText {
		return nil, fmt.Errorf("read certificates: larger than %d bytes", maxChainText)
	}
	var chain []*x509.Certificate
	for rest := text; len(bytes.TrimSpace(rest)) > 0; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil || block.Type != "CERTIFICATE" {
			return nil, errors.New("read certificates: the file holds something other than PEM blocks of type CERTIFICATE")
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("read certificates: %w", err)
		}
		if chain = append(chain, c); len(chain) > maxChain {
			return nil, fmt.Errorf("read certificates: more than %d", maxChain)
		}
	}
	if len(chain) == 0 {
		return nil, errors.New("read certificates: there is none")
	}
	if n := bytes.Count(text, []byte("-----BEGIN ")); n != len(chain) { // pem.Decode passes over what it can't read
		return nil, fmt.Errorf("read certificates: %d of %d PEM blocks can be read", len(chain), n)
	}
	return chain, nil
}

// EncodeChain is the PEM text of certificates.
func EncodeChain(chain []*x509.Certificate) []byte {
	var text []byte
	for _, c := range chain {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return text
}
