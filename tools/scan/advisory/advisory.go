// SPDX-License-Identifier: MIT

// Package advisory writes the project's security advisories: from one source file each an OSV record, a CSAF 2.0
// document and a page, and of all together an index and an Atom feed.
//
// # The source
//
// A source is a JSON file that is called like its id. Ids are x_GOSQLITE-YEAR-NUMBER: OSV's schema lets databases without
// a registered prefix begin theirs with x_. Versions are those of the Go module, without v. A drill says so in its fields,
// and everything made from it says so in its title.
//
// Nothing is written unless all that is written passes the schemas of OSV and CSAF.
package advisory

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/osv"
)

// Module is what the advisories are about.
const Module = "github.com/gosqlite/gosqlite"

// maxSource bounds a source file, in bytes.
const maxSource = 1 << 20

// An Advisory is one source file.
type Advisory struct {
	ID         string      `json:"id"`
	Drill      bool        `json:"drill,omitempty"`
	Aliases    []string    `json:"aliases,omitempty"`
	Title      string      `json:"title"`
	Details    string      `json:"details"` // paragraphs, separated by an empty line
	Severity   string      `json:"severity"`
	Score      float64     `json:"score,omitempty"`
	Vector     string      `json:"vector,omitempty"` // CVSS 3 or 4
	Affected   []Affected  `json:"affected"`
	Fix        string      `json:"fix"` // what a user does
	Workaround string      `json:"workaround,omitempty"`
	Credits    []string    `json:"credits,omitempty"`
	References []Reference `json:"references,omitempty"`
	Revisions  []Revision  `json:"revisions"` // oldest first; the first is the publication
}

// Affected is a range of versions.
type Affected struct {
	Introduced string `json:"introduced"`      // "0" for all before the fix
	Fixed      string `json:"fixed,omitempty"` // "" while there is no fix
}

// A Reference leads to more; its type is one of OSV's.
type Reference struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// A Revision is a change of the text.
type Revision struct {
	Date    string `json:"date"` // RFC 3339
	Summary string `json:"summary"`
}

var idForm = regexp.MustCompile(`^x_GOSQLITE-[0-9]{4}-[0-9]{4}$`)

// Parse reads a source and refuses what would make a wrong or empty document.
func Parse(text []byte) (*Advisory, error) {
	if len(text) > maxSource {
		return nil, fmt.Errorf("read advisory: larger than %d bytes", maxSource)
	}
	var a Advisory
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&a); err != nil {
		return nil, fmt.Errorf("read advisory: %w", err)
	}
	if errs := a.check(); errs != nil {
		return nil, fmt.Errorf("read advisory %s: %w", a.ID, errors.Join(errs...))
	}
	return &a, nil
}

func (a *Advisory) check() []error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !idForm.MatchString(a.ID) {
		bad("its id is not x_GOSQLITE-YEAR-NUMBER")
	}
	for name, text := range map[string]string{"title": a.Title, "details": a.Details, "fix": a.Fix} {
		if strings.TrimSpace(text) == "" {
			bad("%s is missing", name)
		}
	}
	if !slices.Contains(finding.Severities, a.Severity) {
		bad("severity %q is none of %s", a.Severity, strings.Join(finding.Severities, ", "))
	}
	if len(a.Affected) == 0 {
		bad("it affects no version")
	}
	for _, r := range a.Affected {
		if _, err := osv.Compare(r.Introduced, orZero(r.Fixed)); err != nil {
			bad("affected: %w", err)
		} else if order, _ := osv.Compare(r.Introduced, r.Fixed); r.Fixed != "" && order >= 0 {
			bad("affected: %s is fixed in %s, which is not after it", r.Introduced, r.Fixed)
		}
	}
	last := ""
	for _, r := range a.Revisions {
		if _, err := time.Parse(time.RFC3339, r.Date); err != nil || !strings.HasSuffix(r.Date, "Z") || r.Date <= last || r.Summary == "" {
			bad("revision %q is no UTC time after the one before, or says nothing", r.Date)
		}
		last = r.Date
	}
	if len(a.Revisions) == 0 {
		bad("it has no revision, and so no date")
	}
	return errs
}

func orZero(version string) string { return cmp.Or(version, "0") }

// Published and Modified are its dates.
func (a *Advisory) Published() string { return a.Revisions[0].Date }

// Modified is the date of the last revision.
func (a *Advisory) Modified() string { return a.Revisions[len(a.Revisions)-1].Date }

// Heading is the title, which says of a drill that it is one.
func (a *Advisory) Heading() string {
	if a.Drill {
		return "DRILL, not a vulnerability of a release: " + a.Title
	}
	return a.Title
}

// versions says the affected versions in words.
func (r Affected) versions() string {
	switch {
	case r.Fixed == "" && r.Introduced == "0":
		return "all versions"
	case r.Fixed == "":
		return "from " + r.Introduced
	case r.Introduced == "0":
		return "before " + r.Fixed
	}
	return "from " + r.Introduced + " before " + r.Fixed
}
