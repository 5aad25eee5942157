// SPDX-License-Identifier: MIT

// Package collect resolves what the aspect saw into a bill of materials: it reads the files that the build used, takes
// their digests, finds licenses in them, asks the linked programs what is in them, and gives every target, source and
// runtime object to the component that its owner declared.
//
// Nothing is guessed. A target, file, Go package or object that no component covers is an error that says how to declare
// one; so is a component that two owners claim, or whose license file says something else than its declaration.
//
// The input is one JSON text, written by the build rule (private/sbom.bzl); its schema is the type [Collected].
package collect

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Schema identifies the input.
const Schema = "gosqlite-sbom-collected/1"

// maxInput bounds the input, in bytes.
const maxInput = 64 << 20

// Collected is what the aspect saw, and what owners declared.
type Collected struct {
	Schema     string        `json:"schema"`
	Root       string        `json:"root"` // label of the target that the document is about
	Subject    Subject       `json:"subject"`
	Targets    []Target      `json:"targets"`
	Tools      []string      `json:"tools"` // labels of the programs that make the artifact
	Edges      []Edge        `json:"edges"`
	Toolchain  Toolchain     `json:"toolchain"`
	Components []Declaration `json:"components"`
}

// Subject holds the document's own facts.
type Subject struct {
	Name        string   `json:"name"`
	Title       string   `json:"title"` // what the subject is called in its purl
	Version     string   `json:"version"`
	Time        string   `json:"time"`
	Platform    string   `json:"platform"` // row of the platform list; may be empty
	Supplier    string   `json:"supplier"`
	SupplierURL string   `json:"supplier_url"`
	License     string   `json:"license"`
	Artifact    string   `json:"artifact"` // path of the file that the document describes
	Programs    []Output `json:"programs"` // with their symbols
	Libraries   []Output `json:"libraries"`
}

// Output is a file that a target made, and its name in the artifact.
type Output struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	Label string `json:"label"`
}

// Source is a file of a target, and the label of the file itself.
type Source struct {
	Path  string `json:"path"`
	Label string `json:"label"`
}

// Target is a node of the build graph.
type Target struct {
	Label      string   `json:"label"`
	Kind       string   `json:"kind"` // of the rule
	ImportPath string   `json:"importpath"`
	PURL       string   `json:"purl"`
	Files      []Source `json:"files"`
}

// Toolchain is what compiled and linked.
type Toolchain struct {
	Runtime []string `json:"runtime"` // paths of folders of start files and libraries
	Labels  []string `json:"labels"`  // of all other files; a folder's stands for the files in it
}

// Edge is an attribute by which one target names another; Meaning is a word of private/edges.bzl.
type Edge struct {
	From      string `json:"from"`
	To        string `json:"to"`
	Attribute string `json:"attribute"`
	Meaning   string `json:"meaning"`
}

// Declaration is an sbom_component; its rule documents the fields.
type Declaration struct {
	Label          string            `json:"label"`
	Repository     string            `json:"repository"`
	Packages       []string          `json:"packages"`
	Targets        []string          `json:"targets"`
	RuntimeFiles   []string          `json:"runtime_files"`
	Title          string            `json:"title"`
	Version        string            `json:"version"`
	VersionFile    string            `json:"version_file"`
	VersionPattern string            `json:"version_pattern"`
	Facts          map[string]string `json:"facts"`
	Role           string            `json:"role"`
	Type           string            `json:"type"`
	PURL           string            `json:"purl"`
	CPE            string            `json:"cpe"`
	Supplier       string            `json:"supplier"`
	SupplierURL    string            `json:"supplier_url"`
	Files          []string          `json:"files"`
	License        string            `json:"license"`
	Concluded      string            `json:"concluded"`
	LicenseFiles   []string          `json:"license_files"`
	Copyright      string            `json:"copyright"`
	Description    string            `json:"description"`
	Website        string            `json:"website"`
	VCS            string            `json:"vcs"`
	Distribution   string            `json:"distribution"`
	Pin            string            `json:"pin"`
	Options        string            `json:"options"`
	Depends        []string          `json:"depends"`
}

// Parse reads the input. Unknown fields are errors: they would be facts that get lost.
func Parse(text []byte) (*Collected, error) {
	if len(text) > maxInput {
		return nil, fmt.Errorf("read collected graph: larger than %d bytes", maxInput)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var c Collected
	if err := d.Decode(&c); err != nil {
		return nil, fmt.Errorf("read collected graph: %w", err)
	}
	if c.Schema != Schema {
		return nil, fmt.Errorf("read collected graph: schema %q is not known, only %q", c.Schema, Schema)
	}
	return &c, nil
}
