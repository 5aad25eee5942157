// SPDX-License-Identifier: MIT

// Package signtest has what tests of signing sign: a small payload, programs, keys and certificates, all made when the
// test runs.
package signtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"path/filepath"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/sign/devca"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
)

// Now is the time at which tests sign. It is a whole second.
var Now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// Key is a new key on P-256.
func Key(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// CA is a development CA that is valid around Now.
func CA(t testing.TB) *devca.Authority {
	t.Helper()
	ca, err := devca.New(rand.Reader, Now.Add(-time.Hour), Now.Add(24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

// Certified is an identity with a certificate of the CA.
func Certified(t testing.TB, ca *devca.Authority) *identity.Identity {
	t.Helper()
	key := Key(t)
	chain, err := ca.CodeSigner(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return &identity.Identity{Key: key, Chain: chain}
}

// Roots is a pool of one certificate.
func Roots(c *x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(c)
	return pool
}

// Payload makes a payload in a new folder and returns its name.
func Payload(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "payload")
	if err := WritePayload(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Archives are the files of a payload by their names.
func Archives(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	return files
}
