// SPDX-License-Identifier: MIT

// Package specimen hands out small, complete, signed releases to tests of programs that stand on the verifier: they pass
// it, and each has one thing that can be spoilt. Keys are made at run time.
package specimen

import (
	"archive/tar"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// Now is a time at which the releases stand.
var Now = releasetest.Now

// A Spoil changes a release before it is signed. All may be zero.
type Spoil struct {
	Version     string // without a leading v; default 1.2.0
	Development bool   // signed by a development authority
	Logged      bool   // each signature is in two transparency logs, and the policy demands both
	Entry       *Entry // added to the archive of linux_amd64
	Predicate   func(statement string, predicate map[string]any)
	Policy      func(p *policy.File)
	Finished    func(files map[string][]byte) // after signing
}

// An Entry is a member of an archive that no release has.
type Entry struct {
	Name string
	Data []byte
	Link string // makes it a symbolic link
}

// Keys are those of one publisher.
type Keys struct{ keys *releasetest.Keys }

// NewKeys makes keys.
func NewKeys() *Keys { return &Keys{releasetest.NewKeys()} }

// Write puts a release into a new folder and returns the text of the policy under which it passes. Its ledger says that
// no action came from a cache, and its reproducers that they are independent.
func (k *Keys) Write(dir string, s Spoil) ([]byte, error) {
	keys := *k.keys
	if s.Development {
		keys.Root = releasetest.Issue("DEVELOPMENT Root", nil, releasetest.Authority)
		keys.Intermediate = releasetest.Issue("DEVELOPMENT Intermediate", keys.Root, releasetest.Authority)
		keys.Leaf = releasetest.Issue("DEVELOPMENT Release", keys.Intermediate, releasetest.Purposes(releasetest.Identity, x509.ExtKeyUsageCodeSigning))
	}
	r := releasetest.Build(&keys, releasetest.Hooks{
		Config: func(c *releasetest.Config) {
			if s.Version != "" {
				c.Version = s.Version
			}
			c.Development, c.Certificate, c.Logged = s.Development, s.Development, s.Logged
		},
		Tree: func(name string, t *releasetest.Tree) {
			if e := s.Entry; e != nil && strings.HasSuffix(name, "_linux_amd64.tar.gz") {
				member := releasetest.Entry{Name: e.Name, Mode: 0o644, Data: e.Data, Link: e.Link}
				if e.Link != "" {
					member.Type = tar.TypeSymlink
				}
				t.Add(member)
			}
		},
		Statement: func(name string, statement map[string]any) {
			p, ok := statement["predicate"].(map[string]any)
			switch {
			case !ok:
				panic(fmt.Sprintf("statement %s has no predicate", name))
			case name == releasetest.Ledger:
				p["side"] = map[string]any{"cached": 0}
			case strings.HasPrefix(name, "reproduced-"):
				p["demonstration"] = false
			}
			if s.Predicate != nil {
				s.Predicate(name, p)
			}
		},
		Policy:   s.Policy,
		Finished: s.Finished,
	})
	if err := r.Write(dir); err != nil {
		return nil, err
	}
	return json.Marshal(r.Policy)
}

// Day is the date of the releases.
var Day = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
