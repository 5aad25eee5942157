// SPDX-License-Identifier: MIT

package identity_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

func TestRequest(t *testing.T) {
	key := signtest.Key(t)
	name := identity.Name{CommonName: "gosqlite releases", Organization: "gosqlite", Country: "CH", URI: "https://example.org/x"}
	text, err := identity.Request(key, name)
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE REQUEST" || len(rest) > 0 {
		t.Fatalf("%s", text)
	}
	r, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.CheckSignature(); err != nil {
		t.Error(err)
	}
	if r.Subject.String() != "CN=gosqlite releases,O=gosqlite,C=CH" || len(r.URIs) != 1 || r.URIs[0].String() != name.URI || !key.PublicKey.Equal(r.PublicKey) {
		t.Errorf("request %+v", r)
	}
	for what, bad := range map[string]identity.Name{
		"nobody":         {URI: "https://example.org"},
		"no alternative": {CommonName: "x"},
		"two":            {CommonName: "x", URI: "https://example.org", Email: "a@example.org"},
		"no URI":         {CommonName: "x", URI: "example"},
		"no address":     {CommonName: "x", Email: "example.org"},
		"country":        {CommonName: "x", Email: "a@example.org", Country: "CHE"},
	} {
		if _, err := identity.Request(key, bad); err == nil || bad.Check() == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}

func TestChain(t *testing.T) {
	id := signtest.Certified(t, signtest.CA(t))
	text := identity.EncodeChain(id.Chain)
	chain, err := identity.ParseChain(text)
	if err != nil || len(chain) != 2 || !chain[0].Equal(id.Chain[0]) {
		t.Fatalf("ParseChain = %v, %v", chain, err)
	}
	if err := id.Check(signtest.Now); err != nil || !id.Development() {
		t.Errorf("Check = %v, development %v", err, id.Development())
	}
	if w := id.WithoutRoot(); len(w) != 1 || !w[0].Equal(id.Chain[0]) {
		t.Errorf("WithoutRoot = %v", w)
	}
	other := signtest.Certified(t, signtest.CA(t))
	broken := &identity.Identity{Key: id.Key, Chain: []*x509.Certificate{id.Chain[0], other.Chain[1]}}
	if err := broken.Check(signtest.Now); err == nil {
		t.Error("a chain of two authorities was accepted")
	}
	for name, text := range map[string]string{
		"none": "", "text around": "x" + string(text) + "trailing", "a key": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
		"damaged": strings.Replace(string(text), "MII", "MIJ", 1), "too many": strings.Repeat(string(text), 5),
	} {
		if _, err := identity.ParseChain([]byte(text)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// Whichever certificate says that it is a development CA's, in whatever name, is enough; and nothing else is.
func TestDevelopment(t *testing.T) {
	key := signtest.Key(t)
	issue := func(subject, issuer, uri, email string) *x509.Certificate {
		template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: subject}}
		if uri != "" {
			template.URIs = []*url.URL{{Scheme: "https", Host: "example.org", Fragment: uri}}
		}
		if email != "" {
			template.EmailAddresses = []string{email}
		}
		der, err := x509.CreateCertificate(rand.Reader, template, &x509.Certificate{Subject: pkix.Name{CommonName: issuer}}, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	plain := issue("leaf", "CA", "release", "")
	for name, test := range map[string]struct {
		chain []*x509.Certificate
		want  bool
	}{
		"a key by itself":            {nil, false},
		"none":                       {[]*x509.Certificate{plain, issue("CA", "root", "", "")}, false},
		"leaf":                       {[]*x509.Certificate{issue("Development leaf", "CA", "", "")}, true},
		"issuer that is not there":   {[]*x509.Certificate{issue("leaf", "gosqlite DEVELOPMENT", "", "")}, true},
		"root that is not there":     {[]*x509.Certificate{plain, issue("CA", "DEVELOPMENT root", "", "")}, true},
		"root":                       {[]*x509.Certificate{plain, issue("DEVELOPMENT root", "root", "", "")}, true},
		"URI of the leaf":            {[]*x509.Certificate{issue("leaf", "CA", "DEVELOPMENT", ""), issue("CA", "root", "", "")}, true},
		"e-mail address of the leaf": {[]*x509.Certificate{issue("leaf", "CA", "", "development@example.org")}, true},
	} {
		if got := (&identity.Identity{Key: key, Chain: test.chain}).Development(); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// A certificate of the timestamp authority does not sign code.
func TestPurpose(t *testing.T) {
	key := signtest.Key(t)
	chain, err := signtest.CA(t).TimestampSigner(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&identity.Identity{Key: key, Chain: chain}).Check(signtest.Now); err == nil || !strings.Contains(err.Error(), "codeSigning") {
		t.Errorf("Check = %v", err)
	}
}

func TestCurve(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if identity.CheckP256(&key.PublicKey) == nil || identity.CheckP256(&signtest.Key(t).PublicKey) != nil {
		t.Error("CheckP256 takes one curve for another")
	}
}

func TestDevelopmentCA(t *testing.T) {
	ca := signtest.CA(t)
	key := signtest.Key(t)
	code, err := ca.CodeSigner(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	stamps, err := ca.TimestampSigner(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*x509.Certificate{ca.Root, code[0], stamps[0]} {
		if !strings.Contains(c.Subject.String(), "DEVELOPMENT") {
			t.Errorf("%s does not say DEVELOPMENT", c.Subject)
		}
	}
	for usage, leaf := range map[x509.ExtKeyUsage]*x509.Certificate{x509.ExtKeyUsageCodeSigning: code[0], x509.ExtKeyUsageTimeStamping: stamps[0]} {
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: signtest.Roots(ca.Root), CurrentTime: signtest.Now, KeyUsages: []x509.ExtKeyUsage{usage}}); err != nil {
			t.Errorf("%s: %v", leaf.Subject, err)
		}
	}
	text, err := ca.TrustedRoot(stamps)
	if err != nil {
		t.Fatal(err)
	}
	var root struct {
		MediaType              string
		CertificateAuthorities []struct {
			CertChain struct{ Certificates []struct{ RawBytes []byte } }
		}
	}
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(root.CertificateAuthorities[0].CertChain.Certificates[0].RawBytes, ca.Root.Raw) {
		t.Errorf("trusted root %s", text)
	}
}
