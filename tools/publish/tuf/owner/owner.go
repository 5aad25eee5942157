// SPDX-License-Identifier: MIT

// Package owner has the keys of a repository, for tests: the offline ones in memory, the online ones in files.
package owner

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/release/sign/key"
	"github.com/gosqlite/gosqlite/tools/release/sign/secret"
)

// Owner holds every key.
type Owner struct {
	testing.TB
	Keys   map[string][]crypto.Signer // by role
	Staged string                     // folder of signed metadata
	Online string                     // the file that names the online keys
	// Targets is the staged file that says whose the delegated roles are.
	Targets string
}

// New makes keys and a signed beginning: a root of two out of three, and the roles stable-v1 and candidate-v1.
func New(t testing.TB, now time.Time) *Owner {
	t.Helper()
	o := &Owner{TB: t, Keys: map[string][]crypto.Signer{}, Staged: t.TempDir(), Targets: "1.targets.json"}
	for _, role := range []string{"root", "root", "root", "targets", "stable-v1", "candidate-v1"} {
		o.Keys[role] = append(o.Keys[role], o.NewKey())
	}
	o.writeOnline()
	staged, err := tuf.Begin(o.Groups(), nil, nil, now)
	if err != nil {
		t.Fatal(err)
	}
	o.Stage(staged)
	for _, k := range o.Keys["root"][:2] {
		o.Sign("1.root.json", "", k)
	}
	o.Sign("1.targets.json", "1.root.json", o.Keys["targets"][0])
	return o
}

// NewKey makes a key on P-256.
func (o *Owner) NewKey() crypto.Signer {
	o.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		o.Fatal(err)
	}
	return k
}

// Public is what metadata has of a key.
func (o *Owner) Public(k crypto.Signer) tuf.Key {
	o.Helper()
	public, err := tuf.NewKey(k.Public())
	if err != nil {
		o.Fatal(err)
	}
	return public
}

// Groups are all keys by role.
func (o *Owner) Groups() map[string]tuf.Group {
	groups := map[string]tuf.Group{}
	for role, keys := range o.Keys {
		g := tuf.Group{}
		for _, k := range keys {
			g.Keys = append(g.Keys, o.Public(k))
		}
		groups[role] = g
	}
	return groups
}

// Stage writes metadata to the folder.
func (o *Owner) Stage(staged tuf.Staged) {
	o.Helper()
	for name, text := range staged {
		o.write(filepath.Join(o.Staged, name), text, 0o644)
	}
}

// Sign adds a signature to a staged file; by is the staged file that says whose keys count.
func (o *Owner) Sign(name, by string, k crypto.Signer) {
	o.Helper()
	text, err := o.Try(name, by, k)
	if err != nil {
		o.Fatal(err)
	}
	o.write(filepath.Join(o.Staged, name), text, 0o644)
}

// Try signs, and writes nothing.
func (o *Owner) Try(name, by string, k crypto.Signer) ([]byte, error) {
	o.Helper()
	var delegator []byte
	if by != "" {
		delegator = o.Read(by)
	}
	text, _, err := tuf.Sign(name, o.Read(name), delegator, k)
	return text, err
}

// Read is a staged file, or another one by its whole name.
func (o *Owner) Read(name string) []byte {
	o.Helper()
	if !filepath.IsAbs(name) {
		name = filepath.Join(o.Staged, name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		o.Fatal(err)
	}
	return text
}

// Add lists a release in the next metadata of its role, and signs it.
func (o *Owner) Add(store *tree.Store, version string, files []tree.File, now time.Time) {
	o.Helper()
	r, _, _, err := tuf.Load(store)
	if err != nil {
		o.Fatal(err)
	}
	staged, err := r.Add(version, files, nil, now)
	if err != nil {
		o.Fatal(err)
	}
	role, err := tuf.RoleOf(version)
	if err != nil {
		o.Fatal(err)
	}
	o.Stage(staged)
	for name := range staged {
		o.Sign(name, o.Targets, o.Keys[role][0])
	}
}

// Begin takes what is staged, and the files of a release, into a folder, as tuf snapshot and publish do.
func (o *Owner) Begin(store *tree.Store, now time.Time, files ...tree.Item) {
	o.Helper()
	r, index, generation, err := tuf.Load(store)
	if err != nil {
		o.Fatal(err)
	}
	staged, err := tuf.ReadStaged(o.Staged)
	if err != nil {
		o.Fatal(err)
	}
	if staged, err = tuf.Unpublished(index, staged); err != nil {
		o.Fatal(err)
	}
	online, err := tuf.ParseOnline(o.Read(o.Online), filepath.Dir(o.Online), key.Surroundings{Secrets: &secret.Reader{}})
	if err != nil {
		o.Fatal(err)
	}
	after, items, err := r.Next(o.Context(), tuf.Step{Staged: staged, Files: files, Index: index, Now: now}, online)
	if err != nil {
		o.Fatal(err)
	}
	change, err := tree.Update(index, generation, items)
	if err != nil {
		o.Fatal(err)
	}
	if err := o.Seen().Commit(o.Context(), store, change, r, after); err != nil {
		o.Fatal(err)
	}
}

// Seen is the memory of the online keys, where the commands have it by default.
func (o *Owner) Seen() tuf.Seen { return tuf.Seen{Name: o.Online + ".seen"} }

func (o *Owner) writeOnline() {
	o.Helper()
	dir := o.TempDir()
	file := map[string]any{"schema": tuf.OnlineSchema}
	for _, role := range []string{"snapshot", "timestamp"} {
		pass := filepath.Join(dir, role+".pass")
		o.write(pass, []byte("of "+role), 0o600)
		ref := key.Reference{Name: filepath.Join(dir, role+".pem"), Secret: "file:" + pass}
		k, err := ref.Make(o.Context(), key.Surroundings{Secrets: &secret.Reader{}}, rand.Reader)
		if err != nil {
			o.Fatal(err)
		}
		o.Keys[role] = []crypto.Signer{k}
		file[role] = map[string]string{"key": role + ".pem", "secret": "file:" + role + ".pass"}
	}
	text, err := json.Marshal(file)
	if err != nil {
		o.Fatal(err)
	}
	o.Online = filepath.Join(dir, "online.json")
	o.write(o.Online, text, 0o644)
}

func (o *Owner) write(name string, text []byte, mode os.FileMode) {
	o.Helper()
	if err := os.WriteFile(name, text, mode); err != nil {
		o.Fatal(err)
	}
}
