// SPDX-License-Identifier: MIT

// Package csaf is the part of the Common Security Advisory Framework 2.0 that the project writes: VEX documents and
// security advisories.
//
// Format: https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html
package csaf

import (
	"regexp"
	"slices"
	"strings"
)

var notInNames = regexp.MustCompile(`[^+\-a-z0-9]+`)

// FileName is the name that the file of a document has to have, by the id of its tracking:
// https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#51-filename
func FileName(id string) string {
	return notInNames.ReplaceAllString(strings.ToLower(id), "_") + ".json"
}

// A Document is one file.
type Document struct {
	Meta            Meta            `json:"document"`
	ProductTree     *Tree           `json:"product_tree,omitempty"`
	Vulnerabilities []Vulnerability `json:"vulnerabilities,omitempty"`
}

// Meta is the part about the document itself.
type Meta struct {
	Category     string        `json:"category"`
	CSAFVersion  string        `json:"csaf_version"`
	Distribution *Distribution `json:"distribution,omitempty"`
	Lang         string        `json:"lang"`
	Notes        []Note        `json:"notes,omitempty"`
	Publisher    Publisher     `json:"publisher"`
	References   []Reference   `json:"references,omitempty"`
	Title        string        `json:"title"`
	Tracking     Tracking      `json:"tracking"`
}

// A Distribution says to whom the document may go: https://www.first.org/tlp/
type Distribution struct {
	TLP struct {
		Label string `json:"label"`
	} `json:"tlp"`
}

// A Publisher is who speaks.
type Publisher struct {
	Category  string `json:"category"`
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

// Tracking identifies the document and its history.
type Tracking struct {
	Current string     `json:"current_release_date"`
	ID      string     `json:"id"`
	Initial string     `json:"initial_release_date"`
	History []Revision `json:"revision_history"`
	Status  string     `json:"status"`
	Version string     `json:"version"`
}

// A Revision is one line of the history.
type Revision struct {
	Date    string `json:"date"`
	Number  string `json:"number"`
	Summary string `json:"summary"`
}

// A Note is text of a category.
type Note struct {
	Category string `json:"category"`
	Text     string `json:"text"`
	Title    string `json:"title,omitempty"`
}

// A Reference leads elsewhere.
type Reference struct {
	Category string `json:"category,omitempty"`
	Summary  string `json:"summary"`
	URL      string `json:"url"`
}

// A Tree holds the products that the document is about.
type Tree struct {
	Names         []Name         `json:"full_product_names,omitempty"`
	Relationships []Relationship `json:"relationships,omitempty"`
}

// A Name gives a product its id in the document.
type Name struct {
	Name   string          `json:"name"`
	ID     string          `json:"product_id"`
	Helper *Identification `json:"product_identification_helper,omitempty"`
}

// Identification finds the product elsewhere.
type Identification struct {
	CPE  string `json:"cpe,omitempty"`
	PURL string `json:"purl,omitempty"`
}

// A Relationship makes a product of a part and a whole.
type Relationship struct {
	Category  string `json:"category"`
	Name      Name   `json:"full_product_name"`
	Reference string `json:"product_reference"`
	RelatesTo string `json:"relates_to_product_reference"`
}

// A Vulnerability is one entry.
type Vulnerability struct {
	CVE          string        `json:"cve,omitempty"`
	Flags        []Flag        `json:"flags,omitempty"`
	IDs          []ID          `json:"ids,omitempty"`
	Notes        []Note        `json:"notes,omitempty"`
	Status       Status        `json:"product_status"`
	References   []Reference   `json:"references,omitempty"`
	Remediations []Remediation `json:"remediations,omitempty"`
	Scores       []Score       `json:"scores,omitempty"`
	Threats      []Threat      `json:"threats,omitempty"`
	Title        string        `json:"title,omitempty"`
}

// An ID is an identifier in another system.
type ID struct {
	System string `json:"system_name"`
	Text   string `json:"text"`
}

// Status sorts products.
type Status struct {
	Fixed              []string `json:"fixed,omitempty"`
	Affected           []string `json:"known_affected,omitempty"`
	NotAffected        []string `json:"known_not_affected,omitempty"`
	UnderInvestigation []string `json:"under_investigation,omitempty"`
}

// A Flag says why products are not affected.
type Flag struct {
	Label string   `json:"label"`
	IDs   []string `json:"product_ids"`
}

// A Remediation says what to do.
type Remediation struct {
	Category string   `json:"category"`
	Details  string   `json:"details"`
	IDs      []string `json:"product_ids"`
	URL      string   `json:"url,omitempty"`
}

// A Threat says what may happen.
type Threat struct {
	Category string   `json:"category"`
	Details  string   `json:"details"`
	IDs      []string `json:"product_ids"`
}

// A Score is a CVSS rating.
type Score struct {
	CVSS struct {
		Score    float64 `json:"baseScore"`
		Severity string  `json:"baseSeverity"`
		Vector   string  `json:"vectorString"`
		Version  string  `json:"version"`
	} `json:"cvss_v3"`
	Products []string `json:"products"`
}

// New is a final document of the project without products. The first revision is the first release of the document, the
// last one the current.
func New(category, title, id, time string, history []Revision) *Document {
	d := &Document{Meta: Meta{
		Category: category, CSAFVersion: "2.0", Lang: "en", Title: title, Distribution: &Distribution{},
		Publisher: Publisher{"vendor", "gosqlite", "https://github.com/gosqlite/gosqlite"},
		Tracking: Tracking{
			Current: time, ID: id, Initial: history[0].Date, History: history, Status: "final", Version: history[len(history)-1].Number,
		},
	}}
	d.Meta.Distribution.TLP.Label = "WHITE"
	return d
}

// NewVulnerability names a vulnerability by its CVE id when one of its ids is one, and lists the others.
func NewVulnerability(id string, aliases []string, summary string) Vulnerability {
	v := Vulnerability{Title: summary, Notes: []Note{{"description", summary, "Summary"}}}
	for _, name := range append([]string{id}, aliases...) {
		switch system, _, _ := strings.Cut(name, "-"); {
		case system == "CVE" && v.CVE == "":
			v.CVE = name
		default:
			v.IDs = append(v.IDs, ID{strings.TrimPrefix(system, "x_"), name})
		}
	}
	slices.SortFunc(v.IDs, func(a, b ID) int { return strings.Compare(a.Text, b.Text) })
	return v
}

// NewScore is a rating by a CVSS 3 vector.
func NewScore(score float64, vector string, products []string) Score {
	s := Score{Products: products}
	s.CVSS.Score, s.CVSS.Vector = score, vector
	version, _, _ := strings.Cut(strings.TrimPrefix(vector, "CVSS:"), "/")
	s.CVSS.Version = version
	switch {
	case score >= 9:
		s.CVSS.Severity = "CRITICAL"
	case score >= 7:
		s.CVSS.Severity = "HIGH"
	case score >= 4:
		s.CVSS.Severity = "MEDIUM"
	case score > 0:
		s.CVSS.Severity = "LOW"
	default:
		s.CVSS.Severity = "NONE"
	}
	return s
}

// Helper is the identification of a product; nil when there is none.
func Helper(purl, cpe string) *Identification {
	if purl == "" && cpe == "" {
		return nil
	}
	return &Identification{CPE: cpe, PURL: purl}
}
