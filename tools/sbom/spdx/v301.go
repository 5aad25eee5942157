// SPDX-License-Identifier: MIT

package spdx

import (
	"fmt"
	"slices"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// context301 is what the names in the text mean.
const context301 = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"

// creation is the one CreationInfo, a node without an address.
const creation = "_:creation"

var purposes301 = map[graph.Type]string{
	graph.Application: "application",
	graph.Library:     "library",
	graph.FileType:    "file",
	graph.ArchiveType: "archive",
	graph.Release:     "install",
}

var algorithms301 = map[graph.Algorithm]string{graph.SHA256: "sha256", graph.SHA512: "sha512", graph.SHA3_256: "sha3_256"}

var references301 = map[graph.ReferenceType]string{
	graph.VCS: "vcs", graph.SourceDistribution: "sourceArtifact", graph.Distribution: "binaryArtifact",
	graph.Website: "altWebPage", graph.LicenseText: "license", graph.Advisories: "securityAdvisory",
}

// scoped are the relations that hold while building.
var scoped = []graph.Kind{graph.Includes, graph.Interface, graph.BuiltWith, graph.GeneratedFrom}

var kinds301 = map[graph.Kind]string{
	graph.Contains: "contains", graph.Links: "hasStaticLink", graph.Depends: "dependsOn", graph.Includes: "dependsOn",
	graph.Interface: "dependsOn", graph.BuiltWith: "usesTool", graph.GeneratedFrom: "generates",
}

type writer301 struct {
	d         *graph.Document
	namespace string
	nodes     []any
	elements  []string          // addresses of all elements
	agents    map[string]string // organisation to address
	licenses  map[string]string // expression to address
}

func document301(d *graph.Document, namespace string) any {
	w := &writer301{d: d, namespace: namespace, agents: map[string]string{}, licenses: map[string]string{}}
	info := creationInfo{ID: creation, Type: "CreationInfo", SpecVersion: "3.0.1", Created: d.Time}
	for _, a := range d.Authors {
		info.CreatedBy = append(info.CreatedBy, w.agent(a))
	}
	w.add(element{SpdxID: w.address("tool"), Type: "Tool", Name: tool(d.Tool)})
	info.CreatedUsing = []string{w.address("tool")}
	for i := range d.Components {
		w.component(&d.Components[i])
	}
	w.relations()
	dataLicense := w.license(DataLicense)
	slices.Sort(w.elements)
	sbom := element{
		SpdxID: w.address("sbom"), Type: "software_Sbom", Name: d.Name, SbomType: []string{d.Lifecycle},
		RootElement: []string{w.component301(d.Subject)}, Element: w.elements, Profiles: profiles,
		Extension: extension(documentFacts(d)),
	}
	root := element{
		SpdxID: w.address("document"), Type: "SpdxDocument", Name: d.Name, DataLicense: dataLicense,
		RootElement: []string{sbom.SpdxID}, Element: slices.Concat(w.elements, []string{sbom.SpdxID}), Profiles: profiles,
	}
	nodes := append([]any{info}, w.nodes...)
	for _, e := range []element{sbom, root} {
		e.CreationInfo = creation
		nodes = append(nodes, e)
	}
	return struct {
		Context string `json:"@context"`
		Graph   []any  `json:"@graph"`
	}{context301, nodes}
}

var profiles = []string{"core", "software", "simpleLicensing", "extension"}

func (w *writer301) address(name string) string { return w.namespace + "#" + name }

func (w *writer301) component301(id string) string { return w.address("component-" + id) }

func (w *writer301) add(e element) {
	e.CreationInfo = creation
	w.nodes = append(w.nodes, e)
	w.elements = append(w.elements, e.SpdxID)
}

func (w *writer301) agent(o graph.Organisation) string {
	key := o.Name + "\x00" + o.URL
	if w.agents[key] == "" {
		w.agents[key] = w.address(fmt.Sprintf("organisation-%d", len(w.agents)+1))
		w.add(element{
			SpdxID: w.agents[key], Type: "Organization", Name: o.Name,
			ExternalIdentifier: []identifier{{Type: "ExternalIdentifier", Kind: "urlScheme", Identifier: o.URL}},
		})
	}
	return w.agents[key]
}

func (w *writer301) license(expression string) string {
	if w.licenses[expression] == "" {
		w.licenses[expression] = w.address(fmt.Sprintf("license-%d", len(w.licenses)+1))
		w.add(element{SpdxID: w.licenses[expression], Type: "simplelicensing_LicenseExpression", LicenseExpression: expression})
	}
	return w.licenses[expression]
}

func (w *writer301) component(c *graph.Component) {
	id := w.component301(c.ID)
	e := element{
		SpdxID: id, Type: "software_Package", Name: c.Name, Description: c.Description, Summary: c.Purpose,
		SuppliedBy: w.agent(c.Supplier), OriginatedBy: []string{w.agent(c.Supplier)}, PackageVersion: c.Version, PackageURL: c.PURL, DownloadLocation: downloadLocation(c),
		HomePage: homePage(c), PrimaryPurpose: purposes301[c.Type], CopyrightText: c.Copyright, Extension: extension(facts(c)),
	}
	if c.PURL != "" {
		e.ExternalIdentifier = append(e.ExternalIdentifier, identifier{Type: "ExternalIdentifier", Kind: "packageUrl", Identifier: c.PURL})
	}
	if c.CPE != "" {
		e.ExternalIdentifier = append(e.ExternalIdentifier, identifier{Type: "ExternalIdentifier", Kind: "cpe23", Identifier: c.CPE})
	}
	e.ExternalRef = w.references(c, graph.ReferenceTypes...)
	for _, d := range c.Principal() {
		e.VerifiedUsing = append(e.VerifiedUsing, hash301{Type: "Hash", Algorithm: algorithms301[d.Alg], Value: d.Value})
	}
	w.add(e)
	w.relate("Relationship", id, "hasConcludedLicense", w.license(c.License.Concluded), "")
	w.relate("Relationship", id, "hasDeclaredLicense", w.license(c.License.Declared), "")
	if len(e.VerifiedUsing) > 0 {
		w.file(c, id, e.VerifiedUsing)
	}
	if refs := w.references(c, graph.SourceDistribution, graph.VCS); len(refs) > 0 {
		source := element{SpdxID: w.address("source-" + c.ID), Type: "software_File", Name: c.Name + " source", PrimaryPurpose: "source", ExternalRef: refs}
		w.add(source)
		w.relate("Relationship", source.SpdxID, "generates", id, "")
	}
}

func (w *writer301) references(c *graph.Component, kinds ...graph.ReferenceType) []reference301 {
	var refs []reference301
	for _, r := range c.References {
		if slices.Contains(kinds, r.Type) {
			refs = append(refs, reference301{Type: "ExternalRef", Kind: references301[r.Type], Locator: []string{r.URL}})
		}
	}
	return refs
}

// file is the object that the package's hashes are of, with the properties that BSI TR-03183-2 v2.1 asks for.
func (w *writer301) file(c *graph.Component, of string, hashes []hash301) {
	additional := []string{either(c.Structured, "container", "firmware")}
	if c.Archive {
		additional = append(additional, "archive")
	}
	if c.Executable {
		additional = append(additional, "executable")
	}
	slices.Sort(additional)
	file := element{
		SpdxID: w.address("file-" + c.ID), Type: "software_File", Name: c.File(), VerifiedUsing: hashes, AdditionalPurpose: additional,
		ExternalRef: w.references(c, graph.Distribution),
		Comment:     "software_additionalPurpose field is used to indicate the properties of BSI TR-03183-2",
	}
	w.add(file)
	w.relate("Relationship", of, "hasDistributionArtifact", file.SpdxID, "")
}

// relations are one relationship for each of the graph's, since each has its own kind as comment.
func (w *writer301) relations() {
	for _, r := range w.d.Relations {
		class, from, to := "Relationship", w.component301(r.From), w.component301(r.To)
		if slices.Contains(scoped, r.Kind) {
			class = "LifecycleScopedRelationship"
		}
		if r.Kind == graph.GeneratedFrom {
			from, to = to, from
		}
		w.relate(class, from, kinds301[r.Kind], to, string(r.Kind))
	}
}

func (w *writer301) relate(class, from, kind, to, comment string) {
	e := element{
		SpdxID: w.address(fmt.Sprintf("relationship-%d", len(w.nodes)+1)), Type: class, From: from, Kind: kind, To: []string{to},
		Completeness: "complete", Comment: comment,
	}
	if class == "LifecycleScopedRelationship" {
		e.Scope = "build"
	}
	w.add(e)
}

func extension(facts []graph.Property) []extension301 {
	var entries []entry301
	for _, f := range facts {
		entries = append(entries, entry301{Type: "extension_CdxPropertyEntry", Name: f.Name, Value: f.Value})
	}
	return []extension301{{Type: "extension_CdxPropertiesExtension", Properties: entries}}
}
