// SPDX-License-Identifier: MIT

package published

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
)

// StatementType is the predicate type of a statement that a release was reproduced.
const StatementType = "https://github.com/gosqlite/gosqlite/blob/main/docs/reproducing.md#reproduced-1"

// A Reproduction is what somebody states who has built a release again: the predicate of the statement.
type Reproduction struct {
	Identical bool `json:"identical"` // always true: nobody states anything else
	// Demonstration says that the rebuilder is not independent of the builder, and that the statement proves nothing.
	Demonstration bool        `json:"demonstration"`
	Target        string      `json:"target"` // Bazel label that was built
	Platforms     []string    `json:"platforms"`
	Varied        []string    `json:"varied"` // names of variations, under which it was built
	Files         []Agreed    `json:"files"`
	Ledger        string      `json:"ledger"` // digest of the ledger of this build
	Side          ledger.Side `json:"side"`
}

// An Agreed is a file that was compared.
type Agreed struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // in the release
	Rule   string `json:"rule"`   // bytes, or the rules by which signatures were taken off
}

var statementName = regexp.MustCompile(`^reproduced-[0-9A-Za-z][0-9A-Za-z._-]{0,63}\.intoto\.json$`)

// CheckName tells whether a verifier will find a statement of that name. A demonstration says in its name that it is one.
func CheckName(path string, demonstration bool) error {
	name := filepath.Base(path)
	if !statementName.MatchString(name) {
		return fmt.Errorf("statement %s: its name has to be reproduced-WHO.intoto.json", name)
	}
	if strings.HasPrefix(name, "reproduced-demonstration") != demonstration {
		return fmt.Errorf("statement %s: names of demonstrations, and of nothing else, begin with reproduced-demonstration", name)
	}
	return nil
}

// Statement is the in-toto statement, in canonical JSON and a newline, about all files of the manifest. It is an error if
// anything was not the same.
func (r *Release) Statement(p Reproduction, files []compare.File) ([]byte, error) {
	agreed := map[string]bool{}
	p.Identical, p.Files = true, nil
	for _, f := range files {
		switch f.Status {
		case compare.Apart:
			continue
		case compare.Pass:
		default:
			return nil, fmt.Errorf("state that the release was reproduced: %s was not", f.Name)
		}
		agreed[f.Name] = true
		p.Files = append(p.Files, Agreed{f.Name, f.HashA, cmp.Or(f.Rule, "bytes")})
	}
	for name := range r.payload {
		if !agreed[name] {
			return nil, fmt.Errorf("state that the release was reproduced: %s was not compared", name)
		}
	}
	if p.Ledger == "" || len(p.Platforms) == 0 {
		return nil, errors.New("state that the release was reproduced: ledger and platforms are needed")
	}
	subjects, err := ledger.Subjects(r.Manifest)
	if err != nil {
		return nil, err
	}
	return ledger.Statement(subjects, StatementType, p)
}
