// SPDX-License-Identifier: MIT

package tuf

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// A Key is a public key as metadata has it.
type Key struct {
	ID  string // SHA-256 of its canonical form, in hexadecimal
	key *metadata.Key
}

// NewKey takes an ECDSA key on P-256 or an Ed25519 key.
func NewKey(public crypto.PublicKey) (Key, error) {
	if p, ok := public.(*ecdsa.PublicKey); ok && p.Curve != elliptic.P256() {
		return Key{}, fmt.Errorf("read public key: curve %s is not P-256", p.Curve.Params().Name)
	}
	switch public.(type) {
	case *ecdsa.PublicKey, ed25519.PublicKey:
	default:
		return Key{}, fmt.Errorf("read public key: %T is neither ECDSA on P-256 nor Ed25519", public)
	}
	k, err := metadata.KeyFromPublicKey(public)
	if err != nil {
		return Key{}, fmt.Errorf("read public key: %w", err)
	}
	id, err := k.ID()
	return Key{id, k}, err
}

// ParseKey reads one PEM block: a public key, or a certificate of one.
func ParseKey(text []byte) (Key, error) {
	block, rest := pem.Decode(text)
	if block == nil || len(bytes.TrimSpace(rest)) > 0 {
		return Key{}, errors.New("read public key: the file is not one PEM block")
	}
	public, err := publicOf(block)
	if err != nil {
		return Key{}, fmt.Errorf("read public key: %w", err)
	}
	return NewKey(public)
}

// EncodeKey is the PEM text of a public key.
func EncodeKey(public crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("write public key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// A part is one of those that no key may have two of.
func part(role string) string {
	switch role {
	case metadata.ROOT:
		return "root"
	case metadata.SNAPSHOT, metadata.TIMESTAMP:
		return "online"
	}
	return "targets"
}

// separate refuses a key that has two parts, or is a stranger's. Keys are compared by their bytes: an identifier depends on
// how a key is written down.
func separate(root *metadata.RootType, targets *metadata.TargetsType, strangers []Stranger) error {
	has, foreign := map[[32]byte]string{}, map[[32]byte]string{}
	for _, s := range strangers {
		foreign[s.Key] = s.Of
	}
	claim := func(role string, ids []string, keys map[string]*metadata.Key) error {
		for _, id := range ids {
			k := keys[id]
			if k == nil {
				return fmt.Errorf("check keys: %s names key %.12s, which is not there", role, id)
			}
			public, err := k.ToPublicKey()
			if err != nil {
				return fmt.Errorf("check keys: key %.12s of %s: %w", id, role, err)
			}
			s, err := NewStranger(role, public)
			if err != nil {
				return err
			}
			if before, ok := has[s.Key]; ok && before != part(role) {
				return &SharedKeyError{id, role, before}
			}
			if of, ok := foreign[s.Key]; ok {
				return &SharedKeyError{id, role, of}
			}
			has[s.Key] = part(role)
		}
		return nil
	}
	for _, role := range metadata.TOP_LEVEL_ROLE_NAMES {
		if err := claim(role, root.Roles[role].KeyIDs, root.Keys); err != nil {
			return err
		}
	}
	if targets != nil && targets.Delegations != nil {
		for _, d := range targets.Delegations.Roles {
			if err := claim(d.Name, d.KeyIDs, targets.Delegations.Keys); err != nil {
				return err
			}
		}
	}
	return nil
}
