// SPDX-License-Identifier: MIT

package graph

import (
	"cmp"
	"fmt"
	"slices"
)

// Merge makes the document of a whole release out of those of its platforms. The archives become parts of a subject that
// has no digest of its own, because its manifest lists the document. A component that several platforms have is one:
// lists are joined, and a file or digest in which platforms differ gets the platform in front of its name. What says who
// made it, and under which license, has to be the same everywhere.
func Merge(documents []*Document) (*Document, error) {
	if len(documents) == 0 {
		return nil, fmt.Errorf("merge graphs: none is given")
	}
	m := &merger{components: map[string][]part{}, relations: map[Relation]bool{}}
	first := documents[0]
	for _, d := range documents {
		if d.Platform == "" {
			return nil, fmt.Errorf("merge graphs: %s is of no platform", d.Name)
		}
		if d.Version != first.Version || d.Time != first.Time || d.Supplier != first.Supplier {
			return nil, fmt.Errorf("merge graphs: %s and %s are of different releases", first.Name, d.Name)
		}
		for _, c := range d.Components {
			if c.Role == Subject {
				c.Role = Delivered
			}
			m.components[c.ID] = append(m.components[c.ID], part{d.Platform, c})
		}
		for _, r := range d.Relations {
			m.relations[r] = true
		}
	}
	return m.document(documents)
}

type part struct {
	platform  string
	component Component
}

type merger struct {
	components map[string][]part
	relations  map[Relation]bool
}

func (m *merger) document(documents []*Document) (*Document, error) {
	first := documents[0]
	archive := first.Component(first.Subject)
	subject := Component{
		Role: Subject, Type: Release, Name: archive.purlName(), Version: first.Version, Supplier: first.Supplier,
		PURL: "pkg:generic/" + archive.purlName() + "@" + first.Version, References: archive.References,
		Copyright: archive.Copyright, License: License{Declared: archive.License.Declared},
	}
	subject.ID = "release-" + subject.Name + "-" + first.Version
	out := &Document{
		Schema: Schema, Subject: subject.ID, Name: subject.Name + "_" + first.Version, Version: first.Version, Time: first.Time,
		Lifecycle: Lifecycle, Supplier: first.Supplier, Authors: first.Authors, Tool: first.Tool,
	}
	for r := range m.relations {
		out.Relations = append(out.Relations, r)
	}
	concluded := []string{}
	for _, d := range documents {
		out.Relations = append(out.Relations, Relation{subject.ID, d.Subject, Contains})
		concluded = append(concluded, d.Component(d.Subject).License.Concluded)
	}
	subject.License.Concluded = joinLicenses(concluded)
	out.Components = append(out.Components, subject)
	for id, parts := range m.components {
		c, err := merge(parts)
		if err != nil {
			return nil, fmt.Errorf("merge graphs: component %s: %w", id, err)
		}
		out.Components = append(out.Components, c)
	}
	out.Sort()
	return out, out.Validate()
}

// merge makes one component of those of several platforms.
func merge(parts []part) (Component, error) {
	c := parts[0].component
	for _, p := range parts[1:] {
		o := p.component
		if o.Role != c.Role || o.Type != c.Type || o.Name != c.Name || o.Version != c.Version || o.Supplier != c.Supplier ||
			o.PURL != c.PURL || o.CPE != c.CPE || o.License.Declared != c.License.Declared || o.License.Concluded != c.License.Concluded {
			return c, fmt.Errorf("%s and %s say different things of it", parts[0].platform, p.platform)
		}
	}
	c.License.Evidence = union(parts, func(c *Component) []Evidence { return c.License.Evidence })
	c.References = union(parts, func(c *Component) []Reference { return c.References })
	c.Packages = union(parts, func(c *Component) []string { return c.Packages })
	c.Properties = union(parts, func(c *Component) []Property { return c.Properties })
	c.Digests = c.Digests[:0:0]
	for _, p := range parts {
		for _, d := range p.component.Digests {
			if differs(parts, func(c *Component) string { return c.digestsOf(d.Object, d.Name) }) {
				d.Name = p.platform + "/" + d.Name
			}
			c.Digests = appendNew(c.Digests, d)
		}
	}
	c.Files = c.Files[:0:0]
	for _, p := range parts {
		for _, f := range p.component.Files {
			if differs(parts, func(c *Component) string { return c.fileDigest(f.Path) }) {
				f.Path = p.platform + "/" + f.Path
			}
			c.Files = appendNew(c.Files, f)
		}
	}
	return c, nil
}

// differs tells whether parts that have a value have different ones.
func differs(parts []part, value func(*Component) string) bool {
	var seen string
	for i := range parts {
		v := value(&parts[i].component)
		if v != "" && seen != "" && v != seen {
			return true
		}
		seen = cmp.Or(v, seen)
	}
	return false
}

// digestsOf are all digests of one object, as a text to compare.
func (c *Component) digestsOf(object Object, name string) string {
	var text string
	for _, d := range c.Digests {
		if d.Object == object && d.Name == name {
			text += string(d.Alg) + "=" + d.Value + " "
		}
	}
	return text
}

func (c *Component) fileDigest(path string) string {
	for _, f := range c.Files {
		if f.Path == path {
			return f.SHA256
		}
	}
	return ""
}

func union[T comparable](parts []part, list func(*Component) []T) []T {
	var out []T
	for i := range parts {
		for _, v := range list(&parts[i].component) {
			out = appendNew(out, v)
		}
	}
	return out
}

func appendNew[T comparable](list []T, v T) []T {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}
