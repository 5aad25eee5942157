// SPDX-License-Identifier: MIT

package checks

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/bundle"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
)

// flip flips the last bit of a copy: of a signature in DER a bit of its second number, so that it stays well formed.
func flip(data []byte) []byte {
	data = slices.Clone(data)
	data[len(data)-1] ^= 1
	return data
}

// flipped writes a copy of a file with a bit flipped in its middle.
func (r *Release) flipped(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil || len(data) == 0 {
		return "", fmt.Errorf("%w: %s is empty, or %w", errSetup, path, err)
	}
	data[len(data)/2] ^= 1
	return r.file("flipped-"+filepath.Base(path), data)
}

// subject is a file that is signed, changed when s says so.
func (r *Release) subject(path string, s spoil) (string, error) {
	if s == otherFile {
		return r.flipped(path)
	}
	return path, nil
}

// signatureOf is the signature of a bundle, changed when s says so.
func signatureOf(b *bundle.Bundle, s spoil) []byte {
	if s == otherSignature {
		return flip(b.Signature())
	}
	return b.Signature()
}

// bundleFile is the file of a bundle, with another signature when s says so.
func (r *Release) bundleFile(b *bundle.Bundle, path string, s spoil) (string, error) {
	if s != otherSignature {
		return path, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errSetup, err)
	}
	encoded := func(sig []byte) []byte { return []byte(`"` + base64.StdEncoding.EncodeToString(sig) + `"`) }
	changed := bytes.Replace(text, encoded(b.Signature()), encoded(signatureOf(b, s)), 1)
	if bytes.Equal(changed, text) {
		return "", fmt.Errorf("%w: %s does not hold its signature in base64", errSetup, path)
	}
	return r.file("spoilt-"+filepath.Base(path), changed)
}

// keyOf is the key by which a bundle was made.
func (r *Release) keyOf(b *bundle.Bundle) (*pki.Key, error) {
	if b.Certificate != nil {
		c, err := pki.ParseCertificate(b.Certificate)
		if err != nil {
			return nil, err
		}
		return c.Key, nil
	}
	for _, k := range r.Policy.Trust.Keys {
		if k.Key.Hint() == b.Hint {
			return k.Key, nil
		}
	}
	return nil, fmt.Errorf("%w: the policy has no key %s", errSetup, b.Hint)
}

// keyPEM is that key in PEM, or one that was made for nothing when s says so.
func (r *Release) keyPEM(b *bundle.Bundle, s spoil) ([]byte, error) {
	if s != otherSigner {
		key, err := r.keyOf(b)
		if err != nil {
			return nil, err
		}
		return key.PEM(), nil
	}
	return otherKey()
}

// otherKey is a public key that nobody has, in PEM.
func otherKey() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSetup, err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSetup, err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// otherRoot is the certificate of an authority that vouches for nobody, in PEM.
func otherRoot(now time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSetup, err)
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Other Root"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, root, root, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSetup, err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

// identityOf is whom a bundle's certificate names, or somebody else when s says so.
func identityOf(c *pki.Certificate, s spoil) (string, error) {
	if s == otherSigner {
		return "https://other.invalid/release", nil
	}
	if len(c.Identities) == 0 {
		return "", fmt.Errorf("%w: the certificate has no identity", errSetup)
	}
	return c.Identities[0], nil
}
