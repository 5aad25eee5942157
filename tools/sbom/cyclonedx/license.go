// SPDX-License-Identifier: MIT

package cyclonedx

import (
	"strconv"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// licenses are the concluded license and then the declared one; see the package comment for version 1.6.
func (b *builder) licenses(l graph.License) *cdx.Licenses {
	if b.oneExpression(l) {
		acknowledgement := cdx.LicenseAcknowledgementConcluded
		return &cdx.Licenses{{Expression: l.Concluded, Acknowledgement: &acknowledgement}}
	}
	concluded, _ := b.choice(l.Concluded, cdx.LicenseAcknowledgementConcluded)
	declared, _ := b.choice(l.Declared, cdx.LicenseAcknowledgementDeclared)
	return &cdx.Licenses{concluded, declared}
}

func (b *builder) oneExpression(l graph.License) bool {
	return b.version < cdx.SpecVersion1_7 && !(single(l.Concluded) && single(l.Declared))
}

// choice is an entry for an expression. ok is false where the version has no place for it beside others.
func (b *builder) choice(expression string, acknowledgement cdx.LicenseAcknowledgement) (choice cdx.LicenseChoice, ok bool) {
	if single(expression) {
		return cdx.LicenseChoice{License: &cdx.License{ID: expression, Acknowledgement: acknowledgement}}, true
	}
	choice.Expression = expression
	if acknowledgement != "" {
		choice.Acknowledgement = &acknowledgement
	}
	return choice, b.version >= cdx.SpecVersion1_7
}

// licenseProperties hold what the version has no field for.
func (b *builder) licenseProperties(l graph.License) []cdx.Property {
	var properties []cdx.Property
	if b.oneExpression(l) {
		properties = append(properties, cdx.Property{Name: "gosqlite:license:declared", Value: l.Declared})
	}
	for _, e := range l.Evidence {
		if _, ok := b.choice(e.ID, ""); !ok {
			properties = append(properties, cdx.Property{
				Name:  "gosqlite:license:evidence",
				Value: e.ID + " in " + e.Path + ", " + strconv.Itoa(e.Coverage) + " %, SHA-256 " + e.SHA256,
			})
		}
	}
	return properties
}

func evidenceProperties(e graph.Evidence) []cdx.Property {
	return []cdx.Property{
		{Name: "gosqlite:license:coverage", Value: strconv.Itoa(e.Coverage)},
		{Name: "gosqlite:license:path", Value: e.Path},
		{Name: "gosqlite:license:sha256", Value: e.SHA256},
	}
}
