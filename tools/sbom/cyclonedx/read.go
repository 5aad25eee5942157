// SPDX-License-Identifier: MIT

package cyclonedx

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// ownProperties are those that say what has a field in a graph; properties that begin so belong to them.
var (
	ownProperties = []string{
		"bsi:component:archive", "bsi:component:executable", "bsi:component:filename", "bsi:component:structured",
		"golang:package", "gosqlite:file", "gosqlite:hashes:of", "gosqlite:purpose", "gosqlite:role",
	}
	ownPrefixes = []string{"gosqlite:license:", "gosqlite:relation:"}
)

// Read reads back a document in JSON that Write wrote, of a release whose graph nobody has any more: version and platform, and
// of each component what tells two releases apart. Digests, files, references and relations stay in the text, so that the graph
// is not a whole one and can't be written again.
func Read(r io.Reader) (*graph.Document, error) {
	limited := &io.LimitedReader{R: r, N: graph.MaxText + 1}
	bom := new(cdx.BOM)
	err := cdx.NewBOMDecoder(limited, cdx.BOMFileFormatJSON).Decode(bom)
	switch {
	case limited.N <= 0:
		return nil, fmt.Errorf("read CycloneDX: larger than %d bytes", graph.MaxText)
	case err != nil:
		return nil, fmt.Errorf("read CycloneDX: %w", err)
	case bom.BOMFormat != cdx.BOMFormat || bom.Metadata == nil || bom.Metadata.Component == nil:
		return nil, errors.New("read CycloneDX: it is no document of that format that is about a component")
	}
	d := &graph.Document{Schema: graph.Schema, Time: bom.Metadata.Timestamp, Supplier: readOrganisation(bom.Metadata.Supplier)}
	for _, p := range of(bom.Metadata.Properties) {
		switch p.Name {
		case "gosqlite:document":
			d.Name = p.Value
		case "gosqlite:platform":
			d.Platform = p.Value
		}
	}
	components := append([]cdx.Component{*bom.Metadata.Component}, of(bom.Components)...)
	for _, f := range of(bom.Formulation) {
		components = append(components, of(f.Components)...)
	}
	if len(components) > graph.MaxComponents {
		return nil, fmt.Errorf("read CycloneDX: %d components, at most %d", len(components), graph.MaxComponents)
	}
	for i := range components {
		c, err := readComponent(&components[i])
		if err != nil {
			return nil, fmt.Errorf("read CycloneDX: component %.100q: %w", components[i].Name, err)
		}
		d.Components = append(d.Components, *c)
	}
	d.Subject, d.Version = d.Components[0].ID, d.Components[0].Version
	return d, nil
}

func readOrganisation(from *cdx.OrganizationalEntity) (o graph.Organisation) {
	if from == nil {
		return o
	}
	o.Name = from.Name
	if urls := of(from.URL); len(urls) > 0 {
		o.URL = urls[0]
	}
	return o
}

func readComponent(from *cdx.Component) (*graph.Component, error) {
	c := &graph.Component{ID: from.BOMRef, Name: from.Name, Version: from.Version, PURL: from.PackageURL, CPE: from.CPE}
	c.Supplier = readOrganisation(from.Supplier)
	for _, p := range of(from.Properties) {
		switch {
		case p.Name == "gosqlite:role":
			c.Role = graph.Role(p.Value)
		case p.Name == "golang:package":
			c.Packages = append(c.Packages, p.Value)
		case p.Name == "gosqlite:license:declared":
			c.License.Declared = p.Value
		case slices.Contains(ownProperties, p.Name), slices.ContainsFunc(ownPrefixes, func(s string) bool { return strings.HasPrefix(p.Name, s) }):
		default:
			c.Properties = append(c.Properties, graph.Property(p))
		}
	}
	if !slices.Contains(graph.Roles, c.Role) {
		return nil, fmt.Errorf("role %.40q is not known; the document is none of ours", c.Role)
	}
	if from.Licenses != nil {
		for _, l := range *from.Licenses {
			readLicense(&c.License, l)
		}
	}
	if c.License.Concluded == "" {
		return nil, errors.New("it has no concluded license")
	}
	return c, nil
}

// readLicense takes an entry for what it acknowledges.
func readLicense(l *graph.License, choice cdx.LicenseChoice) {
	expression, as := choice.Expression, cdx.LicenseAcknowledgement("")
	if choice.Acknowledgement != nil {
		as = *choice.Acknowledgement
	}
	if choice.License != nil {
		expression, as = choice.License.ID, choice.License.Acknowledgement
	}
	switch as {
	case cdx.LicenseAcknowledgementConcluded:
		l.Concluded = expression
	case cdx.LicenseAcknowledgementDeclared:
		l.Declared = expression
	}
}

// of is what a pointer to a list leads to.
func of[T any](list *[]T) []T {
	if list == nil {
		return nil
	}
	return *list
}
