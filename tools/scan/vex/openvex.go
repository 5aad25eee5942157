// SPDX-License-Identifier: MIT

package vex

import (
	"crypto/sha256"
	"fmt"

	"github.com/gosqlite/gosqlite/tools/scan/triage"
)

// https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md
type openVEX struct {
	Context    string             `json:"@context"`
	ID         string             `json:"@id"`
	Author     string             `json:"author"`
	Role       string             `json:"role"`
	Timestamp  string             `json:"timestamp"`
	Version    int                `json:"version"`
	Statements []openVEXStatement `json:"statements"`
}

type openVEXStatement struct {
	Vulnerability struct {
		Name        string   `json:"name"`
		Description string   `json:"description,omitempty"`
		Aliases     []string `json:"aliases,omitempty"`
	} `json:"vulnerability"`
	Products      []openVEXProduct `json:"products"`
	Status        string           `json:"status"`
	Notes         string           `json:"status_notes,omitempty"`
	Justification string           `json:"justification,omitempty"`
	Action        string           `json:"action_statement,omitempty"`
}

type openVEXProduct struct {
	ID            string             `json:"@id"`
	Identifiers   map[string]string  `json:"identifiers,omitempty"`
	Subcomponents []openVEXComponent `json:"subcomponents"`
}

type openVEXComponent struct {
	ID          string            `json:"@id"`
	Identifiers map[string]string `json:"identifiers,omitempty"`
}

// OpenVEX writes the document as OpenVEX 0.2.0. Its id is the digest of its content without the id.
func (d *Document) OpenVEX() ([]byte, error) {
	if len(d.Statements) == 0 {
		return nil, fmt.Errorf("write OpenVEX: there is no statement, and the format asks for one")
	}
	out := openVEX{
		Context: "https://openvex.dev/ns/v0.2.0", Author: Namespace, Role: "Document Creator", Timestamp: d.Time, Version: 1,
	}
	for i := range d.Statements {
		s := &d.Statements[i]
		o := openVEXStatement{Status: s.Status, Justification: s.Justification, Notes: s.Reason}
		o.Vulnerability.Name, o.Vulnerability.Aliases, o.Vulnerability.Description = s.ID, s.Aliases, s.Summary
		if s.Status == triage.Affected {
			o.Notes, o.Action = "", s.action()
		}
		for _, p := range s.Products {
			about := p.Document.About()
			part := openVEXComponent{ID: p.Part.PURL, Identifiers: identifiers(p.Part.PURL, p.Part.CPE)}
			if n := len(o.Products); n > 0 && o.Products[n-1].ID == about.PURL {
				o.Products[n-1].Subcomponents = append(o.Products[n-1].Subcomponents, part)
				continue
			}
			o.Products = append(o.Products, openVEXProduct{about.PURL, identifiers(about.PURL, about.CPE), []openVEXComponent{part}})
		}
		out.Statements = append(out.Statements, o)
	}
	text, err := encode(out)
	if err != nil {
		return nil, err
	}
	out.ID = fmt.Sprintf("%s/vex/%x", Namespace, sha256.Sum256(text))
	return encode(out)
}

func identifiers(purl, cpe string) map[string]string {
	ids := map[string]string{}
	if purl != "" {
		ids["purl"] = purl
	}
	if cpe != "" {
		ids["@cpe23"] = cpe
	}
	return ids
}

// action is what is done about an affected product, and until when.
func (s *Statement) action() string {
	if s.Due == "" {
		return s.Reason
	}
	return s.Reason + " By " + s.Due + "."
}
