// SPDX-License-Identifier: MIT

// Package provenance says how a release came to be: an in-toto Statement v1 with a SLSA provenance v1 predicate. It is
// made in the build graph from declared files, so that it is bit-identical like everything else there; it carries no
// signature, no time and nothing of the machine. Whoever signs it later is the builder that it names.
//
// docs/provenance.md defines the build type: the parameters, the dependencies and how to recompute every digest.
//
//   - https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
//   - https://slsa.dev/spec/v1.2/build-provenance
//
// The text is canonical JSON (package jcs) and a newline. Subjects are exactly the files that the manifest lists, by name.
package provenance

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/jcs"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
)

// FileName is the statement's name in a release.
const FileName = "provenance.intoto.json"

// Type URIs of the formats, and ours, which docs/provenance.md defines.
const (
	StatementType = "https://in-toto.io/Statement/v1"
	PredicateType = "https://slsa.dev/provenance/v1"
	page          = "https://github.com/gosqlite/gosqlite/blob/main/docs/provenance.md"
	BuildType     = page + "#build-type-1"
	BuilderID     = page + "#builder-1"
)

// Limits of a statement.
const (
	MaxDependencies = 4096
	MaxText         = 16 << 20 // bytes
)

// A Statement is an in-toto statement with the predicate of this package.
type Statement struct {
	Type          string    `json:"_type"`
	Subject       []Subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     Predicate `json:"predicate"`
}

// A Subject is a released file.
type Subject struct {
	Name   string `json:"name"`
	Digest Digest `json:"digest"`
}

// A Digest maps names of algorithms to lower-case hexadecimal digits. See
// https://github.com/in-toto/attestation/blob/main/spec/v1/digest_set.md
type Digest map[string]string

// Algorithms. Each says which bytes it is about.
const (
	SHA256  = "sha256"        // of one file
	DirHash = "dirHash"       // in-toto's: SHA-256 of the output of sha256sum for all files, names relative to the folder
	Tree    = "sha256sumTree" // pins/README.md's tree digest: the same, but that names begin with ./
)

// A Predicate is SLSA's.
type Predicate struct {
	BuildDefinition BuildDefinition `json:"buildDefinition"`
	RunDetails      RunDetails      `json:"runDetails"`
}

// A BuildDefinition says what was built, and from what.
type BuildDefinition struct {
	BuildType            string     `json:"buildType"`
	ExternalParameters   Parameters `json:"externalParameters"`
	ResolvedDependencies []Resource `json:"resolvedDependencies"`
}

// Parameters are all that a person decides about a build.
type Parameters struct {
	Target    string   `json:"target"`    // Bazel label of the release set
	Version   string   `json:"version"`   // of the release, as the manifest has it
	Time      string   `json:"time"`      // of the release, as the manifest has it
	Platforms []string `json:"platforms"` // rows of the platform list that the set holds, sorted
}

// A Resource is something that went into the build.
type Resource struct {
	Name        string            `json:"name"`
	URI         string            `json:"uri,omitempty"`
	Digest      Digest            `json:"digest"`
	MediaType   string            `json:"mediaType,omitempty"`
	Content     []byte            `json:"content,omitempty"` // base64 in the text; digest sha256 is about it
	Annotations map[string]string `json:"annotations,omitempty"`
}

// RunDetails names who vouches for the run.
type RunDetails struct {
	Builder Builder `json:"builder"`
}

// A Builder is an identity that the build type's page describes.
type Builder struct {
	ID string `json:"id"`
}

// New makes the statement for the files of m, which were built as target from dependencies. It sorts by name.
func New(m *manifest.Manifest, target string, dependencies []Resource) (*Statement, error) {
	if !strings.HasPrefix(target, "//") || !strings.Contains(target, ":") {
		return nil, fmt.Errorf("target %q: a label such as //tools/release:release_all is needed", target)
	}
	s := &Statement{Type: StatementType, PredicateType: PredicateType}
	p := Parameters{Target: target, Version: m.Version, Time: m.Time.UTC().Format(time.RFC3339), Platforms: []string{}}
	for _, f := range m.Files {
		s.Subject = append(s.Subject, Subject{f.Name, Digest{SHA256: hex.EncodeToString(f.SHA256[:])}})
		if f.Platform != "" {
			p.Platforms = append(p.Platforms, f.Platform)
		}
	}
	slices.SortFunc(s.Subject, func(a, b Subject) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(p.Platforms)
	p.Platforms = slices.Compact(p.Platforms)
	sorted, err := order(dependencies)
	if err != nil {
		return nil, err
	}
	s.Predicate = Predicate{BuildDefinition{BuildType, p, sorted}, RunDetails{Builder{BuilderID}}}
	return s, nil
}

// order sorts dependencies by name and drops those that are there twice. Two that differ and have one name are an error,
// and so is one without a digest: what can't be recomputed is no evidence.
func order(dependencies []Resource) ([]Resource, error) {
	if len(dependencies) == 0 || len(dependencies) > MaxDependencies {
		return nil, fmt.Errorf("%d dependencies: 1 to %d are needed", len(dependencies), MaxDependencies)
	}
	sorted := slices.Clone(dependencies)
	slices.SortStableFunc(sorted, func(a, b Resource) int { return strings.Compare(a.Name, b.Name) })
	var out []Resource
	for _, r := range sorted {
		if r.Name == "" || len(r.Digest) == 0 {
			return nil, fmt.Errorf("dependency %q: name and digest are needed", r.Name)
		}
		if n := len(out); n > 0 && out[n-1].Name == r.Name {
			one, err := jcs.Marshal(out[n-1])
			other, err2 := jcs.Marshal(r)
			if err := errors.Join(err, err2); err != nil {
				return nil, err
			}
			if string(one) != string(other) {
				return nil, fmt.Errorf("dependency %s: given twice, with different values", r.Name)
			}
			continue
		}
		out = append(out, r)
	}
	return out, nil
}

// Encode returns the text of the file.
func (s *Statement) Encode() ([]byte, error) {
	text, err := jcs.File(s)
	if err == nil && len(text) > MaxText {
		err = fmt.Errorf("provenance of %d bytes: at most %d", len(text), MaxText)
	}
	return text, err
}
