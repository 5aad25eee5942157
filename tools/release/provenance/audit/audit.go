// SPDX-License-Identifier: MIT

// Package audit holds the provenance of a release set that was built against what it is about: the files of the set, the
// pins, the go.sum files and the tree. docs/provenance.md says what the statement has to hold. It reads all of that by
// itself, and shares no code with what wrote the statement.
package audit

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxText bounds the texts that are read whole, in bytes.
const maxText = 64 << 20

// Counts are how many things were compared.
type Counts struct{ Subjects, Pins, Archives, Modules, Sources int }

// Everywhere are files that reach every release: a list of sources without one of them is cut off.
var Everywhere = []string{
	".bazelrc", ".bazelversion", "LICENSE", "MODULE.bazel", "go.sum", "pins/pins.json", "platforms/matrix.bzl",
	"sqlite3_amalgamation/sqlite3_options.h", "tools/release/version.bzl",
}

// A statement is a provenance as docs/provenance.md describes it.
type statement struct {
	Type          string    `json:"_type"`
	PredicateType string    `json:"predicateType"`
	Subject       []subject `json:"subject"`
	Predicate     struct {
		BuildDefinition struct {
			BuildType          string `json:"buildType"`
			ExternalParameters struct {
				Target    string   `json:"target"`
				Version   string   `json:"version"`
				Time      string   `json:"time"`
				Platforms []string `json:"platforms"`
			} `json:"externalParameters"`
			ResolvedDependencies []dependency `json:"resolvedDependencies"`
		} `json:"buildDefinition"`
	} `json:"predicate"`
}

type subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

type dependency struct {
	Name        string            `json:"name"`
	Digest      map[string]string `json:"digest"`
	Content     []byte            `json:"content"`
	Annotations map[string]string `json:"annotations"`
}

// An auditor gathers what is wrong.
type auditor struct {
	set, tree    string
	statement    statement
	dependencies map[string]*dependency
	expected     map[string]bool // names of dependencies that something stands behind
	counts       Counts
	faults       []string
}

func (a *auditor) fault(format string, args ...any) {
	a.faults = append(a.faults, fmt.Sprintf(format, args...))
}

// Run compares the provenance in the folder set, which was built of the tree, and returns what is wrong with it. An error
// says that something could not be read.
func Run(set, tree string) (Counts, []string, error) {
	a := &auditor{set: set, tree: tree, dependencies: map[string]*dependency{}, expected: map[string]bool{}}
	text, err := read(set, "provenance.intoto.json")
	if err != nil {
		return a.counts, nil, err
	}
	if err := json.Unmarshal(text, &a.statement); err != nil {
		return a.counts, nil, fmt.Errorf("read provenance: %w", err)
	}
	list := a.statement.Predicate.BuildDefinition.ResolvedDependencies
	for i := range list {
		if a.dependencies[list[i].Name] != nil {
			a.fault("dependency %s: listed twice", list[i].Name)
		}
		a.dependencies[list[i].Name] = &list[i]
	}
	for _, step := range []func() error{a.subjects, a.pins, a.modules, a.sources} {
		if err := step(); err != nil {
			return a.counts, nil, err
		}
	}
	for i := range list {
		if !a.expected[list[i].Name] {
			a.fault("dependency %s: no pin, channel, module or source stands behind it", list[i].Name)
		}
	}
	return a.counts, a.faults, nil
}

// subjects compares types, parameters and subjects with the manifest, and that with the files.
func (a *auditor) subjects() error {
	text, err := read(a.set, "manifest.json")
	if err != nil {
		return err
	}
	var m struct {
		Version, Time string
		Files         []struct{ Name, Platform, SHA256 string }
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return fmt.Errorf("read manifest: %w", err)
	}
	s := &a.statement
	const page = "https://github.com/gosqlite/gosqlite/blob/main/docs/provenance.md"
	if s.Type != "https://in-toto.io/Statement/v1" || s.PredicateType != "https://slsa.dev/provenance/v1" ||
		s.Predicate.BuildDefinition.BuildType != page+"#build-type-1" {
		a.fault("types: it is no provenance of build type 1")
	}
	var platforms []string
	for _, f := range m.Files {
		if f.Platform != "" && !slices.Contains(platforms, f.Platform) {
			platforms = append(platforms, f.Platform)
		}
	}
	slices.Sort(platforms)
	p := s.Predicate.BuildDefinition.ExternalParameters
	if p.Version != m.Version || p.Time != m.Time || !slices.Equal(p.Platforms, platforms) || !strings.HasPrefix(p.Target, "//") {
		a.fault("parameters: target %s, version %s, time %s, platforms %v; the manifest has %s, %s, %v", p.Target, p.Version, p.Time, p.Platforms, m.Version, m.Time, platforms)
	}
	if len(s.Subject) != len(m.Files) {
		a.fault("subjects: %d, the manifest has %d files", len(s.Subject), len(m.Files))
		return nil
	}
	for i, f := range m.Files {
		sum, err := digest(a.set, f.Name)
		if err != nil {
			return err
		}
		if d := s.Subject[i]; d.Name != f.Name || len(d.Digest) != 1 || d.Digest["sha256"] != sum || f.SHA256 != sum {
			a.fault("subject %s: it is not file %d of the manifest, %s, with the file's digest", d.Name, i+1, f.Name)
		}
	}
	a.counts.Subjects = len(s.Subject)
	return nil
}

// has wants a dependency with one digest.
func (a *auditor) has(name, algorithm, value string) {
	a.expected[name] = true
	d := a.dependencies[name]
	if d == nil || len(d.Digest) != 1 || d.Digest[algorithm] != value {
		a.fault("dependency %s: it is not listed with the %s %s alone", name, algorithm, value)
	}
}

// read reads a text below a folder.
func read(dir, name string) ([]byte, error) {
	f, err := open(dir, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err == nil && len(text) > maxText {
		err = fmt.Errorf("read %s: more than %d bytes", name, maxText)
	}
	return text, err
}

func open(dir, name string) (*os.File, error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, fmt.Errorf("read %q: it leads out of the folder", name)
	}
	return os.Open(filepath.Join(dir, filepath.FromSlash(name)))
}

// digest is the SHA-256 of a file in hexadecimal digits; of one that is not there it is empty.
func digest(dir, name string) (string, error) {
	f, err := open(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func hexSum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// contents is a file of a zip file.
func contents(f *zip.File) ([]byte, error) {
	if f.UncompressedSize64 > maxText {
		return nil, fmt.Errorf("more than %d bytes", maxText)
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, maxText))
}
