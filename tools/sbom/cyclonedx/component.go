// SPDX-License-Identifier: MIT

package cyclonedx

import (
	"net/url"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

var types = map[graph.Type]cdx.ComponentType{
	graph.Application: cdx.ComponentTypeApplication,
	graph.Library:     cdx.ComponentTypeLibrary,
	graph.FileType:    cdx.ComponentTypeFile,
	graph.ArchiveType: cdx.ComponentTypeFile,
	graph.Release:     cdx.ComponentTypeApplication,
}

func (b *builder) component(c *graph.Component) cdx.Component {
	scope := cdx.ScopeRequired
	switch {
	case c.ID == b.document.Subject:
		scope = ""
	case c.Role.Transient():
		scope = cdx.ScopeExcluded
	}
	component := cdx.Component{
		BOMRef:             c.ID,
		Type:               types[c.Type],
		Supplier:           organisation(c.Supplier),
		Name:               c.Name,
		Version:            c.Version,
		Description:        c.Description,
		Scope:              scope,
		Hashes:             hashes(c.Principal()),
		Licenses:           b.licenses(c.License),
		Copyright:          c.Copyright,
		CPE:                c.CPE,
		PackageURL:         c.PURL,
		ExternalReferences: list(references(c)),
		Evidence:           b.evidence(c),
	}
	properties := append(b.properties(c), b.licenseProperties(c.License)...)
	component.Properties = list(properties)
	return component
}

func hashes(digests []graph.Digest) *[]cdx.Hash {
	var hashes []cdx.Hash
	for _, d := range digests {
		hashes = append(hashes, cdx.Hash{Algorithm: cdx.HashAlgorithm(d.Alg), Value: d.Value})
	}
	return list(hashes)
}

// references are the component's own, and one for every object that a digest was taken of.
func references(c *graph.Component) []cdx.ExternalReference {
	var refs []cdx.ExternalReference
	for _, r := range c.References {
		refs = append(refs, cdx.ExternalReference{Type: cdx.ExternalReferenceType(r.Type), URL: r.URL})
	}
	for rest := c.Digests; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Object == rest[0].Object && rest[n].Name == rest[0].Name {
			n++
		}
		refs = attach(refs, rest[:n])
		rest = rest[n:]
	}
	return refs
}

// attach adds the digests of one object to the reference that leads there: a download has one, others get one of type distribution.
func attach(refs []cdx.ExternalReference, digests []graph.Digest) []cdx.ExternalReference {
	address := ObjectURL(digests[0].Object, digests[0].Name)
	for i := range refs {
		if refs[i].URL == address {
			refs[i].Hashes = hashes(digests)
			return refs
		}
	}
	return append(refs, cdx.ExternalReference{
		Type: cdx.ERTypeDistribution, URL: address, Hashes: hashes(digests), Comment: "object of the digest: " + string(digests[0].Object),
	})
}

// ObjectURL is the reference by which a document names the object of a digest.
func ObjectURL(object graph.Object, name string) string {
	if object == graph.Download {
		return name
	}
	return string(object) + ":" + (&url.URL{Path: name}).EscapedPath()
}

// properties are in the order of their names, but for those of the graph, which come last.
func (b *builder) properties(c *graph.Component) []cdx.Property {
	either := func(yes bool, a, b string) string {
		if yes {
			return a
		}
		return b
	}
	properties := []cdx.Property{
		{Name: "bsi:component:archive", Value: either(c.Archive, "archive", "no archive")},
		{Name: "bsi:component:executable", Value: either(c.Executable, "executable", "non-executable")},
		{Name: "bsi:component:filename", Value: c.File()},
		{Name: "bsi:component:structured", Value: either(c.Structured, "structured", "unstructured")},
	}
	add := func(name, value string) { properties = append(properties, cdx.Property{Name: name, Value: value}) }
	for _, p := range c.Packages {
		add("golang:package", p)
	}
	for _, f := range c.Files {
		if b.syntax == cdx.BOMFileFormatXML {
			add("gosqlite:file", f.SHA256+"  "+f.Path)
		}
	}
	if principal := c.Principal(); len(principal) > 0 {
		add("gosqlite:hashes:of", string(principal[0].Object)+" "+principal[0].Name)
	}
	if c.Purpose != "" {
		add("gosqlite:purpose", c.Purpose)
	}
	for _, r := range b.document.Relations {
		if r.From == c.ID {
			add("gosqlite:relation:"+string(r.Kind), r.To)
		}
	}
	add("gosqlite:role", string(c.Role))
	for _, p := range c.Properties {
		add(p.Name, p.Value)
	}
	return properties
}

func (b *builder) evidence(c *graph.Component) *cdx.Evidence {
	var occurrences []cdx.EvidenceOccurrence
	for _, f := range c.Files {
		o := cdx.EvidenceOccurrence{Location: f.Path}
		if b.syntax == cdx.BOMFileFormatJSON {
			o.AdditionalContext = "SHA-256 " + f.SHA256
		}
		occurrences = append(occurrences, o)
	}
	var licenses cdx.Licenses
	for _, e := range c.License.Evidence {
		if choice, ok := b.choice(e.ID, ""); ok {
			setProperties(&choice, evidenceProperties(e))
			licenses = append(licenses, choice)
		}
	}
	if len(occurrences) == 0 && len(licenses) == 0 {
		return nil
	}
	evidence := &cdx.Evidence{Occurrences: list(occurrences)}
	if len(licenses) > 0 {
		evidence.Licenses = &licenses
	}
	return evidence
}

func setProperties(choice *cdx.LicenseChoice, properties []cdx.Property) {
	if choice.License != nil {
		choice.License.Properties = &properties
		return
	}
	choice.Properties = &properties
}

// single says whether an expression is one listed license by its ID.
func single(expression string) bool {
	return !strings.ContainsAny(expression, " ()+:") && !strings.HasPrefix(expression, "LicenseRef-")
}
