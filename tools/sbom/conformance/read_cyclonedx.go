// SPDX-License-Identifier: MIT

package conformance

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

type cdxOrganisation struct {
	Name string   `json:"name"`
	URL  []string `json:"url"`
}

type cdxHash struct {
	Alg     string `json:"alg"`
	Content string `json:"content"`
}

type cdxProperty struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type cdxLicense struct {
	License struct {
		ID              string        `json:"id"`
		Acknowledgement string        `json:"acknowledgement"`
		Properties      []cdxProperty `json:"properties"`
	} `json:"license"`
	Expression      string        `json:"expression"`
	Acknowledgement string        `json:"acknowledgement"`
	Properties      []cdxProperty `json:"properties"`
}

type cdxComponent struct {
	Ref        string          `json:"bom-ref"`
	Type       string          `json:"type"`
	Name       string          `json:"name"`
	Version    string          `json:"version"`
	Desc       string          `json:"description"`
	Supplier   cdxOrganisation `json:"supplier"`
	Hashes     []cdxHash       `json:"hashes"`
	Licenses   []cdxLicense    `json:"licenses"`
	Copyright  string          `json:"copyright"`
	CPE        string          `json:"cpe"`
	PURL       string          `json:"purl"`
	References []struct {
		URL    string    `json:"url"`
		Type   string    `json:"type"`
		Hashes []cdxHash `json:"hashes"`
	} `json:"externalReferences"`
	Properties []cdxProperty `json:"properties"`
	Evidence   struct {
		Occurrences []struct {
			Location string `json:"location"`
			Context  string `json:"additionalContext"`
		} `json:"occurrences"`
		Licenses []cdxLicense `json:"licenses"`
	} `json:"evidence"`
	Components []cdxComponent `json:"components"`
}

type cdxDocument struct {
	SpecVersion string `json:"specVersion"`
	Serial      string `json:"serialNumber"`
	Metadata    struct {
		Timestamp  string `json:"timestamp"`
		Lifecycles []struct {
			Phase string `json:"phase"`
		} `json:"lifecycles"`
		Tools struct {
			Components []cdxComponent `json:"components"`
		} `json:"tools"`
		Authors []struct {
			Name  string `json:"name"`
			Email string `json:"email"`
		} `json:"authors"`
		Component    cdxComponent    `json:"component"`
		Manufacturer cdxOrganisation `json:"manufacturer"`
		Supplier     cdxOrganisation `json:"supplier"`
		Licenses     []cdxLicense    `json:"licenses"`
		Properties   []cdxProperty   `json:"properties"`
	} `json:"metadata"`
	Components  []cdxComponent `json:"components"`
	Formulation []struct {
		Components []cdxComponent `json:"components"`
	} `json:"formulation"`
	Dependencies []struct {
		Ref       string   `json:"ref"`
		DependsOn []string `json:"dependsOn"`
	} `json:"dependencies"`
	Compositions []struct {
		Aggregate    string   `json:"aggregate"`
		Assemblies   []string `json:"assemblies"`
		Dependencies []string `json:"dependencies"`
	} `json:"compositions"`
	Signature struct {
		Algorithm string `json:"algorithm"`
		Value     string `json:"value"`
		PublicKey struct {
			Type string `json:"kty"`
		} `json:"publicKey"`
		Certificates []string `json:"certificatePath"`
	} `json:"signature"`
}

func parseCycloneDX(text []byte) (*Bill, error) {
	var d cdxDocument
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, err
	}
	m := &d.Metadata
	b := &Bill{Spec: CycloneDX, Version: d.SpecVersion, ID: d.Serial, Time: m.Timestamp, Supplier: m.Supplier.Name, Primary: m.Component.Ref}
	for _, a := range m.Authors {
		b.Authors = append(b.Authors, a.Name)
		if a.Email != "" {
			b.Contacts = append(b.Contacts, a.Email)
		}
	}
	b.Contacts = append(b.Contacts, m.Manufacturer.URL...)
	for _, t := range m.Tools.Components {
		b.Tools = append(b.Tools, Tool{t.Name, t.Version})
	}
	for _, l := range m.Lifecycles {
		b.Lifecycles = append(b.Lifecycles, l.Phase)
	}
	for _, l := range m.Licenses {
		b.DataLicense = l.License.ID
	}
	if len(m.Supplier.URL) > 0 {
		b.Facts = append(b.Facts, propertyFact("gosqlite:supplier", m.Supplier.Name+" "+m.Supplier.URL[0]))
	}
	for _, p := range m.Properties {
		switch p.Name {
		case "gosqlite:document":
			b.Name = p.Value
			continue
		case "gosqlite:platform":
			b.Platform = p.Value
		}
		b.Facts = append(b.Facts, propertyFact(p.Name, p.Value))
	}
	b.Signature = Signature{
		Algorithm: d.Signature.Algorithm, Value: d.Signature.Value,
		Key: slices.Contains([]string{"RSA", "EC"}, d.Signature.PublicKey.Type) || len(d.Signature.Certificates) > 0,
	}
	d.components(b)
	d.completeness(b)
	return b, nil
}

func (d *cdxDocument) components(b *Bill) {
	var walk func(list []cdxComponent, transient bool)
	walk = func(list []cdxComponent, transient bool) {
		for i := range list {
			b.add(&list[i], transient)
			walk(list[i].Components, transient)
		}
	}
	if d.Metadata.Component.Ref != "" {
		walk([]cdxComponent{d.Metadata.Component}, false)
	}
	walk(d.Components, false)
	for _, f := range d.Formulation {
		walk(f.Components, true)
	}
}

func (d *cdxDocument) completeness(b *Bill) {
	named := map[[2]string]bool{}
	for _, e := range b.Edges {
		named[[2]string{e.From, e.To}] = true
	}
	for _, dep := range d.Dependencies {
		b.Listed = append(b.Listed, dep.Ref)
		for _, to := range dep.DependsOn {
			// An edge that no property names is a plain dependency; it shows in a comparison.
			if !named[[2]string{dep.Ref, to}] {
				b.Edges = append(b.Edges, Edge{dep.Ref, to, "unnamed"})
			}
		}
	}
	for _, c := range d.Compositions {
		switch {
		case c.Aggregate != "complete":
		case len(c.Assemblies) == 0 && len(c.Dependencies) == 0:
			b.Complete = true
		default:
			b.CompleteFor = append(b.CompleteFor, c.Dependencies...)
		}
	}
}

func (b *Bill) add(from *cdxComponent, transient bool) {
	c := Component{
		ID: from.Ref, Purpose: from.Type, Name: from.Name, Version: from.Version, Supplier: from.Supplier.Name, PURL: from.PURL,
		CPE: from.CPE, Copyright: from.Copyright, Properties: map[string]string{}, Transient: transient,
	}
	if len(from.Supplier.URL) > 0 {
		c.SupplierURL = from.Supplier.URL[0]
	}
	if from.Desc != "" {
		c.Facts = append(c.Facts, "description "+from.Desc)
	}
	for _, h := range from.Hashes {
		c.Hashes = append(c.Hashes, Hash{h.Alg, h.Content})
	}
	for _, l := range from.Licenses {
		c.acknowledge(l)
	}
	for _, p := range from.Properties {
		c.Properties[p.Name] = p.Value
		if kind, ok := strings.CutPrefix(p.Name, "gosqlite:relation:"); ok {
			b.Edges = append(b.Edges, Edge{c.ID, p.Value, kind})
			continue
		}
		c.property(p.Name, p.Value)
	}
	c.readReferences(from)
	for _, o := range from.Evidence.Occurrences {
		c.Facts = append(c.Facts, fileFact(strings.TrimPrefix(o.Context, "SHA-256 "), o.Location))
	}
	for _, l := range from.Evidence.Licenses {
		c.Facts = append(c.Facts, evidenceFact(evidenceText(l)))
	}
	b.Components = append(b.Components, c)
}

func (c *Component) acknowledge(l cdxLicense) {
	expression, acknowledgement := l.Expression, l.Acknowledgement
	if expression == "" {
		expression, acknowledgement = l.License.ID, l.License.Acknowledgement
	}
	switch acknowledgement {
	case "concluded":
		c.Concluded = expression
		c.ConcludedEntries++
	case "declared":
		c.Declared = expression
	}
}

// property takes a property into its field, or keeps it as a fact.
func (c *Component) property(name, value string) {
	switch name {
	case "gosqlite:role":
		c.Role = value
	case "bsi:component:filename":
		c.FileName = value
	case "gosqlite:license:declared":
		c.Declared = value
	case "gosqlite:license:evidence":
		c.Facts = append(c.Facts, evidenceFact(value))
	default:
		c.Facts = append(c.Facts, propertyFact(name, value))
	}
}

// readReferences tells references from the objects of digests, which are references too.
func (c *Component) readReferences(from *cdxComponent) {
	for _, r := range from.References {
		ref := Reference{Type: r.Type, URL: r.URL}
		object, isObject := objectOf(r.URL)
		for _, h := range r.Hashes {
			ref.Hashes = append(ref.Hashes, Hash{h.Alg, h.Content})
			c.Facts = append(c.Facts, digestFact(h.Alg, h.Content, object))
		}
		if !isObject {
			c.Facts = append(c.Facts, referenceFact(r.Type, r.URL))
		}
		c.References = append(c.References, ref)
	}
}

// objectOf names the object of a digest by the reference to it: file:, linked: or tree: and a name, else a download.
func objectOf(address string) (object string, ok bool) {
	for _, kind := range []string{"file", "linked", "tree"} {
		if escaped, ok := strings.CutPrefix(address, kind+":"); ok {
			name, err := url.PathUnescape(escaped)
			return kind + " " + name, err == nil
		}
	}
	return "archive " + address, false
}

func evidenceText(l cdxLicense) string {
	expression, properties := l.Expression, l.Properties
	if expression == "" {
		expression, properties = l.License.ID, l.License.Properties
	}
	value := map[string]string{}
	for _, p := range properties {
		value[p.Name] = p.Value
	}
	return expression + " in " + value["gosqlite:license:path"] + ", " + value["gosqlite:license:coverage"] + " %, SHA-256 " + value["gosqlite:license:sha256"]
}
