// SPDX-License-Identifier: MIT

package releasetest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/url"
	"time"
)

// A Cert is a certificate with its key.
type Cert struct {
	DER []byte
	Key *ecdsa.PrivateKey

	parsed *x509.Certificate
}

// NewKey makes a key of ECDSA on P-256.
func NewKey() *ecdsa.PrivateKey { return NewKeyOn(elliptic.P256()) }

// NewKeyOn makes a key on another curve.
func NewKeyOn(curve elliptic.Curve) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	must(err)
	return key
}

// SPKI is the SubjectPublicKeyInfo of a key, in DER.
func SPKI(key *ecdsa.PrivateKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	must(err)
	return der
}

// PublicPEM is the public key as openssl writes it.
func PublicPEM(key *ecdsa.PrivateKey) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: SPKI(key)}))
}

// Hint is how a bundle calls a key.
func Hint(key *ecdsa.PrivateKey) string {
	sum := sha256.Sum256(SPKI(key))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// PEM is the certificate.
func (c *Cert) PEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.DER}))
}

// Issue makes a certificate. A nil issuer makes it self-signed. edit changes the template.
func Issue(name string, issuer *Cert, edit func(*x509.Certificate)) *Cert {
	return IssueKey(name, NewKey(), issuer, edit)
}

// IssueKey makes a certificate for a key.
func IssueKey(name string, key *ecdsa.PrivateKey, issuer *Cert, edit func(*x509.Certificate)) *Cert {
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	must(err)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: Start, NotAfter: Start.AddDate(10, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if edit != nil {
		edit(template)
	}
	parent, signer := template, key
	if issuer != nil {
		parent, signer = issuer.parsed, issuer.Key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	must(err)
	parsed, err := x509.ParseCertificate(der)
	must(err)
	return &Cert{DER: der, Key: key, parsed: parsed}
}

// WithKey is the certificate with a key that is not its own.
func (c *Cert) WithKey(key *ecdsa.PrivateKey) *Cert {
	return &Cert{DER: c.DER, Key: key, parsed: c.parsed}
}

// Authority makes a template one of a certification authority.
func Authority(t *x509.Certificate) {
	t.IsCA, t.BasicConstraintsValid, t.KeyUsage = true, true, x509.KeyUsageCertSign
}

// Purposes makes a template one of a leaf for these purposes, with a URI as identity unless it is empty.
func Purposes(identity string, purposes ...x509.ExtKeyUsage) func(*x509.Certificate) {
	return func(t *x509.Certificate) {
		t.ExtKeyUsage = purposes
		if identity != "" {
			u, err := url.Parse(identity)
			must(err)
			t.URIs = []*url.URL{u}
		}
	}
}

// Stamping makes a template one of a timestamp authority: a critical extended key usage, as RFC 3161 section 2.3 asks for.
func Stamping(t *x509.Certificate) {
	value, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	must(err)
	t.ExtraExtensions = append(t.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: value})
}

// Identity is whom the code-signing leaf names.
const Identity = "https://example.org/release"

// Issuer is what the leaf's issuer extension says.
const Issuer = "https://issuer.example.org"

// fulcioIssuer adds the extension.
func fulcioIssuer(t *x509.Certificate) {
	value, err := asn1.MarshalWithParams(Issuer, "utf8")
	must(err)
	t.ExtraExtensions = append(t.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, 8}, Value: value})
}

// Start is when every key and certificate begins to be valid; Now is the verifier's clock, and the time of timestamps.
var (
	Start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	Now   = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
)

// Keys are all keys and certificates of a test.
type Keys struct {
	Release     *ecdsa.PrivateKey
	Reproducers [2]*ecdsa.PrivateKey

	Root, Intermediate, Leaf *Cert    // code signing of bundles
	TSA                      [2]*Cert // leaf certificates
	TSARoot                  [2]*Cert
	CodeRoot, CodeLeaf       *Cert // signatures inside of programs
	Logs                     [2]*Log
}

// NewKeys makes keys and certificates.
func NewKeys() *Keys {
	k := &Keys{Release: NewKey(), Reproducers: [2]*ecdsa.PrivateKey{NewKey(), NewKey()}}
	k.Root = Issue("Test Root", nil, Authority)
	k.Intermediate = Issue("Test Intermediate", k.Root, Authority)
	k.Leaf = Issue("Test Release", k.Intermediate, func(t *x509.Certificate) {
		Purposes(Identity, x509.ExtKeyUsageCodeSigning)(t)
		fulcioIssuer(t)
	})
	for i := range k.TSA {
		k.TSARoot[i] = Issue("Test Stamp Root", nil, Authority)
		k.TSA[i] = Issue("Test Stamps", k.TSARoot[i], Stamping)
	}
	k.CodeRoot = Issue("Test Code Root", nil, Authority)
	k.CodeLeaf = Issue("Test Code", k.CodeRoot, Purposes("", x509.ExtKeyUsageCodeSigning))
	k.Logs = [2]*Log{NewLog("log1.example.org"), NewLog("log2.example.org")}
	return k
}

// TrustedRoot is Sigstore's trusted root with the logs and authorities of k: the one that vouches until a time, and those that stamp
// until a time.
func TrustedRoot(k *Keys, vouches, stamps time.Time) string {
	authority := func(uri string, until time.Time, chain ...*Cert) any {
		list := []any{}
		for _, c := range chain {
			list = append(list, map[string]any{"rawBytes": b64(c.DER)})
		}
		return map[string]any{
			"uri": uri, "subject": map[string]any{"commonName": uri, "organization": "Test"},
			"certChain": map[string]any{"certificates": list}, "validFor": map[string]any{"start": Start.Format(time.RFC3339), "end": until.Format(time.RFC3339)},
		}
	}
	logs := []any{}
	for _, l := range k.Logs {
		der, err := x509.MarshalPKIXPublicKey(l.Key.Public())
		must(err)
		logs = append(logs, map[string]any{
			"baseUrl": "https://" + l.Origin, "hashAlgorithm": "SHA2_256", "logId": map[string]any{"keyId": b64([]byte(l.Origin))},
			"publicKey": map[string]any{"rawBytes": b64(der), "keyDetails": "PKIX_ED25519", "validFor": map[string]any{"start": Start.Format(time.RFC3339)}},
		})
	}
	return string(compact(map[string]any{
		"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
		"tlogs":     logs, "ctlogs": []any{},
		"certificateAuthorities": []any{authority("https://ca.example.org", vouches, k.Intermediate, k.Root)},
		"timestampAuthorities":   []any{authority("https://tsa1.example.org", stamps, k.TSA[0], k.TSARoot[0]), authority("https://tsa2.example.org", stamps, k.TSA[1], k.TSARoot[1])},
	}))
}

// Sign is a signature over the SHA-256 of message, with the nonce of RFC 6979.
func Sign(key *ecdsa.PrivateKey, message []byte) []byte {
	sum := sha256.Sum256(message)
	sig, err := key.Sign(nil, sum[:], crypto.SHA256)
	must(err)
	return sig
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
