// SPDX-License-Identifier: MIT

// Package ring is the list of a project's release keys, from the first to the present one: which keys there are, when each
// may sign, and which were revoked. It is published beside releases, so that whoever trusts one key learns of the next by
// that key's signature. Verifiers do not read it: people do, and put what they accept into their policy.
//
// The file is canonical JSON (package jcs) and a newline:
//
//	{"keys":[{"from":"2026-11-23T00:00:00Z","hint":"BASE64","identity":"release","publicKey":"-----BEGIN PUBLIC KEY-----\n...",
//	"revoked":{"at":"2027-02-01T00:00:00Z","reason":"stolen"},"until":"2028-11-23T00:00:00Z"}],"schema":"gosqlite-keys/1","serial":3}
//
// Keys are in the order in which they came. A serial counts the changes; of two rings that are signed well, the one with
// the larger serial holds. What a key signed at a time outside [from, until), or at or after revoked.at, does not count.
package ring

import (
	"crypto"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/jcs"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
)

// Schema identifies the format.
const Schema = "gosqlite-keys/1"

// Limits of a ring.
const (
	MaxKeys   = 256
	MaxText   = 1 << 20 // bytes
	maxReason = 500     // bytes
)

// A Ring is the list.
type Ring struct {
	Schema string `json:"schema"`
	Serial int    `json:"serial"`
	Keys   []Key  `json:"keys"`
}

// A Key is one key of the list.
type Key struct {
	Hint      string      `json:"hint"` // see identity.Hint
	Identity  string      `json:"identity"`
	PublicKey string      `json:"publicKey"` // SubjectPublicKeyInfo in PEM
	From      time.Time   `json:"from"`
	Until     time.Time   `json:"until"`
	Revoked   *Revocation `json:"revoked,omitempty"`
}

// A Revocation says since when a key does not count, and why.
type Revocation struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// Parse reads a ring and refuses one that contradicts itself.
func Parse(text []byte) (*Ring, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("read keys: larger than %d bytes", MaxText)
	}
	canonical, err := jcs.Transform(text)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	r := &Ring{}
	if err := json.Unmarshal(canonical, r); err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	again, err := r.Encode()
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	if string(again) != string(text) {
		return nil, errors.New("read keys: the file is not the text that its values have; it was edited by hand, or is of a newer program")
	}
	return r, nil
}

// Encode is the text of the file.
func (r *Ring) Encode() ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	return jcs.File(r)
}

func (r *Ring) check() error {
	if r.Schema != Schema || r.Serial < 1 || len(r.Keys) == 0 || len(r.Keys) > MaxKeys {
		return fmt.Errorf("schema %q, serial %d and %d keys: want %s, at least 1, and 1 to %d", r.Schema, r.Serial, len(r.Keys), Schema, MaxKeys)
	}
	seen := map[string]bool{}
	for _, k := range r.Keys {
		block, rest := pem.Decode([]byte(k.PublicKey))
		switch {
		case block == nil || block.Type != "PUBLIC KEY" || len(rest) > 0 || identity.Hint(block.Bytes) != k.Hint:
			return fmt.Errorf("key %q: its public key is not one PEM block that has this hint", k.Hint)
		case seen[k.Hint]:
			return fmt.Errorf("key %s: listed twice", k.Hint)
		case k.Identity == "":
			return fmt.Errorf("key %s: it has no identity", k.Hint)
		case !k.From.Before(k.Until) || k.From.Nanosecond() != 0 || k.Until.Nanosecond() != 0:
			return fmt.Errorf("key %s: valid from %v until %v, which is no time in whole seconds", k.Hint, k.From, k.Until)
		case k.Revoked != nil && (k.Revoked.Reason == "" || len(k.Revoked.Reason) > maxReason || k.Revoked.At.Nanosecond() != 0):
			return fmt.Errorf("key %s: a revocation needs a reason of up to %d bytes and a time in whole seconds", k.Hint, maxReason)
		}
		seen[k.Hint] = true
	}
	return nil
}

// New is a ring with its first key.
func New(public crypto.PublicKey, identity string, from, until time.Time) (*Ring, error) {
	r := &Ring{Schema: Schema}
	return r, r.add(public, identity, from, until)
}

// Rotate adds a key. The identity's other keys end at overlap after the new one's begin, unless they end before that.
func (r *Ring) Rotate(public crypto.PublicKey, identity string, from, until time.Time, overlap time.Duration) error {
	if overlap < 0 {
		return fmt.Errorf("rotate key: an overlap of %v", overlap)
	}
	end := from.Add(overlap).UTC().Truncate(time.Second)
	for i := range r.Keys {
		if k := &r.Keys[i]; k.Identity == identity && k.Until.After(end) && k.From.Before(end) {
			k.Until = end
		}
	}
	return r.add(public, identity, from, until)
}

func (r *Ring) add(public crypto.PublicKey, name string, from, until time.Time) error {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return fmt.Errorf("add key: %w", err)
	}
	r.Serial++
	r.Keys = append(r.Keys, Key{
		Hint: identity.Hint(der), Identity: name, PublicKey: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		From: from.UTC().Truncate(time.Second), Until: until.UTC().Truncate(time.Second),
	})
	return r.check()
}

// Revoke revokes a key from a time on. An earlier revocation stays, a later one is moved.
func (r *Ring) Revoke(hint string, at time.Time, reason string) error {
	at = at.UTC().Truncate(time.Second)
	for i := range r.Keys {
		k := &r.Keys[i]
		if k.Hint != hint {
			continue
		}
		if k.Revoked != nil && !at.Before(k.Revoked.At) {
			return fmt.Errorf("revoke key: %s is revoked already, from %v on", hint, k.Revoked.At)
		}
		k.Revoked = &Revocation{at, reason}
		r.Serial++
		return r.check()
	}
	return fmt.Errorf("revoke key: there is no key with the hint %s; show lists them", hint)
}

// Counts says whether what the key with that hint signed at a time counts, and why not.
func (r *Ring) Counts(hint string, at time.Time) error {
	for _, k := range r.Keys {
		switch {
		case k.Hint != hint:
			continue
		case at.Before(k.From) || !at.Before(k.Until):
			return fmt.Errorf("key %s counts from %v until %v and not at %v", hint, k.From, k.Until, at)
		case k.Revoked != nil && !at.Before(k.Revoked.At):
			return fmt.Errorf("key %s is revoked from %v on: %s", hint, k.Revoked.At, k.Revoked.Reason)
		}
		return nil
	}
	return fmt.Errorf("key %s is not in the ring", hint)
}
