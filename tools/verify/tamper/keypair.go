// SPDX-License-Identifier: MIT

package tamper

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// A keyPair is a key that a case makes for itself.
type keyPair struct{ key *ecdsa.PrivateKey }

func newPair() *keyPair { return &keyPair{releasetest.NewKey()} }

// p384 signs the manifest by a trusted key on another curve.
func p384(*keys) hooks {
	key := releasetest.NewKeyOn(elliptic.P384())
	return hooks{
		Sign: func(name string, s *signing) {
			if name == manifest.FileName {
				s.Key, s.Hint = key, releasetest.Hint(key)
			}
		},
		Policy: func(p *policy.File) {
			p.Keys = append(p.Keys, policy.Key{Name: "P-384", PEM: releasetest.PublicPEM(key), Roles: p.Keys[0].Roles})
		},
	}
}

func p384Leaf(k *keys) *releasetest.Cert {
	return releasetest.IssueKey("Test Release", releasetest.NewKeyOn(elliptic.P384()), k.Intermediate, releasetest.Purposes(releasetest.Identity, x509.ExtKeyUsageCodeSigning))
}

func digest(data []byte) []byte {
	sum := sha256.Sum256(data)
	return sum[:]
}
