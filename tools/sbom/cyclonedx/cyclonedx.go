// SPDX-License-Identifier: MIT

// Package cyclonedx writes a bill of materials as CycloneDX (https://cyclonedx.org/specification).
//
// The same graph gives the same bytes: the serial number follows from the graph's text, the time is the release date, and
// every list has an order.
//
// # Where facts go
//
//	subject          metadata.component
//	build tools, headers, interface stubs
//	                 formulation[0].components: they went into making the software, and nothing of them is delivered
//	all others       components
//	author           metadata.authors, and with its address metadata.manufacturer
//	relations        dependencies, but not to what is in the formulation; and each by its kind as property
//	                 gosqlite:relation:KIND
//	digests          hashes holds those of the principal object, which property gosqlite:hashes:of names. Every object is
//	                 an external reference with its hashes: a download by its address, others as file:, linked: or tree:
//	                 and the object's name
//	linked files     evidence.occurrences: path and SHA-256
//	licenses         declared and concluded by their acknowledgement; what was found in files is evidence.licenses
//	completeness     compositions: the whole document, and the dependencies of each component
//
// In XML the SHA-256 of a linked file is property gosqlite:file, since the library writes the field for it in a way that the
// schema refuses.
//
// Of version 1.6 a component can have either licenses by their IDs, or one expression. There a component with an expression
// has its concluded license alone, and the declared one is property gosqlite:license:declared.
package cyclonedx

import (
	"fmt"
	"io"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// A Format is a version of CycloneDX and a syntax.
type Format string

// The formats.
const (
	JSON17 Format = "cyclonedx-1.7+json"
	JSON16 Format = "cyclonedx-1.6+json"
	XML16  Format = "cyclonedx-1.6+xml"
)

// DataLicense is what the document itself is under.
const DataLicense = "CC0-1.0"

// Write writes d.
func Write(w io.Writer, d *graph.Document, format Format) error {
	version, syntax := cdx.SpecVersion1_6, cdx.BOMFileFormatJSON
	switch format {
	case JSON16:
	case JSON17:
		version = cdx.SpecVersion1_7
	case XML16:
		syntax = cdx.BOMFileFormatXML
	default:
		return fmt.Errorf("write CycloneDX: format %q is not known", format)
	}
	serial, err := d.Serial(string(format))
	if err != nil {
		return fmt.Errorf("write CycloneDX: %w", err)
	}
	b := builder{document: d, version: version, syntax: syntax}
	bom := b.bom("urn:uuid:" + serial)
	// The library's own conversion is applied in order to set what names the version in the text.
	if err := cdx.NewBOMEncoder(w, syntax).SetPretty(true).SetEscapeHTML(false).EncodeVersion(bom, version); err != nil {
		return fmt.Errorf("write CycloneDX: %w", err)
	}
	return nil
}

type builder struct {
	document *graph.Document
	version  cdx.SpecVersion
	syntax   cdx.BOMFileFormat
}

func (b *builder) bom(serial string) *cdx.BOM {
	bom := cdx.NewBOM()
	bom.SerialNumber = serial
	bom.Version = 1
	bom.Metadata = b.metadata()
	var components, transient []cdx.Component
	for i := range b.document.Components {
		switch c := &b.document.Components[i]; {
		case c.ID == b.document.Subject:
		case c.Role.Transient():
			transient = append(transient, b.component(c))
		default:
			components = append(components, b.component(c))
		}
	}
	bom.Components = list(components)
	if len(transient) > 0 {
		bom.Formulation = &[]cdx.Formula{{BOMRef: "formula-build", Components: &transient}}
	}
	bom.Dependencies = list(b.dependencies())
	bom.Compositions = b.compositions(bom.Dependencies)
	return bom
}

func (b *builder) metadata() *cdx.Metadata {
	d := b.document
	var authors []cdx.OrganizationalContact
	for _, a := range d.Authors {
		authors = append(authors, cdx.OrganizationalContact{Name: a.Name})
	}
	subject := b.component(d.Component(d.Subject))
	properties := []cdx.Property{{Name: "gosqlite:document", Value: d.Name}}
	if d.Platform != "" {
		properties = append(properties, cdx.Property{Name: "gosqlite:platform", Value: d.Platform})
	}
	for _, p := range d.Properties {
		properties = append(properties, cdx.Property(p))
	}
	return &cdx.Metadata{
		Timestamp:  d.Time,
		Lifecycles: &[]cdx.Lifecycle{{Phase: cdx.LifecyclePhase(d.Lifecycle)}},
		Tools: &cdx.ToolsChoice{Components: &[]cdx.Component{{
			Type: cdx.ComponentTypeApplication, Name: d.Tool.Name, Version: d.Tool.Version, Supplier: organisation(d.Tool.Supplier),
		}}},
		Authors:      &authors,
		Component:    &subject,
		Manufacturer: organisation(d.Authors[0]),
		Supplier:     organisation(d.Supplier),
		Licenses:     &cdx.Licenses{{License: &cdx.License{ID: DataLicense}}},
		Properties:   &properties,
	}
}

// dependencies has an entry for every component but the transient ones, so that one without dependencies says so.
func (b *builder) dependencies() []cdx.Dependency {
	role := map[string]graph.Role{}
	for _, c := range b.document.Components {
		role[c.ID] = c.Role
	}
	to := map[string][]string{}
	for _, r := range b.document.Relations {
		of := to[r.From]
		if !role[r.To].Transient() && r.Kind != graph.GeneratedFrom && (len(of) == 0 || of[len(of)-1] != r.To) {
			to[r.From] = append(of, r.To)
		}
	}
	var dependencies []cdx.Dependency
	for _, c := range b.document.Components {
		if !c.Role.Transient() {
			dependencies = append(dependencies, cdx.Dependency{Ref: c.ID, Dependencies: list(to[c.ID])})
		}
	}
	return dependencies
}

// compositions declare what the graph guarantees: it has every component, and every dependency between them.
func (b *builder) compositions(dependencies *[]cdx.Dependency) *[]cdx.Composition {
	var refs []cdx.BOMReference
	for _, d := range *dependencies {
		refs = append(refs, cdx.BOMReference(d.Ref))
	}
	return &[]cdx.Composition{
		{Aggregate: cdx.CompositionAggregateComplete},
		{Aggregate: cdx.CompositionAggregateComplete, Dependencies: &refs},
	}
}

func organisation(o graph.Organisation) *cdx.OrganizationalEntity {
	return &cdx.OrganizationalEntity{Name: o.Name, URL: &[]string{o.URL}}
}

// list is a pointer to s, as the library wants it, or nil where s is empty and has to be left out.
func list[T any](s []T) *[]T {
	if len(s) == 0 {
		return nil
	}
	return &s
}
