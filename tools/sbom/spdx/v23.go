// SPDX-License-Identifier: MIT

package spdx

import (
	"regexp"
	"slices"

	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

var purposes23 = map[graph.Type]string{
	graph.Application: "APPLICATION",
	graph.Library:     "LIBRARY",
	graph.FileType:    "FILE",
	graph.ArchiveType: "ARCHIVE",
	graph.Release:     "INSTALL",
}

var algorithms23 = map[graph.Algorithm]common.ChecksumAlgorithm{
	graph.SHA256: common.SHA256, graph.SHA512: common.SHA512, graph.SHA3_256: common.SHA3_256,
}

// document23 is d as SPDX 2.3. Tag-value has all annotations at the end of the document, and JSON at their packages.
func document23(d *graph.Document, namespace string, tagValue bool) *v2_3.Document {
	doc := &v2_3.Document{
		SPDXVersion: v2_3.Version, DataLicense: DataLicense, SPDXIdentifier: "DOCUMENT",
		DocumentName: d.Name, DocumentNamespace: namespace,
		CreationInfo: &v2_3.CreationInfo{Created: d.Time, CreatorComment: "lifecycle: " + d.Lifecycle},
	}
	creator := func(kind, name string) {
		doc.CreationInfo.Creators = append(doc.CreationInfo.Creators, common.Creator{CreatorType: kind, Creator: name})
	}
	for _, a := range d.Authors {
		creator("Organization", a.Name)
	}
	creator("Tool", tool(d.Tool))
	for _, f := range documentFacts(d) {
		doc.Annotations = append(doc.Annotations, annotation(d, "DOCUMENT", f))
	}
	doc.Relationships = append(doc.Relationships, relationship23("DOCUMENT", d.Subject, common.TypeRelationshipDescribe, ""))
	for i := range d.Components {
		c := &d.Components[i]
		p := package23(c)
		for _, f := range facts(c) {
			a := annotation(d, c.ID, f)
			if tagValue {
				doc.Annotations = append(doc.Annotations, a)
			} else {
				p.Annotations = append(p.Annotations, *a)
			}
		}
		doc.Packages = append(doc.Packages, p)
	}
	for _, r := range d.Relations {
		doc.Relationships = append(doc.Relationships, relation23(r))
	}
	doc.OtherLicenses = otherLicenses(d)
	return doc
}

func documentFacts(d *graph.Document) []graph.Property {
	facts := []graph.Property{{Name: "gosqlite:supplier", Value: d.Supplier.Name + " " + d.Supplier.URL}}
	if d.Platform != "" {
		facts = append(facts, graph.Property{Name: "gosqlite:platform", Value: d.Platform})
	}
	return append(facts, d.Properties...)
}

func annotation(d *graph.Document, id string, fact graph.Property) *v2_3.Annotation {
	return &v2_3.Annotation{
		Annotator: common.Annotator{AnnotatorType: "Tool", Annotator: tool(d.Tool)}, AnnotationDate: d.Time, AnnotationType: "OTHER",
		AnnotationSPDXIdentifier: common.MakeDocElementID("", id), AnnotationComment: fact.Name + "=" + fact.Value,
	}
}

func package23(c *graph.Component) *v2_3.Package {
	p := &v2_3.Package{
		PackageName: c.Name, PackageSPDXIdentifier: common.ElementID(c.ID), PackageVersion: c.Version, PackageFileName: c.File(),
		PackageSupplier:         &common.Supplier{SupplierType: "Organization", Supplier: c.Supplier.Name},
		PackageDownloadLocation: downloadLocation(c), PackageHomePage: homePage(c), IsFilesAnalyzedTagPresent: true,
		PackageLicenseConcluded: c.License.Concluded, PackageLicenseDeclared: c.License.Declared, PackageCopyrightText: c.Copyright,
		PackageDescription: c.Description, PrimaryPackagePurpose: purposes23[c.Type],
	}
	if p.PackageCopyrightText == "" {
		p.PackageCopyrightText = "NOASSERTION"
	}
	for _, d := range c.Principal() {
		p.PackageChecksums = append(p.PackageChecksums, common.Checksum{Algorithm: algorithms23[d.Alg], Value: d.Value})
	}
	reference := func(category, kind, locator string) {
		p.PackageExternalReferences = append(p.PackageExternalReferences, &v2_3.PackageExternalReference{Category: category, RefType: kind, Locator: locator})
	}
	if c.PURL != "" {
		reference("PACKAGE-MANAGER", common.TypePackageManagerPURL, c.PURL)
	}
	if c.CPE != "" {
		reference("SECURITY", common.TypeSecurityCPE23Type, c.CPE)
	}
	for _, r := range c.References {
		reference("OTHER", string(r.Type), r.URL)
	}
	return p
}

func relation23(r graph.Relation) *v2_3.Relationship {
	from, to := r.From, r.To
	kind := map[graph.Kind]string{
		graph.Contains: common.TypeRelationshipContains, graph.Links: common.TypeRelationshipStaticLink,
		graph.Depends: common.TypeRelationshipDependsOn, graph.Includes: common.TypeRelationshipBuildDependencyOf,
		graph.Interface: common.TypeRelationshipBuildDependencyOf, graph.BuiltWith: common.TypeRelationshipBuildToolOf,
		graph.GeneratedFrom: common.TypeRelationshipGeneratedFrom,
	}[r.Kind]
	if kind == common.TypeRelationshipBuildDependencyOf || kind == common.TypeRelationshipBuildToolOf {
		from, to = to, from
	}
	return relationship23(from, to, kind, string(r.Kind))
}

func relationship23(from, to, kind, comment string) *v2_3.Relationship {
	return &v2_3.Relationship{
		RefA: common.MakeDocElementID("", from), RefB: common.MakeDocElementID("", to), Relationship: kind, RelationshipComment: comment,
	}
}

var licenseRef = regexp.MustCompile(`LicenseRef-[A-Za-z0-9.-]+`)

// otherLicenses declares the licenses that SPDX does not list. Their texts are the files that are named as evidence.
func otherLicenses(d *graph.Document) []*v2_3.OtherLicense {
	var names []string
	for _, c := range d.Components {
		names = append(names, licenseRef.FindAllString(c.License.Concluded+" "+c.License.Declared, -1)...)
	}
	slices.Sort(names)
	var licenses []*v2_3.OtherLicense
	for _, name := range slices.Compact(names) {
		licenses = append(licenses, &v2_3.OtherLicense{
			LicenseIdentifier: name, LicenseName: name,
			ExtractedText: "The text is in the files that the annotations gosqlite:license:evidence of the packages name.",
		})
	}
	return licenses
}
