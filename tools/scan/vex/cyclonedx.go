// SPDX-License-Identifier: MIT

package vex

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/gosqlite/gosqlite/tools/scan/triage"
)

// https://cyclonedx.org/docs/1.6/json/ and https://cyclonedx.org/capabilities/vex/
type cycloneDX struct {
	Format          string   `json:"bomFormat"`
	SpecVersion     string   `json:"specVersion"`
	Serial          string   `json:"serialNumber"`
	Version         int      `json:"version"`
	Metadata        cdxMeta  `json:"metadata"`
	Vulnerabilities []cdxVEX `json:"vulnerabilities"`
}

type cdxMeta struct {
	Timestamp  string        `json:"timestamp"`
	Supplier   cdxOrg        `json:"supplier"`
	Properties []cdxProperty `json:"properties,omitempty"`
}

type cdxProperty struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type cdxOrg struct {
	Name string   `json:"name"`
	URL  []string `json:"url"`
}

type cdxVEX struct {
	ID          string         `json:"id"`
	References  []cdxReference `json:"references,omitempty"`
	Ratings     []cdxRating    `json:"ratings,omitempty"`
	Description string         `json:"description,omitempty"`
	Analysis    cdxAnalysis    `json:"analysis"`
	Affects     []cdxAffects   `json:"affects"`
}

type cdxReference struct {
	ID     string    `json:"id"`
	Source cdxSource `json:"source"`
}

type cdxSource struct {
	Name string `json:"name"`
}

type cdxRating struct {
	Score  float64 `json:"score"`
	Vector string  `json:"vector,omitempty"`
}

type cdxAnalysis struct {
	State         string   `json:"state"`
	Justification string   `json:"justification,omitempty"`
	Response      []string `json:"response,omitempty"`
	Detail        string   `json:"detail,omitempty"`
}

type cdxAffects struct {
	Ref string `json:"ref"`
}

var cdxStates = map[string]string{
	triage.Affected: "exploitable", triage.NotAffected: "not_affected", triage.Fixed: "resolved", triage.UnderInvestigation: "in_triage",
}

// cdxJustifications are OpenVEX's words in CycloneDX's.
var cdxJustifications = map[string]string{
	"component_not_present": "code_not_present", "vulnerable_code_not_present": "code_not_present",
	"vulnerable_code_not_in_execute_path":               "code_not_reachable",
	"vulnerable_code_cannot_be_controlled_by_adversary": "requires_environment",
	"inline_mitigations_already_exist":                  "protected_by_mitigating_control",
}

// CycloneDX writes the document as a CycloneDX 1.6 bill of vulnerabilities. It refers to components by BOM-Link where the
// bill has a serial number, else by the component's id.
func (d *Document) CycloneDX() ([]byte, error) {
	out := cycloneDX{
		Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		Metadata:        cdxMeta{d.Time, cdxOrg{Project, []string{Namespace}}, d.Basis.properties()},
		Vulnerabilities: []cdxVEX{},
	}
	for i := range d.Statements {
		s := &d.Statements[i]
		v := cdxVEX{ID: s.ID, Description: s.Summary, Analysis: cdxAnalysis{
			State: cdxStates[s.Status], Justification: cdxJustifications[s.Justification], Detail: s.Reason,
		}}
		for _, a := range s.Aliases {
			v.References = append(v.References, cdxReference{a, cdxSource{"alias"}})
		}
		if s.Score > 0 {
			v.Ratings = []cdxRating{{s.Score, s.Vector}}
		}
		if s.Status == triage.Affected {
			v.Analysis.Response, v.Analysis.Detail = []string{"update"}, s.action()
		}
		for _, p := range s.Products {
			ref := p.Part.ID
			if p.Document.Serial != "" {
				ref = "urn:cdx:" + p.Document.Serial + "#" + ref
			}
			// Bills without a serial number may have the same id for the same component; the format wants each once.
			if !slices.Contains(v.Affects, cdxAffects{ref}) {
				v.Affects = append(v.Affects, cdxAffects{ref})
			}
		}
		out.Vulnerabilities = append(out.Vulnerabilities, v)
	}
	text, err := encode(out)
	if err != nil {
		return nil, err
	}
	out.Serial = "urn:uuid:" + uuid(text)
	return encode(out)
}

// uuid is a UUID of version 8 made of the digest of the content: https://www.rfc-editor.org/rfc/rfc9562#section-5.8
func uuid(content []byte) string {
	sum := sha256.Sum256(content)
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func (b Basis) properties() []cdxProperty {
	var all []cdxProperty
	for _, p := range []cdxProperty{{feedProperty, b.Feed}, {triageProperty, b.Triage}, {databaseProperty, b.Database}} {
		if p.Value != "" {
			all = append(all, p)
		}
	}
	return all
}

// ReadBasis reads the basis of a CycloneDX document that [Document.CycloneDX] wrote; the caller bounds its size. A document
// that does not say all of it is an error.
func ReadBasis(text []byte) (Basis, error) {
	var d cycloneDX
	if err := json.Unmarshal(text, &d); err != nil {
		return Basis{}, fmt.Errorf("read VEX: %w", err)
	}
	var b Basis
	into := map[string]*string{triageProperty: &b.Triage, databaseProperty: &b.Database, feedProperty: &b.Feed}
	for _, p := range d.Metadata.Properties {
		to := into[p.Name]
		if to == nil {
			continue
		}
		if *to != "" {
			return Basis{}, fmt.Errorf("read VEX: it says %s twice", p.Name)
		}
		*to = p.Value
	}
	if d.Format != "CycloneDX" || b.Triage == "" || b.Database == "" || b.Feed == "" {
		return Basis{}, errors.New("read VEX: it does not say by which decisions, database and feed it was made")
	}
	return b, nil
}
