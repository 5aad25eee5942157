// SPDX-License-Identifier: MIT

package verify

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/manifest"
)

// Rules about what reproducers and ledgers state. A signature says who stated it, and a type what kind of thing it is; what
// it says stands in the predicate alone.

// A reproductionPredicate is what is read of docs/reproducing.md#reproduced-1. What is not said is not assumed.
type reproductionPredicate struct {
	Identical     *bool `json:"identical"`
	Demonstration *bool `json:"demonstration"`
}

// ledgerSchema is that of a ledger, docs/reproducing.md#ledger-1.
const ledgerSchema = "gosqlite-ledger/1"

// A ledgerPredicate is what is read of a ledger.
type ledgerPredicate struct {
	Schema string `json:"schema"`
	Build  struct {
		Files []struct {
			Name   string `json:"name"`
			SHA256 string `json:"sha256"`
		} `json:"files"`
	} `json:"build"`
}

// counts reports whether a statement says that somebody independent had the same bytes. A demonstration proves nothing, as
// a development authority does, and counts where the policy accepts that.
func (r *release) counts(s *statement) bool {
	p := s.reproduction
	if s.unread != nil || p.Identical == nil || p.Demonstration == nil || !*p.Identical {
		return false
	}
	return !*p.Demonstration || r.options.Policy.AllowDevelopment
}

// demonstrations are how many statements say of themselves that they prove nothing.
func (r *release) demonstrations() (count int) {
	for name, s := range r.statements {
		if d := s.reproduction.Demonstration; strings.HasPrefix(name, reproducedPrefix) && d != nil && *d {
			count++
		}
	}
	return count
}

func ledgerRule(r *release, v *verdicts) {
	if class, err := r.ledger(); class != "" {
		v.fail(ledgerName, class, "%v", err)
	}
}

// ledger holds the files of the ledger against the manifest and all that it lists. What else a ledger tells, only a build
// can show.
func (r *release) ledger() (class string, err error) {
	s := r.statements[ledgerName]
	if s == nil || s.PredicateType != predicateType(ledgerName) {
		return "", nil // documents or statement-form refused it
	}
	if s.unread != nil {
		return "ledger-malformed", s.unread
	}
	if s.ledger.Schema != ledgerSchema {
		return "ledger-malformed", fmt.Errorf("schema %.40q, not %s", s.ledger.Schema, ledgerSchema)
	}
	made := map[string]string{}
	for _, f := range s.ledger.Build.Files {
		if _, twice := made[f.Name]; twice {
			return "ledger-malformed", fmt.Errorf("file %.100q stands twice", f.Name)
		}
		made[f.Name] = f.SHA256
	}
	m := r.byName[manifest.FileName]
	if r.manifest == nil || m == nil {
		return "", nil
	}
	if made[m.name] != hex.EncodeToString(m.sha256[:]) {
		return "ledger-mismatch", errors.New("the build that it tells of made another " + m.name)
	}
	for _, e := range r.manifest.Files {
		if made[e.Name] != hex.EncodeToString(e.SHA256[:]) {
			return "ledger-mismatch", errors.New("the build that it tells of made another " + e.Name)
		}
	}
	return "", nil
}
