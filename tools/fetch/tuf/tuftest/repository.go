// SPDX-License-Identifier: MIT

// Package tuftest is a TUF repository on loopback whose owner, thieves of its keys, and server can do anything to a client.
// It is made of go-tuf's types, and shares nothing with the publisher.
package tuftest

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"strconv"
	"testing"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/cjson"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Roles that every repository begins with.
const (
	StableRole    = "stable-v1"
	CandidateRole = "candidate-v1"
)

// A Repository is the owner's side.
type Repository struct {
	testing.TB
	Root      *metadata.Metadata[metadata.RootType]
	Targets   map[string]*metadata.Metadata[metadata.TargetsType] // by role
	Snapshot  *metadata.Metadata[metadata.SnapshotType]
	Timestamp *metadata.Metadata[metadata.TimestampType]
	Keys      map[string][]ed25519.PrivateKey // who signs for a role; thieves sign by others
	Files     map[string][]byte               // what the server has, by path: metadata/NAME and targets/NAME
	texts     map[string][]byte               // by role
}

// New is a repository with root (two of two keys), targets, two delegated roles, snapshot and timestamp. All of it ends in
// ten days, but the timestamp in one.
func New(t testing.TB, now time.Time) *Repository {
	end := now.AddDate(0, 0, 10)
	r := &Repository{TB: t, Root: metadata.Root(end), Targets: map[string]*metadata.Metadata[metadata.TargetsType]{},
		Snapshot: metadata.Snapshot(end), Timestamp: metadata.Timestamp(now.AddDate(0, 0, 1)), Keys: map[string][]ed25519.PrivateKey{},
		Files: map[string][]byte{}, texts: map[string][]byte{}}
	top := metadata.Targets(end)
	top.Signed.Delegations = &metadata.Delegations{Keys: map[string]*metadata.Key{}, Roles: []metadata.DelegatedRole{}}
	r.Targets[metadata.TARGETS] = top
	for _, role := range metadata.TOP_LEVEL_ROLE_NAMES {
		r.Give(role, r.NewKey())
	}
	r.Give(metadata.ROOT, r.NewKey())
	r.Root.Signed.Roles[metadata.ROOT].Threshold = 2
	for _, role := range []string{StableRole, CandidateRole} {
		channel := role[:len(role)-3]
		r.Targets[role] = metadata.Targets(end)
		top.Signed.Delegations.Roles = append(top.Signed.Delegations.Roles, metadata.DelegatedRole{Name: role, KeyIDs: []string{}, Threshold: 1,
			Terminating: true, Paths: []string{channel + "/v1/*/*", channel + "/v1/*/*/*"}})
		r.Give(role, r.NewKey())
	}
	r.Sign(metadata.ROOT)
	r.Release(metadata.TARGETS, StableRole, CandidateRole)
	return r
}

// NewKey makes a key. Ed25519 has signatures of one length, so that tests that swap files swap nothing else.
func (r *Repository) NewKey() ed25519.PrivateKey {
	r.Helper()
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		r.Fatal(err)
	}
	return k
}

// ID is a key's identifier.
func (r *Repository) ID(k ed25519.PrivateKey) string {
	r.Helper()
	m, err := metadata.KeyFromPublicKey(k.Public())
	if err != nil {
		r.Fatal(err)
	}
	id, err := m.ID()
	if err != nil {
		r.Fatal(err)
	}
	return id
}

// Give gives a role a key more, in the metadata that says so and for signing.
func (r *Repository) Give(role string, k ed25519.PrivateKey) {
	r.Helper()
	m, err := metadata.KeyFromPublicKey(k.Public())
	if err != nil {
		r.Fatal(err)
	}
	if _, top := r.Root.Signed.Roles[role]; top {
		err = r.Root.Signed.AddKey(m, role)
	} else {
		err = r.Targets[metadata.TARGETS].Signed.AddKey(m, role)
	}
	if err != nil {
		r.Fatal(err)
	}
	r.Keys[role] = append(r.Keys[role], k)
}

// Replace takes a role's keys of root's from it, and gives it another one.
func (r *Repository) Replace(role string) {
	r.Helper()
	for _, k := range r.Keys[role] {
		if err := r.Root.Signed.RevokeKey(r.ID(k), role); err != nil {
			r.Fatal(err)
		}
	}
	r.Keys[role] = nil
	r.Give(role, r.NewKey())
}

// Put lists bytes as a target and serves them.
func (r *Repository) Put(role, name string, text []byte) {
	digest := sha256.Sum256(text)
	r.Targets[role].Signed.Targets[name] = &metadata.TargetFiles{Length: int64(len(text)), Hashes: metadata.Hashes{"sha256": digest[:]}, Path: name}
	r.Files[TargetPath(name, text)] = text
}

// TargetPath is where the server has the bytes of a target.
func TargetPath(name string, text []byte) string {
	digest := sha256.Sum256(text)
	return "targets/" + path.Dir(name) + "/" + hex.EncodeToString(digest[:]) + "." + path.Base(name)
}

// Release signs and serves roles, whose versions the caller has set, and a snapshot and timestamp after them.
func (r *Repository) Release(roles ...string) {
	r.Helper()
	for _, role := range roles {
		r.Sign(role)
	}
	r.Describe()
	r.Sign(metadata.SNAPSHOT)
	r.Point()
	r.Sign(metadata.TIMESTAMP)
}

// Update gives everything but root the next version, and releases it.
func (r *Repository) Update() {
	r.Helper()
	for _, m := range r.Targets {
		m.Signed.Version++
	}
	r.Snapshot.Signed.Version++
	r.Timestamp.Signed.Version++
	r.Release(metadata.TARGETS, StableRole, CandidateRole)
}

// Describe makes the snapshot say what was signed last.
func (r *Repository) Describe() {
	for role, m := range r.Targets {
		r.Snapshot.Signed.Meta[role+".json"] = described(r.texts[role], m.Signed.Version)
	}
}

// Point makes the timestamp say which snapshot was signed last.
func (r *Repository) Point() {
	r.Timestamp.Signed.Meta["snapshot.json"] = described(r.texts[metadata.SNAPSHOT], r.Snapshot.Signed.Version)
}

func described(text []byte, version int64) *metadata.MetaFiles {
	digest := sha256.Sum256(text)
	return &metadata.MetaFiles{Length: int64(len(text)), Hashes: metadata.Hashes{"sha256": digest[:]}, Version: version}
}

// Sign signs a role's metadata by the keys that it has here, and serves it.
func (r *Repository) Sign(role string) {
	r.Helper()
	switch role {
	case metadata.ROOT:
		sign(r, role, r.Root, r.Root.Signed.Version)
	case metadata.SNAPSHOT:
		sign(r, role, r.Snapshot, r.Snapshot.Signed.Version)
	case metadata.TIMESTAMP:
		sign(r, role, r.Timestamp, r.Timestamp.Signed.Version)
	default:
		sign(r, role, r.Targets[role], r.Targets[role].Signed.Version)
	}
}

func sign[T metadata.Roles](r *Repository, role string, m *metadata.Metadata[T], version int64) {
	r.Helper()
	m.ClearSignatures()
	for _, k := range r.Keys[role] {
		signed, err := cjson.EncodeCanonical(m.Signed)
		if err != nil {
			r.Fatal(err)
		}
		m.Signatures = append(m.Signatures, metadata.Signature{KeyID: r.ID(k), Signature: ed25519.Sign(k, signed)})
	}
	text, err := m.ToBytes(false)
	if err != nil {
		r.Fatal(err)
	}
	r.texts[role] = text
	r.Files[Name(role, version)] = text
}

// Name is where the server has a role's metadata.
func Name(role string, version int64) string {
	if role == metadata.TIMESTAMP {
		return "metadata/timestamp.json"
	}
	return "metadata/" + strconv.FormatInt(version, 10) + "." + role + ".json"
}

// Text is what was signed last for a role.
func (r *Repository) Text(role string) []byte { return r.texts[role] }

// Copy is what the server has now.
func (r *Repository) Copy() map[string][]byte { return maps.Clone(r.Files) }

func (r *Repository) String() string { return fmt.Sprintf("repository of %d files", len(r.Files)) }
