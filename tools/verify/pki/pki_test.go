// SPDX-License-Identifier: MIT

package pki_test

import (
	"bytes"
	"crypto/elliptic"
	"crypto/x509"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
)

func parsed(t testing.TB, c *releasetest.Cert) *pki.Certificate {
	t.Helper()
	p, err := pki.ParseCertificate(c.DER)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// agree holds this reader against crypto/x509 on a certificate that it accepts.
func agree(t *testing.T, der []byte) {
	t.Helper()
	c, err := pki.ParseCertificate(der)
	if err != nil {
		return
	}
	want, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("accepted, and crypto/x509 says: %v", err)
	}
	var identities []string
	identities = append(identities, want.EmailAddresses...)
	for _, u := range want.URIs {
		identities = append(identities, u.String())
	}
	slices.Sort(identities)
	switch {
	case !bytes.Equal(c.Subject, want.RawSubject) || !bytes.Equal(c.Issuer, want.RawIssuer) || !bytes.Equal(c.Key.Raw, want.RawSubjectPublicKeyInfo):
		t.Error("subject, issuer or key differ")
	case c.Serial.Cmp(want.SerialNumber) != 0 || !c.NotBefore.Equal(want.NotBefore) || !c.NotAfter.Equal(want.NotAfter):
		t.Error("serial number or validity differ")
	case c.IsCA != want.IsCA:
		t.Error("IsCA differs")
	case c.HasUsage && c.May(pki.UsageCertSign) != (want.KeyUsage&x509.KeyUsageCertSign != 0), c.HasUsage && c.May(pki.UsageSignature) != (want.KeyUsage&x509.KeyUsageDigitalSignature != 0):
		t.Error("key usage differs")
	case len(c.Purposes) != len(want.ExtKeyUsage)+len(want.UnknownExtKeyUsage):
		t.Error("purposes differ")
	case c.IsFor(pki.PurposeCodeSigning) && !slices.Equal(want.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}):
		t.Error("the purpose differs")
	case len(c.Identities) != len(identities):
		t.Errorf("identities %q, crypto/x509 has %q", c.Identities, identities)
	}
}

// chains are certificates of all kinds that releases have.
func chains() (keys *releasetest.Keys, all []*releasetest.Cert) {
	keys = releasetest.NewKeys()
	all = []*releasetest.Cert{keys.Root, keys.Intermediate, keys.Leaf, keys.TSA[0], keys.TSARoot[0], keys.CodeRoot, keys.CodeLeaf}
	for _, curve := range []elliptic.Curve{elliptic.P384(), elliptic.P521()} {
		all = append(all, releasetest.IssueKey("Curve", releasetest.NewKeyOn(curve), keys.Root, func(t *x509.Certificate) {
			t.EmailAddresses = []string{"a@example.org"}
			t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny, x509.ExtKeyUsageServerAuth}
			t.DNSNames = []string{"example.org"}
		}))
	}
	return keys, all
}

func TestParseAgreesWithX509(t *testing.T) {
	_, all := chains()
	for _, c := range all {
		parsed(t, c)
		agree(t, c.DER)
	}
}

// FuzzCertificate: what this reader accepts, crypto/x509 accepts, and reads alike.
func FuzzCertificate(f *testing.F) {
	_, all := chains()
	for _, c := range all {
		f.Add(c.DER)
	}
	f.Fuzz(agree)
}

// FuzzKey: the same for public keys.
func FuzzKey(f *testing.F) {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384()} {
		f.Add(releasetest.SPKI(releasetest.NewKeyOn(curve)))
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		if _, err := pki.ParseKey(der); err != nil {
			return
		}
		if _, err := x509.ParsePKIXPublicKey(der); err != nil {
			t.Errorf("accepted, and crypto/x509 says: %v", err)
		}
	})
}

func TestChain(t *testing.T) {
	keys, _ := chains()
	root, intermediate, leaf := parsed(t, keys.Root), parsed(t, keys.Intermediate), parsed(t, keys.Leaf)
	short := releasetest.Issue("Short", keys.Root, func(t *x509.Certificate) {
		releasetest.Authority(t)
		t.MaxPathLen, t.MaxPathLenZero = 0, true
	})
	below := releasetest.Issue("Below", short, releasetest.Authority)
	noSign := releasetest.Issue("No usage", keys.Root, func(t *x509.Certificate) {
		releasetest.Authority(t)
		t.KeyUsage = x509.KeyUsageDigitalSignature
	})
	// Authorities for e-mail alone, for code signing, and for names that they list.
	limited := func(edit func(*x509.Certificate)) *releasetest.Cert {
		return releasetest.Issue("Limited", keys.Root, func(t *x509.Certificate) {
			releasetest.Authority(t)
			edit(t)
		})
	}
	mail := limited(func(t *x509.Certificate) { t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection} })
	code := limited(func(t *x509.Certificate) { t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning} })
	anyUse := limited(func(t *x509.Certificate) { t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} })
	names := limited(func(t *x509.Certificate) { t.PermittedDNSDomains = []string{"example.org"} })
	signer := func(issuer *releasetest.Cert) *pki.Certificate {
		return parsed(t, releasetest.Issue("x", issuer, releasetest.Purposes(releasetest.Identity, x509.ExtKeyUsageCodeSigning)))
	}
	one := func(c *pki.Certificate) []*pki.Certificate { return []*pki.Certificate{c} }
	for _, test := range []struct {
		name          string
		leaf          *pki.Certificate
		intermediates []*pki.Certificate
		roots         []*pki.Certificate
		length        int // 0 for no chain
	}{
		{"leaf, intermediate, root", leaf, one(intermediate), one(root), 3},
		{"a root itself", root, nil, one(root), 1},
		{"no intermediate", leaf, nil, one(root), 0},
		{"no root", leaf, one(intermediate), nil, 0},
		{"another root", leaf, one(intermediate), one(parsed(t, keys.CodeRoot)), 0},
		{"a leaf as intermediate", parsed(t, releasetest.Issue("x", keys.Leaf, nil)), []*pki.Certificate{leaf, intermediate}, one(root), 0},
		{"path too long", parsed(t, releasetest.Issue("x", below, nil)), []*pki.Certificate{parsed(t, below), parsed(t, short)}, one(root), 0},
		{"path just long enough", parsed(t, releasetest.Issue("x", short, nil)), one(parsed(t, short)), one(root), 3},
		{"an authority that may not sign", parsed(t, releasetest.Issue("x", noSign, nil)), one(parsed(t, noSign)), one(root), 0},
		{"an authority for another purpose", signer(mail), one(parsed(t, mail)), one(root), 0},
		{"an authority for the purpose", signer(code), one(parsed(t, code)), one(root), 3},
		{"an authority for any purpose", signer(anyUse), one(parsed(t, anyUse)), one(root), 3},
		{"a leaf without purpose below one with", parsed(t, releasetest.Issue("x", code, nil)), one(parsed(t, code)), one(root), 0},
		{"an authority limited by names, not critically", signer(names), one(parsed(t, names)), one(root), 0},
		{"the same intermediate often", leaf, slices.Repeat(one(intermediate), 1000), one(root), 3},
	} {
		chain, err := pki.Chain(test.leaf, test.intermediates, test.roots)
		if len(chain) != test.length || (err == nil) != (test.length > 0) || err != nil && !errors.Is(err, pki.ErrUntrusted) {
			t.Errorf("%s: %d certificates, %v", test.name, len(chain), err)
		}
	}
}

func TestValidAt(t *testing.T) {
	keys, _ := chains()
	c := parsed(t, keys.Leaf)
	for when, want := range map[time.Time]bool{c.NotBefore: true, c.NotAfter: true, c.NotBefore.Add(-1): false, c.NotAfter.Add(1): false} {
		if c.ValidAt(when) != want {
			t.Errorf("ValidAt(%v) is not %v", when, want)
		}
	}
}
