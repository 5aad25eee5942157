// SPDX-License-Identifier: MIT

package tuf

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/verify/bundle"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// bundleSuffix ends the names of signatures in a release.
const bundleSuffix = ".sigstore.json"

// A Stranger is somebody whose key no role of a repository may have: who signs releases, repeats them, vouches for code, stamps
// time or keeps a log. The key may be one that only its certificate tells, or only its digest.
type Stranger struct {
	Of  string   // whose it is, for people
	Key [32]byte // SHA-256 of its SubjectPublicKeyInfo
}

// A SharedKeyError says that a key of the repository has another part, or is somebody else's.
type SharedKeyError struct{ Key, Role, Of string }

func (e *SharedKeyError) Error() string {
	return fmt.Sprintf("check keys: key %.12s of %s is one of %s as well: give each its own", e.Key, e.Role, e.Of)
}

// NewStranger takes a public key of any kind.
func NewStranger(of string, public crypto.PublicKey) (Stranger, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return Stranger{}, fmt.Errorf("read public key of %s: %w", of, err)
	}
	return Stranger{of, sha256.Sum256(der)}, nil
}

// pemBegin begins each PEM block.
var pemBegin = []byte("-----BEGIN")

// ParseStrangers reads PEM: public keys and certificates, as many as there are, and nothing else. pem.Decode passes over text and
// over blocks that are broken, and so over a key that nobody would keep apart then: each block has to begin where the last ended.
func ParseStrangers(of string, text []byte) ([]Stranger, error) {
	var out []Stranger
	for text = bytes.TrimSpace(text); len(text) > 0; text = bytes.TrimSpace(text) {
		block, rest := pem.Decode(text)
		if block == nil || !bytes.HasPrefix(text, pemBegin) || bytes.Count(text[:len(text)-len(rest)], pemBegin) != 1 {
			return nil, fmt.Errorf("read public key of %s: the file is not PEM blocks alone, or one of them is broken", of)
		}
		text = rest
		public, err := publicOf(block)
		if err != nil {
			return nil, fmt.Errorf("read public key of %s: %w", of, err)
		}
		s, err := NewStranger(of, public)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("read public key of %s: the file is empty", of)
	}
	return out, nil
}

// publicOf is the public key of a PEM block.
func publicOf(block *pem.Block) (crypto.PublicKey, error) {
	switch block.Type {
	case "PUBLIC KEY":
		return x509.ParsePKIXPublicKey(block.Bytes)
	case "CERTIFICATE":
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		return c.PublicKey, nil
	}
	return nil, fmt.Errorf("the file holds %.40q and neither a public key nor a certificate", block.Type)
}

// Trusted are all whom a policy names: keys, authorities with each certificate, timestamp authorities, logs.
func Trusted(p *policy.Policy) ([]Stranger, error) {
	var out []Stranger
	add := func(of string, k *pki.Key) error {
		all, err := ParseStrangers(of, k.PEM())
		out = append(out, all...)
		return err
	}
	var failed error
	for _, k := range p.Trust.Keys {
		failed = errors.Join(failed, add("the policy's key "+k.Name, k.Key))
	}
	for _, a := range p.Trust.Authorities {
		for _, c := range a.Certificates {
			failed = errors.Join(failed, add("the policy's authority "+a.Name, c.Key))
		}
	}
	for _, a := range p.Trust.Stamps {
		for _, c := range a.Certificates {
			failed = errors.Join(failed, add("the policy's timestamp authority "+a.Name, c.Key))
		}
	}
	for _, l := range p.Trust.Logs {
		failed = errors.Join(failed, add("the policy's log "+l.Name, l.Key))
	}
	return out, failed
}

// SignersOf are those whose signatures a release in a folder has. A policy with an authority names no key: the certificates are
// in the signatures.
func SignersOf(dir string, files []tree.File) ([]Stranger, error) {
	return signers(files, func(f tree.File) ([]byte, error) {
		return action.ReadFile(filepath.Join(dir, filepath.FromSlash(f.Path)), bundle.MaxSize)
	})
}

// signers reads the signatures among files.
func signers(files []tree.File, read func(tree.File) ([]byte, error)) ([]Stranger, error) {
	var out []Stranger
	seen := map[[32]byte]bool{}
	for _, f := range files {
		if !strings.HasSuffix(f.Path, bundleSuffix) {
			continue
		}
		text, err := read(f)
		if err != nil {
			return nil, err
		}
		s, err := signer(f.Path, text)
		if err != nil {
			return nil, fmt.Errorf("read who signed %s: %w", strings.TrimSuffix(f.Path, bundleSuffix), err)
		}
		if !seen[s.Key] {
			seen[s.Key] = true
			out = append(out, s)
		}
	}
	return out, nil
}

// signer is who made one signature: by the certificate in it, or by the digest that calls the key.
func signer(name string, text []byte) (Stranger, error) {
	of := "who signed " + strings.TrimSuffix(name, bundleSuffix)
	b, _, err := bundle.Parse(text)
	if err != nil {
		return Stranger{}, err
	}
	if b.Certificate != nil {
		c, err := x509.ParseCertificate(b.Certificate)
		if err != nil {
			return Stranger{}, err
		}
		return NewStranger(of, c.PublicKey)
	}
	raw, err := base64.StdEncoding.DecodeString(b.Hint)
	if err != nil || len(raw) != sha256.Size {
		return Stranger{}, fmt.Errorf("the hint %.60q is no digest of a key", b.Hint)
	}
	return Stranger{of, [32]byte(raw)}, nil
}

// Apart refuses keys of the repository that strangers have, or that signed a release which is published.
func (r *Repository) Apart(strangers []Stranger) error {
	if r.Empty() {
		return nil
	}
	published, err := r.signers()
	if err != nil {
		return err
	}
	return separate(&r.root.Signed, &r.targets[metadata.TARGETS].Signed, append(published, strangers...))
}
