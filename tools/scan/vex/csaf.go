// SPDX-License-Identifier: MIT

package vex

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/scan/csaf"
	"github.com/gosqlite/gosqlite/tools/scan/triage"
)

// csafID is the id of the CSAF document.
func csafID(version string) string { return "gosqlite-vex-" + version }

// CSAFName is the name that the file of the CSAF document of a version has to have: gosqlite-vex-0_1_0.json
func CSAFName(version string) string { return csaf.FileName(csafID(version)) }

// CSAF writes the document as CSAF 2.0 in the profile VEX:
// https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#45-profile-5-vex
func (d *Document) CSAF() ([]byte, error) {
	id := csafID(d.Version)
	out := csaf.New("csaf_vex", "VEX of "+Project+" "+d.Version, id, d.Time, []csaf.Revision{{Date: d.Time, Number: "1", Summary: "Written from the decisions of this release."}})
	tree := &csaf.Tree{}
	out.ProductTree = tree
	known := map[string]bool{}
	name := func(product, label, purl, cpe string) {
		if !known[product] {
			known[product] = true
			tree.Names = append(tree.Names, csaf.Name{Name: label, ID: product, Helper: csaf.Helper(purl, cpe)})
		}
	}
	items := map[string]int{} // by CVE, or by id
	for i := range d.Statements {
		s := &d.Statements[i]
		v := csaf.NewVulnerability(s.ID, s.Aliases, cmp.Or(s.Summary, s.ID))
		// No CVE may have two items: https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#6123-multiple-use-of-same-cve
		at, ok := items[cmp.Or(v.CVE, s.ID)]
		if !ok {
			at = len(out.Vulnerabilities)
			items[cmp.Or(v.CVE, s.ID)] = at
			out.Vulnerabilities = append(out.Vulnerabilities, v)
		}
		var ids []string
		for _, p := range s.Products {
			about := p.Document.About()
			whole, part := "product:"+p.Document.File, "component:"+p.Part.PURL
			both := whole + ":" + p.Part.ID
			name(whole, strings.TrimSpace(about.Name+" "+about.Version), about.PURL, about.CPE)
			name(part, strings.TrimSpace(p.Part.Name+" "+p.Part.Version), p.Part.PURL, p.Part.CPE)
			if !known[both] {
				known[both] = true
				tree.Relationships = append(tree.Relationships, csaf.Relationship{
					Category: "default_component_of", Reference: part, RelatesTo: whole,
					Name: csaf.Name{Name: p.Part.Name + " " + p.Part.Version + " as a component of " + about.Name, ID: both},
				})
			}
			ids = append(ids, both)
		}
		s.decide(&out.Vulnerabilities[at], ids)
	}
	slices.SortFunc(tree.Names, func(a, b csaf.Name) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(tree.Relationships, func(a, b csaf.Relationship) int { return cmp.Compare(a.Name.ID, b.Name.ID) })
	return encode(out)
}

// decide writes a statement about products to the item of its vulnerability.
func (s *Statement) decide(v *csaf.Vulnerability, ids []string) {
	switch s.Status {
	case triage.Fixed:
		v.Status.Fixed = append(v.Status.Fixed, ids...)
	case triage.NotAffected:
		v.Status.NotAffected = append(v.Status.NotAffected, ids...)
		v.Flags = append(v.Flags, csaf.Flag{Label: s.Justification, IDs: ids})
		v.Threats = append(v.Threats, csaf.Threat{Category: "impact", Details: s.Reason, IDs: ids})
	case triage.Affected:
		v.Status.Affected = append(v.Status.Affected, ids...)
		v.Remediations = append(v.Remediations, csaf.Remediation{Category: "none_available", Details: s.action(), IDs: ids})
	default:
		v.Status.UnderInvestigation = append(v.Status.UnderInvestigation, ids...)
	}
	if strings.HasPrefix(s.Vector, "CVSS:3") && s.Score > 0 && s.Status != triage.Fixed {
		v.Scores = append(v.Scores, csaf.NewScore(s.Score, s.Vector, ids))
	}
}
