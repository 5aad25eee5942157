// SPDX-License-Identifier: MIT

// Package graph is the bill of materials before it has a format: the components of one release file, or of a whole
// release, and how they hang together. Everything that is written about a release is written from it. This comment is
// its specification.
//
// # The text
//
// A graph is a JSON text in UTF-8 whose name ends in .graph.json. One graph has one text: keys come in the order of the
// fields below, empty fields are left out, lists are sorted and without duplicates, nothing is escaped that need not be,
// each level is indented by one space, and a newline ends it. [Document.Encode] writes that text and [Parse] takes no
// other.
//
// # The values
//
// The subject is the component that the document is about: an archive, or with an empty platform the whole release. Every
// other component is reached from it by relations. A component is named by its ID, which is the same in every document of
// a release and serves formats as reference.
//
// A digest names its object, so that anyone can recompute it:
//
//	file     a file as released; the name is its path in the archive, without the folder that holds everything, or the
//	         archive's own name; in the document of a whole release, of a file in an archive both, joined by a slash
//	linked   a file as it was given to the compiler or linker; the name is its path in its input
//	tree     a listing of files, each line the file's SHA-256, two spaces, ./ and its path, a newline, ordered by path:
//	         what `find . -type f | LC_ALL=C sort | xargs sha256sum` prints; the name says which files
//	archive  a file as it was downloaded; the name is its URL, which is among the references
//
// What is not the digest of such an object, as the h1: of go.sum, is a property.
//
// # Completeness
//
// A component has a supplier, a version, an identifier (purl or CPE), both licenses, a reference to where its source or
// the component itself is had from, and of its principal object the SHA-256 and the SHA-512. [Document.Validate] refuses a
// document in which one lacks any, and says how to declare it. The one exception: a whole release has no digest of its
// own, because its manifest lists the document.
package graph

import "path"

// Schema identifies the format.
const Schema = "gosqlite-sbom-graph/1"

// Limits of a document.
const (
	MaxText       = 64 << 20 // bytes
	MaxComponents = 1 << 16
	MaxRelations  = 1 << 18
	MaxValue      = 1 << 16 // bytes of one value
	MaxOperators  = 16      // of a license expression
)

// Lifecycle is the phase in which the facts were gathered: while building, as CISA's "generation context" asks.
const Lifecycle = "build"

// A Document is a bill of materials.
type Document struct {
	Schema     string         `json:"schema"`
	Subject    string         `json:"subject"`            // ID of the component that the document is about
	Name       string         `json:"name"`               // the document's
	Version    string         `json:"version"`            // the release's
	Time       string         `json:"time"`               // the release date: RFC 3339, UTC, whole seconds
	Platform   string         `json:"platform,omitempty"` // row of the platform list; empty for the whole release
	Lifecycle  string         `json:"lifecycle"`
	Supplier   Organisation   `json:"supplier"`
	Authors    []Organisation `json:"authors"` // of the document
	Tool       Tool           `json:"tool"`
	Properties []Property     `json:"properties,omitempty"`
	Components []Component    `json:"components"`
	Relations  []Relation     `json:"relations,omitempty"`
}

// An Organisation is a legal or informal body. URL leads to it.
type Organisation struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// A Tool is the program that gathered the facts.
type Tool struct {
	Name     string       `json:"name"`
	Version  string       `json:"version"`
	Supplier Organisation `json:"supplier"`
}

// A Property is a fact that has no field of its own. Its name is words of letters, digits and _-. joined by colons, as in
// golang:h1. A name may have many values.
type Property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// CompileOption is the property of an option that holds for a component on every platform, NAME or NAME=VALUE.
const CompileOption = "compile:option"

// A Component is something that went into the release, or helped to make it.
type Component struct {
	ID          string       `json:"id"`
	Role        Role         `json:"role"`
	Type        Type         `json:"type"`
	Name        string       `json:"name"`
	Version     string       `json:"version"`
	Purpose     string       `json:"purpose,omitempty"` // what it does here, in one sentence
	Description string       `json:"description,omitempty"`
	Supplier    Organisation `json:"supplier"`
	PURL        string       `json:"purl,omitempty"`
	CPE         string       `json:"cpe,omitempty"` // CPE 2.3, as cpe:2.3:a:sqlite:sqlite:3.54.1:...
	License     License      `json:"license"`
	Copyright   string       `json:"copyright,omitempty"`
	Digests     []Digest     `json:"digests,omitempty"`
	References  []Reference  `json:"references,omitempty"`
	Packages    []string     `json:"packages,omitempty"` // import paths of the Go packages that are linked
	Files       []File       `json:"files,omitempty"`    // that were compiled or linked
	FileName    string       `json:"filename,omitempty"` // of what is delivered: BSI TR-03183-2 v2.1, 5.2.2
	Executable  bool         `json:"executable,omitempty"`
	Archive     bool         `json:"archive,omitempty"`
	Structured  bool         `json:"structured,omitempty"` // an archive that can be unpacked into its parts
	Properties  []Property   `json:"properties,omitempty"`
}

// A License is what a component may be used under, as SPDX license expressions.
type License struct {
	Declared  string     `json:"declared"`  // by its authors
	Concluded string     `json:"concluded"` // by us, for the files that are used
	Evidence  []Evidence `json:"evidence,omitempty"`
}

// Evidence is a license that was found in a file.
type Evidence struct {
	Path     string `json:"path"`
	SHA256   string `json:"sha256"`   // of the file
	ID       string `json:"id"`       // SPDX license expression
	Coverage int    `json:"coverage"` // percent of the file's words that are the license's
}

// A Digest is a checksum of a named object.
type Digest struct {
	Object Object    `json:"object"`
	Name   string    `json:"name"`
	Alg    Algorithm `json:"alg"`
	Value  string    `json:"value"` // lower-case hexadecimal digits
}

// A Reference leads to something about a component.
type Reference struct {
	Type ReferenceType `json:"type"`
	URL  string        `json:"url"`
}

// A File is a file of a component, by its path in the component's input.
type File struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// A Relation is an edge. It reads From Kind To.
type Relation struct {
	From string `json:"from"`
	To   string `json:"to"`
	Kind Kind   `json:"kind"`
}

// Component returns the component of an ID, or nil.
func (d *Document) Component(id string) *Component {
	for i := range d.Components {
		if d.Components[i].ID == id {
			return &d.Components[i]
		}
	}
	return nil
}

// File is the name of the file that the component is, or comes in.
func (c *Component) File() string {
	if c.FileName != "" {
		return c.FileName
	}
	for _, d := range c.Principal() {
		return path.Base(d.Name)
	}
	return c.Name
}

// Principal returns the digests of the one object that stands for the component: what is delivered, else what was linked,
// else the tree that was built, else what was downloaded.
func (c *Component) Principal() []Digest {
	for _, object := range Objects {
		for i, first := range c.Digests {
			if first.Object != object {
				continue
			}
			var of []Digest
			for _, d := range c.Digests[i:] {
				if d.Object == object && d.Name == first.Name {
					of = append(of, d)
				}
			}
			return of
		}
	}
	return nil
}
