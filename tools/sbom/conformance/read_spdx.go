// SPDX-License-Identifier: MIT

package conformance

import (
	"encoding/json"
	"slices"
	"strings"
)

type spdxAnnotation struct {
	Comment string `json:"comment"`
}

type spdxPackage struct {
	ID          string `json:"SPDXID"`
	Name        string `json:"name"`
	Version     string `json:"versionInfo"`
	FileName    string `json:"packageFileName"`
	Supplier    string `json:"supplier"`
	Location    string `json:"downloadLocation"`
	Concluded   string `json:"licenseConcluded"`
	Declared    string `json:"licenseDeclared"`
	Copyright   string `json:"copyrightText"`
	Description string `json:"description"`
	Purpose     string `json:"primaryPackagePurpose"`
	Checksums   []struct {
		Algorithm string `json:"algorithm"`
		Value     string `json:"checksumValue"`
	} `json:"checksums"`
	References []struct {
		Type    string `json:"referenceType"`
		Locator string `json:"referenceLocator"`
	} `json:"externalRefs"`
	Annotations []spdxAnnotation `json:"annotations"`
}

type spdxDocument struct {
	Version      string `json:"spdxVersion"`
	DataLicense  string `json:"dataLicense"`
	Name         string `json:"name"`
	Namespace    string `json:"documentNamespace"`
	CreationInfo struct {
		Creators []string `json:"creators"`
		Created  string   `json:"created"`
		Comment  string   `json:"comment"`
	} `json:"creationInfo"`
	Packages      []spdxPackage `json:"packages"`
	Relationships []struct {
		From    string `json:"spdxElementId"`
		To      string `json:"relatedSpdxElement"`
		Type    string `json:"relationshipType"`
		Comment string `json:"comment"`
	} `json:"relationships"`
	Annotations []spdxAnnotation `json:"annotations"`
}

func parseSPDX(text []byte) (*Bill, error) {
	var d spdxDocument
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, err
	}
	b := &Bill{
		Spec: SPDX, Version: strings.TrimPrefix(d.Version, "SPDX-"), ID: d.Namespace, Name: d.Name, Time: d.CreationInfo.Created,
		DataLicense: d.DataLicense,
	}
	for _, c := range d.CreationInfo.Creators {
		kind, name, _ := strings.Cut(c, ": ")
		if kind != "Tool" {
			b.Authors = append(b.Authors, name)
			continue
		}
		b.Tools = append(b.Tools, tool(name))
	}
	if phase, ok := strings.CutPrefix(d.CreationInfo.Comment, "lifecycle: "); ok {
		b.Lifecycles = []string{phase}
	}
	for _, a := range d.Annotations {
		name, value, _ := strings.Cut(a.Comment, "=")
		if name == "gosqlite:platform" {
			b.Platform = value
		}
		b.Facts = append(b.Facts, propertyFact(name, value))
	}
	for i := range d.Packages {
		b.Components = append(b.Components, d.Packages[i].component())
	}
	d.relationships(b)
	return b, nil
}

// tool reads "name-version": SPDX 2.3, 6.8. Both may have hyphens, so that the version begins at the first hyphen before a
// digit.
func tool(text string) Tool {
	for i := 1; i+1 < len(text); i++ {
		if text[i] == '-' && '0' <= text[i+1] && text[i+1] <= '9' {
			return Tool{text[:i], text[i+1:]}
		}
	}
	return Tool{Name: text}
}

func (d *spdxDocument) relationships(b *Bill) {
	for _, r := range d.Relationships {
		from, to := strings.TrimPrefix(r.From, "SPDXRef-"), strings.TrimPrefix(r.To, "SPDXRef-")
		switch {
		case r.Type == "DESCRIBES":
			b.Primary = to
			continue
		case strings.HasSuffix(r.Type, "_OF"):
			from, to = to, from
		}
		kind := r.Comment
		if !slices.Contains(relationships[kind], r.Type) {
			kind = "unnamed"
		}
		b.Edges = append(b.Edges, Edge{from, to, kind})
		if c := b.Component(to); c != nil && slices.Contains(transient, kind) {
			c.Transient = true
		}
	}
	for _, c := range b.Components {
		b.Listed = append(b.Listed, c.ID)
	}
}

// transient are the kinds of relations that lead to what went into making the software and is not delivered.
var transient = []string{"includes", "interface", "built-with"}

// relationships are the types by which SPDX 2.3 may say each kind of relation.
var relationships = map[string][]string{
	"contains":       {"CONTAINS"},
	"links":          {"STATIC_LINK"},
	"depends":        {"DEPENDS_ON"},
	"includes":       {"BUILD_DEPENDENCY_OF"},
	"interface":      {"BUILD_DEPENDENCY_OF"},
	"built-with":     {"BUILD_TOOL_OF"},
	"generated-from": {"GENERATED_FROM"},
}

func (p *spdxPackage) component() Component {
	c := Component{
		ID: strings.TrimPrefix(p.ID, "SPDXRef-"), Purpose: strings.ToLower(p.Purpose), Name: p.Name, Version: p.Version,
		Supplier: strings.TrimPrefix(p.Supplier, "Organization: "), Concluded: p.Concluded, Declared: p.Declared,
		FileName: p.FileName, Properties: map[string]string{}, ConcludedEntries: 1,
	}
	if p.Copyright != "NOASSERTION" {
		c.Copyright = p.Copyright
	}
	if p.Description != "" {
		c.Facts = append(c.Facts, "description "+p.Description)
	}
	for _, a := range p.Annotations {
		name, value, _ := strings.Cut(a.Comment, "=")
		c.Properties[name] = value
		c.annotation(name, value)
	}
	for _, h := range p.Checksums {
		alg := h.Algorithm
		if rest, ok := strings.CutPrefix(alg, "SHA"); ok && !strings.Contains(alg, "-") {
			alg = "SHA-" + rest
		}
		c.Hashes = append(c.Hashes, Hash{alg, h.Value})
		c.Facts = append(c.Facts, digestFact(alg, h.Value, c.Properties["gosqlite:hashes:of"]))
	}
	for _, r := range p.References {
		switch r.Type {
		case "purl":
			c.PURL = r.Locator
		case "cpe23Type":
			c.CPE = r.Locator
		default:
			c.References = append(c.References, Reference{Type: r.Type, URL: r.Locator})
			c.Facts = append(c.Facts, referenceFact(r.Type, r.Locator))
		}
	}
	return c
}

// annotation takes an annotation into its field, or keeps it as a fact.
func (c *Component) annotation(name, value string) {
	switch name {
	case "gosqlite:supplier:url":
		c.SupplierURL = value
	case "gosqlite:digest":
		c.Facts = append(c.Facts, "digest "+value)
	case "gosqlite:file":
		c.Facts = append(c.Facts, "file "+value)
	default:
		c.property(name, value)
	}
}
