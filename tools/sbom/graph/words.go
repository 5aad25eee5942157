// SPDX-License-Identifier: MIT

package graph

// A Role says why a component is listed.
type Role string

// The roles.
const (
	Subject       Role = "subject"        // what the document is about
	Delivered     Role = "delivered"      // a program, library or text inside the subject
	Linked        Role = "linked"         // its code or data is in what is delivered
	InterfaceStub Role = "interface-stub" // told the linker what the system offers; nothing of it is delivered
	Header        Role = "header"         // declarations that were compiled against
	BuildTool     Role = "build-tool"     // ran during the build
)

// Roles are all roles.
var Roles = []Role{Subject, Delivered, Linked, InterfaceStub, Header, BuildTool}

// Transient says whether a component of the role went into making the subject, and nothing of it is delivered.
func (r Role) Transient() bool { return r == InterfaceStub || r == Header || r == BuildTool }

// A Type says what kind of thing a component is.
type Type string

// The types.
const (
	Application Type = "application"
	Library     Type = "library"
	FileType    Type = "file"
	ArchiveType Type = "archive"
	Release     Type = "release"
)

// Types are all types.
var Types = []Type{Application, Library, FileType, ArchiveType, Release}

// An Object is what a digest was taken of. The package comment defines them.
type Object string

// The objects.
const (
	ReleasedFile Object = "file"
	LinkedFile   Object = "linked"
	Tree         Object = "tree"
	Download     Object = "archive"
)

// Objects are all objects, the closest to the user first.
var Objects = []Object{ReleasedFile, LinkedFile, Tree, Download}

// An Algorithm is a hash function.
type Algorithm string

// The algorithms.
const (
	SHA256   Algorithm = "SHA-256"
	SHA512   Algorithm = "SHA-512"
	SHA3_256 Algorithm = "SHA3-256"
)

// Size is the length of an algorithm's digest in bytes; 0 for an unknown one.
func (a Algorithm) Size() int {
	switch a {
	case SHA256, SHA3_256:
		return 32
	case SHA512:
		return 64
	}
	return 0
}

// A ReferenceType says what a reference leads to.
type ReferenceType string

// The types of references.
const (
	VCS                ReferenceType = "vcs"
	SourceDistribution ReferenceType = "source-distribution"
	Distribution       ReferenceType = "distribution"
	Website            ReferenceType = "website"
	LicenseText        ReferenceType = "license"
	Advisories         ReferenceType = "advisories"
)

// ReferenceTypes are all of them.
var ReferenceTypes = []ReferenceType{VCS, SourceDistribution, Distribution, Website, LicenseText, Advisories}

// A Kind is what a relation means.
type Kind string

// The kinds of relations.
const (
	Contains      Kind = "contains"       // the archive holds the file
	Links         Kind = "links"          // statically: the bytes are in the file
	Depends       Kind = "depends"        // a linked component needs another one
	Includes      Kind = "includes"       // was compiled against a header
	Interface     Kind = "interface"      // was linked against a stub
	BuiltWith     Kind = "built-with"     // a build tool made it
	GeneratedFrom Kind = "generated-from" // a file that was written from another
)

// Kinds are all kinds.
var Kinds = []Kind{Contains, Links, Depends, Includes, Interface, BuiltWith, GeneratedFrom}
