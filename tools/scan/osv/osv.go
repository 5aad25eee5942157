// SPDX-License-Identifier: MIT

// Package osv reads vulnerability records in the OSV format and decides whether a version is in their ranges.
//
// Format: https://ossf.github.io/osv-schema/
package osv

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// MaxRecord bounds one record, in bytes.
const MaxRecord = 4 << 20

// A Record is one vulnerability.
type Record struct {
	SchemaVersion string          `json:"schema_version,omitempty"`
	ID            string          `json:"id"`
	Modified      string          `json:"modified"` // RFC 3339
	Published     string          `json:"published,omitempty"`
	Withdrawn     string          `json:"withdrawn,omitempty"`
	Aliases       []string        `json:"aliases,omitempty"`
	Summary       string          `json:"summary,omitempty"`
	Details       string          `json:"details,omitempty"`
	Severity      []Severity      `json:"severity,omitempty"`
	Affected      []Affected      `json:"affected,omitempty"`
	References    []Reference     `json:"references,omitempty"`
	Specific      json.RawMessage `json:"database_specific,omitempty"`
}

// A Severity is a CVSS vector; Type says of which CVSS version.
type Severity struct {
	Type  string `json:"type"`
	Score string `json:"score"`
}

// Affected is one package with the versions that have the vulnerability.
type Affected struct {
	Package  Package         `json:"package"`
	Ranges   []Range         `json:"ranges,omitempty"`
	Versions []string        `json:"versions,omitempty"`
	Specific json.RawMessage `json:"ecosystem_specific,omitempty"`
}

// A Package is named by ecosystem and name, and by purl without a version.
type Package struct {
	Ecosystem string `json:"ecosystem"`
	Name      string `json:"name"`
	PURL      string `json:"purl,omitempty"`
}

// A Range is a list of versions at which something changed.
type Range struct {
	Type   string  `json:"type"` // SEMVER, ECOSYSTEM or GIT
	Events []Event `json:"events"`
}

// An Event is one change: exactly one field is set.
type Event struct {
	Introduced   string `json:"introduced,omitempty"` // first version with the vulnerability; "0" is before all
	Fixed        string `json:"fixed,omitempty"`      // first version without it
	LastAffected string `json:"last_affected,omitempty"`
}

// A Reference leads to something about the vulnerability.
type Reference struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

var idForm = regexp.MustCompile(`^[A-Za-z0-9_]+-[A-Za-z0-9._:-]+$`)

// Parse reads one record. A record without an id or a date of change is malformed, because nothing could refer to it.
func Parse(data []byte) (*Record, error) {
	if len(data) > MaxRecord {
		return nil, fmt.Errorf("read OSV record: larger than %d bytes", MaxRecord)
	}
	var r Record
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("read OSV record: %w", err)
	}
	if !idForm.MatchString(r.ID) {
		return nil, fmt.Errorf("read OSV record: %q is no id", r.ID)
	}
	if r.Modified == "" {
		return nil, fmt.Errorf("read OSV record %s: it does not say when it was modified", r.ID)
	}
	for _, a := range r.Affected {
		for _, g := range a.Ranges {
			if g.Type == "GIT" {
				continue
			}
			if _, err := g.sorted(); err != nil {
				return nil, fmt.Errorf("read OSV record %s: %w", r.ID, err)
			}
		}
	}
	return &r, nil
}

// Compact is the record's JSON without blanks between tokens: the form in which databases are digested.
func Compact(data []byte) ([]byte, error) {
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		return nil, fmt.Errorf("read OSV record: %w", err)
	}
	return b.Bytes(), nil
}

// IDs are the record's own id and its aliases.
func (r *Record) IDs() []string { return append([]string{r.ID}, r.Aliases...) }

// A Verdict says whether a version has a vulnerability.
type Verdict struct {
	Affected bool
	Past     bool   // not affected, and an affected version came before it
	Fixed    string // the next version without it; "" when none is known
}

// Match decides on a version of the package. Ranges of type GIT need a repository and never match.
func (a Affected) Match(version string) (Verdict, error) {
	if slices.Contains(a.Versions, version) {
		return Verdict{Affected: true}, nil
	}
	var all Verdict
	for _, listed := range a.Versions {
		if order, err := Compare(listed, version); err == nil && order < 0 {
			all.Past = true
		}
	}
	for _, g := range a.Ranges {
		if g.Type == "GIT" {
			continue
		}
		v, err := g.match(version)
		if err != nil || v.Affected {
			return v, err
		}
		all.Past = all.Past || v.Past
	}
	return all, nil
}

// match is the evaluation of https://ossf.github.io/osv-schema/#evaluation.
func (g Range) match(version string) (Verdict, error) {
	events, err := g.sorted()
	if err != nil {
		return Verdict{}, err
	}
	at, err := canonical(version)
	if err != nil {
		return Verdict{}, err
	}
	var v Verdict
	for _, e := range events {
		switch order := semver.Compare(at, e.at); {
		case e.Introduced != "" && order >= 0:
			v.Affected = true
		case e.Fixed != "" && order >= 0, e.LastAffected != "" && order > 0:
			v.Affected, v.Past = false, v.Past || v.Affected
		case e.Fixed != "" && v.Affected && v.Fixed == "":
			v.Fixed = e.Fixed
		}
	}
	if v.Affected {
		v.Past = false
	} else {
		v.Fixed = ""
	}
	return v, nil
}

type placed struct {
	Event
	at string
}

func (g Range) sorted() ([]placed, error) {
	var events []placed
	for _, e := range g.Events {
		text := e.Introduced + e.Fixed + e.LastAffected
		at, err := canonical(text)
		if err != nil {
			return nil, err
		}
		events = append(events, placed{e, at})
	}
	if len(events) == 0 {
		return nil, errors.New("a range has no events")
	}
	slices.SortStableFunc(events, func(a, b placed) int { return semver.Compare(a.at, b.at) })
	return events, nil
}

// Compare orders two versions as Semantic Versioning does; a part that is left out is 0, so that 2.28 equals 2.28.0.
func Compare(a, b string) (int, error) {
	x, err := canonical(a)
	if err != nil {
		return 0, err
	}
	y, err := canonical(b)
	if err != nil {
		return 0, err
	}
	return semver.Compare(x, y), nil
}

// canonical is the version as package semver wants it. Go's own versions lose their prefix, and those of Bazel's registry its
// own revision of the same source: 1.3.1.bcr.3.
func canonical(version string) (string, error) {
	if version == "0" {
		return "v0.0.0-0", nil // before all
	}
	version, _, _ = strings.Cut(version, ".bcr.")
	v := "v" + strings.TrimPrefix(strings.TrimPrefix(version, "go"), "v")
	if !semver.IsValid(v) {
		return "", fmt.Errorf("%q is no version", version)
	}
	return v, nil
}
