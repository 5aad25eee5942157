// SPDX-License-Identifier: MIT

// Package vex says in three formats what was decided about known vulnerabilities: OpenVEX, CycloneDX VEX and CSAF 2.0
// VEX. All three are written from the same statements, and the statements from the gate's verdict, so that they cannot
// differ. Everything is sorted, dates are passed in, and ids are digests of the content: one input, one text.
//
// Each statement is about a component of a bill of materials, by the id that it has there, as part of what that bill is
// about.
package vex

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gosqlite/gosqlite/tools/scan/component"
	"github.com/gosqlite/gosqlite/tools/scan/feed"
	"github.com/gosqlite/gosqlite/tools/scan/gate"
	"github.com/gosqlite/gosqlite/tools/scan/triage"
)

// Project is who speaks.
const (
	Project   = "gosqlite"
	Namespace = "https://github.com/gosqlite/gosqlite"
)

// A Product is a component inside what a bill of materials is about.
type Product struct {
	Document *component.Document
	Part     component.Component
}

// A Statement is one vulnerability with one status for some products.
type Statement struct {
	ID            string
	Aliases       []string
	Summary       string
	Status        string // of triage
	Justification string
	Reason        string
	Due           string
	Score         float64
	Vector        string
	Products      []Product
}

// A Document is all statements about one set of bills of materials.
type Document struct {
	Version    string // of the release
	Time       string // RFC 3339: the release date, or the day of the scan
	Basis      Basis  // what the statements were made from; it stands in the CycloneDX document
	Statements []Statement
}

// A Basis names by SHA-256, in hexadecimal, what judged a release. Its statements and the scan that lets it out have to have
// the same one.
type Basis struct {
	Triage   string `json:"triage_sha256"`   // triage.json
	Database string `json:"database_sha256"` // of the Go database's records, as database.json says it
	Feed     string `json:"feed_sha256"`     // of the C feed
}

// The names of the properties under which a Basis stands.
const (
	triageProperty   = "gosqlite:triage-sha256"
	databaseProperty = "gosqlite:vulnerability-database-sha256"
	feedProperty     = "gosqlite:c-feed-sha256"
)

// New gathers the statements. What was decided and does not count, because the decision expired or its evidence is true no
// more, is under investigation. Findings of components that no bill lists, as of source code, are left out: there is
// nothing that they could be bound to. resolved adds what the feed knows to be fixed in the listed versions.
func New(version, time string, bills []*component.Document, verdict *gate.Verdict, resolved []feed.Resolution) (*Document, error) {
	d := &Document{Version: version, Time: time}
	for i := range verdict.Items {
		item := &verdict.Items[i]
		if !slices.Contains(triage.VulnerabilityScanners, item.Scanner) {
			continue
		}
		s := Statement{
			ID: item.ID, Aliases: item.Aliases, Summary: item.Summary, Status: item.Decision, Justification: item.Justification,
			Reason: item.Reason, Due: item.Due, Score: item.Score, Vector: item.Vector,
		}
		if item.Decision == "none" {
			s.Status, s.Reason = triage.UnderInvestigation, "not decided yet; it counts as affected"
		}
		if item.Doubt != "" {
			s.Status, s.Justification, s.Due = triage.UnderInvestigation, "", ""
			s.Reason = "it was decided to be " + item.Decision + ", which does not count now: " + item.Doubt + "; until it is looked at again, it counts as affected"
		}
		for _, b := range bills {
			if !slices.Contains(item.Where, b.File) {
				continue
			}
			for _, c := range b.Components {
				if c.Package() == item.Component && c.Version == item.Version {
					s.Products = append(s.Products, Product{b, c})
				}
			}
		}
		d.add(s)
	}
	for _, r := range resolved {
		if r.Affected {
			continue
		}
		s := Statement{
			ID: r.Record.ID, Aliases: r.Record.Aliases, Summary: r.Record.Summary, Score: r.Record.Feed.Severity.Score,
			Status: triage.Fixed, Reason: "version " + r.Component.Version + " comes after the affected range",
		}
		if !r.Past { // nothing was fixed in a version that never had it
			s.Status, s.Justification = triage.NotAffected, "vulnerable_code_not_present"
			s.Reason = "version " + r.Component.Version + " is not in the affected range, nor after it"
		}
		for _, b := range bills {
			if b.File == r.Component.Document {
				s.Products = []Product{{b, r.Component}}
				d.add(s)
			}
		}
	}
	return d, d.sort()
}

// add joins a statement with one that says the same of other products.
func (d *Document) add(s Statement) {
	if len(s.Products) == 0 {
		return
	}
	for i := range d.Statements {
		if x := &d.Statements[i]; x.ID == s.ID && x.Status == s.Status && x.Justification == s.Justification && x.Reason == s.Reason {
			x.Products = append(x.Products, s.Products...)
			return
		}
	}
	d.Statements = append(d.Statements, s)
}

func (d *Document) sort() error {
	slices.SortFunc(d.Statements, func(a, b Statement) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Justification, b.Justification), cmp.Compare(a.Reason, b.Reason))
	})
	type key struct{ vulnerability, file, id string }
	said := map[key]string{}
	for i := range d.Statements {
		s := &d.Statements[i]
		slices.SortFunc(s.Products, func(a, b Product) int {
			return cmp.Or(cmp.Compare(a.Document.File, b.Document.File), cmp.Compare(a.Part.ID, b.Part.ID))
		})
		s.Products = slices.CompactFunc(s.Products, func(a, b Product) bool {
			return a.Document == b.Document && a.Part.ID == b.Part.ID
		})
		for _, p := range s.Products {
			k := key{s.ID, p.Document.File, p.Part.ID}
			if other, ok := said[k]; ok {
				return fmt.Errorf("write VEX: %s is both %s and %s for %s of %s", s.ID, other, s.Status, p.Part.ID, p.Document.File)
			}
			said[k] = s.Status
			if p.Document.About() == nil {
				return fmt.Errorf("write VEX: %s does not list what it is about", p.Document.File)
			}
		}
	}
	return nil
}

// encode is JSON with two blanks for each level and a newline at the end.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write VEX: %w", err)
	}
	return b.Bytes(), nil
}
