// SPDX-License-Identifier: MIT

// Package devca is a certificate authority for trying everything out on one machine. What it issues says DEVELOPMENT in
// every subject, and nobody has a reason to trust it.
//
// It makes a root, a certificate for signing code and one for a timestamp authority, and the trusted root by which
// Sigstore's verifiers know them.
package devca

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"net/url"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/jcs"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
)

// Names in what is issued.
const (
	Organization = "gosqlite " + identity.DevelopmentMark
	SignerURI    = "https://github.com/gosqlite/gosqlite#DEVELOPMENT"
	Issuer       = "https://github.com/gosqlite/gosqlite#DEVELOPMENT-CA"
)

// oidIssuer is Fulcio's extension for the issuer of an identity; Sigstore's verifiers ask for it.
// https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
var oidIssuer = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, 8}

// An Authority issues certificates that are valid from one time to another.
type Authority struct {
	Root     *x509.Certificate
	key      crypto.Signer
	random   io.Reader
	from, to time.Time
}

// New makes an authority with a root key of its own, which is kept in memory only: once it is gone, nobody issues anything
// more.
func New(random io.Reader, from, to time.Time) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), random)
	if err != nil {
		return nil, fmt.Errorf("make development CA: %w", err)
	}
	a := &Authority{key: key, random: random, from: from.UTC().Truncate(time.Second), to: to.UTC().Truncate(time.Second)}
	template := &x509.Certificate{
		Subject: subject("root"), IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	a.Root, err = a.issue(template, template, key.Public())
	return a, err
}

func subject(role string) pkix.Name {
	return pkix.Name{Organization: []string{Organization}, CommonName: Organization + " " + role}
}

func (a *Authority) issue(template, parent *x509.Certificate, public crypto.PublicKey) (*x509.Certificate, error) {
	serial := make([]byte, 16)
	if _, err := io.ReadFull(a.random, serial); err != nil {
		return nil, fmt.Errorf("issue certificate: %w", err)
	}
	serial[0] = serial[0]&0x7f | 0x40 // positive, and never shorter
	template.SerialNumber = new(big.Int).SetBytes(serial)
	template.NotBefore, template.NotAfter = a.from, a.to
	der, err := x509.CreateCertificate(a.random, template, parent, public, a.key)
	if err != nil {
		return nil, fmt.Errorf("issue certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}

// CodeSigner issues a certificate for signing code; the chain ends with the root.
func (a *Authority) CodeSigner(public crypto.PublicKey) ([]*x509.Certificate, error) {
	uri, err := url.Parse(SignerURI)
	if err != nil {
		return nil, err
	}
	issuer, err := asn1.MarshalWithParams(Issuer, "utf8")
	if err != nil {
		return nil, err
	}
	return a.leaf(&x509.Certificate{
		Subject: subject("release"), URIs: []*url.URL{uri},
		ExtKeyUsage:     []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
		ExtraExtensions: []pkix.Extension{{Id: oidIssuer, Value: issuer}},
	}, public)
}

// TimestampSigner issues a certificate for a timestamp authority; the chain ends with the root.
func (a *Authority) TimestampSigner(public crypto.PublicKey) ([]*x509.Certificate, error) {
	// RFC 3161 section 2.3 wants the usage alone and critical; x509 would write it as not critical.
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		return nil, err
	}
	return a.leaf(&x509.Certificate{
		Subject:         subject("timestamps"),
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}},
	}, public)
}

func (a *Authority) leaf(template *x509.Certificate, public crypto.PublicKey) ([]*x509.Certificate, error) {
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.BasicConstraintsValid = true
	c, err := a.issue(template, a.Root, public)
	if err != nil {
		return nil, err
	}
	return []*x509.Certificate{c, a.Root}, nil
}

// TrustedRoot is the file by which Sigstore's verifiers know the authority and its timestamps.
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto
func (a *Authority) TrustedRoot(timestamps []*x509.Certificate) ([]byte, error) {
	entry := func(chain []*x509.Certificate) map[string]any {
		var certificates []map[string]any
		for _, c := range chain {
			certificates = append(certificates, map[string]any{"rawBytes": c.Raw})
		}
		return map[string]any{
			"subject":   map[string]any{"organization": Organization, "commonName": chain[0].Subject.CommonName},
			"uri":       Issuer,
			"certChain": map[string]any{"certificates": certificates},
			"validFor":  map[string]any{"start": a.from.Format(time.RFC3339), "end": a.to.Format(time.RFC3339)},
		}
	}
	return jcs.File(map[string]any{
		"mediaType":              "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
		"tlogs":                  []any{},
		"ctlogs":                 []any{},
		"certificateAuthorities": []any{entry([]*x509.Certificate{a.Root})},
		"timestampAuthorities":   []any{entry(timestamps)},
	})
}
