// SPDX-License-Identifier: MIT

package verify

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
)

// Types of in-toto documents.
const (
	statementType  = "https://in-toto.io/Statement/v1"
	provenanceType = "https://slsa.dev/provenance/v1"
	payloadType    = "application/vnd.in-toto+json"
)

// A statement is an in-toto statement: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
type statement struct {
	Type          string          `json:"_type"`
	Subject       []subject       `json:"subject"`
	PredicateType string          `json:"predicateType"`
	Predicate     json.RawMessage `json:"predicate"`

	canonical    bool
	provenance   provenance
	commit       commitPredicate
	ledger       ledgerPredicate
	reproduction reproductionPredicate
	unread       error // why the predicate is not what its type says
}

type subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

func parseStatement(text []byte) (*statement, []string, error) {
	var s statement
	faults, err := strictjson.Read(text, &s)
	if err != nil {
		return nil, nil, err
	}
	if len(s.Subject) > manifest.MaxFiles {
		return nil, nil, fmt.Errorf("%d subjects, at most %d", len(s.Subject), manifest.MaxFiles)
	}
	canonical, err := strictjson.Canonical(text)
	s.canonical = err == nil && bytes.Equal(canonical, text)
	return &s, append(faults, s.readPredicate()...), err
}

// readPredicate reads what the rules ask about. Predicates have more fields than these.
func (s *statement) readPredicate() (faults []string) {
	switch s.PredicateType {
	case provenanceType:
		faults, s.unread = strictjson.ReadPart(s.Predicate, &s.provenance)
	case predicateType(commitName):
		faults, s.unread = strictjson.ReadPart(s.Predicate, &s.commit)
	case predicateType(ledgerName):
		faults, s.unread = strictjson.ReadPart(s.Predicate, &s.ledger)
	case predicateType(reproducedPrefix):
		faults, s.unread = strictjson.ReadPart(s.Predicate, &s.reproduction)
	}
	return faults
}

// predicateType is what a statement of a name has to state: evidence of one kind is none of another.
func predicateType(name string) string {
	const pages = "https://github.com/gosqlite/gosqlite/blob/main/docs/"
	switch name {
	case provenanceName:
		return provenanceType
	case commitName:
		return pages + "signing.md#commit-1"
	case ledgerName:
		return pages + "reproducing.md#ledger-1"
	}
	return pages + "reproducing.md#reproduced-1"
}

// form judges the frame of a statement.
func (r *release) form(f *file) (class, detail string) {
	s := r.statements[f.name]
	switch {
	case s == nil:
	case s.Type != statementType:
		return "statement-type", fmt.Sprintf("_type is %.80q, not %s", s.Type, statementType)
	case s.PredicateType != predicateType(f.name):
		return "statement-type", fmt.Sprintf("predicateType is %.80q, not %s", s.PredicateType, predicateType(f.name))
	case len(s.Predicate) == 0:
		return "statement-type", "the statement has no predicate"
	}
	return "", ""
}

// subjects judges what a statement is about. That of the provenance is exactly the manifest's list; any other is about
// files of this release, and about all of them or their manifest.
func (r *release) subjects(f *file) (class, detail string) {
	s := r.statements[f.name]
	if s == nil || r.manifest == nil {
		return "", ""
	}
	want := map[string]string{}
	for _, e := range r.manifest.Files {
		want[e.Name] = hex.EncodeToString(e.SHA256[:])
	}
	class = "statement-subject"
	if f.name == provenanceName {
		class = "provenance-subjects"
	}
	count := len(want)
	if m := r.byName[manifest.FileName]; m != nil && f.name != provenanceName {
		want[m.name] = hex.EncodeToString(m.sha256[:])
	}
	seen := map[string]bool{}
	for _, x := range s.Subject {
		switch digest, known := want[x.Name]; {
		case !known:
			return class, fmt.Sprintf("subject %.100q is no file of the release", x.Name)
		case len(x.Digest) != 1 || x.Digest["sha256"] != digest:
			return class, fmt.Sprintf("subject %s has another digest than the file", x.Name)
		case seen[x.Name]:
			return class, fmt.Sprintf("subject %s stands twice", x.Name)
		}
		seen[x.Name] = true
	}
	if len(seen) < count && !seen[manifest.FileName] {
		return class, fmt.Sprintf("%d subjects; the release has %d files", len(seen), count)
	}
	sorted := slices.IsSortedFunc(s.Subject, func(a, b subject) int { return strings.Compare(a.Name, b.Name) })
	if f.name == provenanceName && !sorted {
		return class, "the subjects are not in order"
	}
	return "", ""
}

// A provenance is what is read of https://slsa.dev/spec/v1.2/provenance
type provenance struct {
	Definition struct {
		BuildType    string                     `json:"buildType"`
		External     map[string]json.RawMessage `json:"externalParameters"`
		Dependencies []dependency               `json:"resolvedDependencies"`
	} `json:"buildDefinition"`
	Run struct {
		Builder struct {
			ID string `json:"id"`
		} `json:"builder"`
	} `json:"runDetails"`
}

type dependency struct {
	URI     string            `json:"uri"`
	Name    string            `json:"name"`
	Digest  map[string]string `json:"digest"`
	Content strictjson.Base64 `json:"content"`
}

// provenance judges what the provenance says about the build.
func (r *release) provenance() (class string, err error) {
	s := r.statements[provenanceName]
	if s == nil {
		return "", nil
	}
	if s.unread != nil {
		return "provenance-incomplete", s.unread
	}
	p := &s.provenance
	builder := p.Run.Builder.ID
	switch want := r.options.Policy.Builder; {
	case p.Definition.BuildType == "" || len(p.Definition.External) == 0 || builder == "":
		return "provenance-incomplete", errors.New("buildType, externalParameters and builder.id are needed")
	case len(p.Definition.Dependencies) == 0:
		return "provenance-incomplete", errors.New("it names nothing that the release was made of")
	case want != "" && builder != want:
		return "provenance-builder", fmt.Errorf("builder %.100q; the policy names %s", builder, want)
	}
	for _, d := range p.Definition.Dependencies {
		if d.URI == "" && d.Name == "" || len(d.Digest) == 0 {
			return "provenance-incomplete", fmt.Errorf("dependency %.100q has no name or no digest", d.URI+d.Name)
		}
		if sum := sha256.Sum256(d.Content); len(d.Content) > 0 && d.Digest["sha256"] != hex.EncodeToString(sum[:]) {
			return "provenance-digest", fmt.Errorf("the content of %.100q has another digest", d.Name)
		}
	}
	return r.commit(p.Definition.Dependencies)
}

// commit holds the sources of the commit statement against those of the provenance.
func (r *release) commit(dependencies []dependency) (class string, err error) {
	s := r.statements[commitName]
	if s == nil {
		return "", nil
	}
	if s.unread != nil {
		return "commit-source", fmt.Errorf("the commit statement names no sources: %w", s.unread)
	}
	for _, d := range dependencies {
		if have := s.commit.Source["sha256"]; d.Name == "source" && (have == "" || have != d.Digest["sha256"]) {
			return "commit-source", errors.New("the commit statement is about other sources than the provenance")
		}
	}
	return "", nil
}
