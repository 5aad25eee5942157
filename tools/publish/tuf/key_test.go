// SPDX-License-Identifier: MIT

package tuf

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"testing"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// TestRespelledKey: a key is the same however its text is written down.
func TestRespelledKey(t *testing.T) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a, errA := NewKey(k.Public())
	b, errB := NewKey(k.Public())
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	b.key.Value.PublicKey += "\n"
	root := metadata.Root().Signed
	root.Keys = map[string]*metadata.Key{"a": a.key}
	root.Roles[metadata.TIMESTAMP].KeyIDs = []string{"a"}
	targets := &metadata.TargetsType{Delegations: &metadata.Delegations{Keys: map[string]*metadata.Key{"b": b.key},
		Roles: []metadata.DelegatedRole{{Name: "stable-v1", KeyIDs: []string{"b"}}}}}
	var shared *SharedKeyError
	if err := separate(&root, targets, nil); !errors.As(err, &shared) {
		t.Errorf("one key has two parts: %v", err)
	}
}
