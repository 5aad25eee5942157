// SPDX-License-Identifier: MIT

// Package ledger writes down what a build made: the digest of every release file and of every output of every action,
// what it cannot see, and, kept apart, who made it. Two ledgers of one source differ in nothing but their sides, wherever
// they were made.
//
// A ledger is canonical JSON (package jcs) and a newline, {"build": ..., "schema": ..., "side": ...}. Its digest is that
// of build alone, so that two machines can have the same; recompute it by
//
//	jq -cS .build ledger.json | sha256sum
//
// docs/reproducing.md is the specification of all fields.
package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/release/jcs"
)

// Schema identifies the format.
const Schema = "gosqlite-ledger/1"

// MaxText bounds a ledger, in bytes. A statement with a ledger in it has to fit into what signers and verifiers read.
const MaxText = 16 << 20

// A Ledger is a build and who made it.
type Ledger struct {
	Schema string `json:"schema"`
	Build  Build  `json:"build"`
	Side   Side   `json:"side"`
	// Full is the digest of the whole, where Build is folded: see Fold. Empty for a whole ledger.
	Full string `json:"full,omitempty"`
}

// Build is what does not depend on the machine.
type Build struct {
	Files   []File   `json:"files"`   // release files, ordered by name
	Actions []Action `json:"actions"` // ordered by mnemonic, label and first output; equal ones stand once
	Inputs  []Input  `json:"inputs"`  // what actions read and no action made
}

// A File is a release file.
type File struct {
	Name   string `json:"name"` // slash-separated, from the release's folder
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	Parts  []Part `json:"parts,omitempty"` // members of an archive
}

// A Part is a member of an archive, by its path; of one in another, joined by '!'.
type Part struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// An Action is one command that was run.
type Action struct {
	Mnemonic string   `json:"mnemonic"`
	Label    string   `json:"label"`
	Command  string   `json:"command"` // SHA-256 of arguments and environment
	Inputs   string   `json:"inputs"`  // SHA-256 of the list of inputs with their digests
	Outputs  []Output `json:"outputs"` // ordered by path
}

// An Output is a file that an action made.
type Output struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256,omitempty"`
	Link   string `json:"link,omitempty"`    // target of a symbolic link that is the output itself
	Absent bool   `json:"missing,omitempty"` // declared and not made
	Files  int    `json:"files,omitempty"`   // of a folder that stands for so many outputs, in a folded ledger; 0 for one file
}

// A Kind says who made inputs that no action made.
type Kind string

// The kinds of inputs that a ledger cannot see the making of.
const (
	Repository Kind = "repository" // a repository rule fetched or wrote them
	Source     Kind = "source"     // files of the workspace
	Internal   Kind = "internal"   // Bazel wrote them itself, or an action that this log does not hold
)

// An Input is a group of such inputs. Its digest is the SHA-256 of what sha256sum prints for them, ordered by path.
type Input struct {
	Kind   Kind   `json:"kind"`
	Name   string `json:"name"` // of the repository
	Files  int    `json:"files"`
	SHA256 string `json:"sha256"`
}

// Digest is the ledger's digest: SHA-256 of the canonical text of its build and a newline. A folded ledger says that of the
// whole.
func (l *Ledger) Digest() (string, error) {
	if l.Full != "" {
		return l.Full, nil
	}
	text, err := jcs.File(l.Build)
	if err != nil {
		return "", fmt.Errorf("digest ledger: %w", err)
	}
	return sum(text), nil
}

// Encode is the ledger's file.
func (l *Ledger) Encode() ([]byte, error) {
	text, err := jcs.File(l)
	if err != nil {
		return nil, fmt.Errorf("write ledger: %w", err)
	}
	if len(text) > MaxText {
		return nil, fmt.Errorf("write ledger: %d bytes, at most %d can be read again; write one for each platform", len(text), MaxText)
	}
	return text, nil
}

// Read reads a ledger, or a statement that has one in it.
func Read(r io.Reader) (*Ledger, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxText+1))
	if err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	if len(text) > MaxText {
		return nil, fmt.Errorf("read ledger: larger than %d bytes", MaxText)
	}
	// Canonical texts begin with their least key: "_type" is that of a statement, "build" that of a ledger.
	if bytes.HasPrefix(text, []byte(`{"_type"`)) {
		var s struct {
			PredicateType string          `json:"predicateType"`
			Predicate     json.RawMessage `json:"predicate"`
		}
		if err := json.Unmarshal(text, &s); err != nil {
			return nil, fmt.Errorf("read ledger: %w", err)
		}
		if s.PredicateType != StatementType {
			return nil, fmt.Errorf("read ledger: a statement of type %.100q; %s is needed", s.PredicateType, StatementType)
		}
		text = s.Predicate
	}
	l := &Ledger{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(l); err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("read ledger: something follows behind its end")
	}
	if err := l.check(); err != nil {
		return nil, err
	}
	return l, nil
}

// ReadFile reads a ledger from a file.
func ReadFile(path string) (*Ledger, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	defer f.Close()
	l, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return l, nil
}

// check refuses what a comparison could be misled by.
func (l *Ledger) check() error {
	if l.Schema != Schema {
		return fmt.Errorf("read ledger: schema %.40q is not known; this program reads %s", l.Schema, Schema)
	}
	if len(l.Build.Files)+len(l.Build.Actions) == 0 {
		return errors.New("read ledger: it lists neither files nor actions")
	}
	if l.Full != "" && !isDigest(l.Full) {
		return fmt.Errorf("read ledger: the digest of the whole is %.80q", l.Full)
	}
	names := map[string]bool{}
	for _, f := range l.Build.Files {
		if names[f.Name] || !isDigest(f.SHA256) {
			return fmt.Errorf("read ledger: file %.100q stands twice or has no SHA-256", f.Name)
		}
		names[f.Name] = true
	}
	if l.Full != "" && !l.Build.folded() {
		// Nothing is left out, so that the digest need not be believed.
		have, err := (&Ledger{Build: l.Build}).Digest()
		if err != nil {
			return err
		}
		if have != l.Full {
			return fmt.Errorf("read ledger: it says that the digest of the whole is %s; its build, which is whole, has %s", l.Full, have)
		}
	}
	for _, a := range l.Build.Actions {
		if !isDigest(a.Command) || !isDigest(a.Inputs) {
			return fmt.Errorf("read ledger: action %.40q %.100q has no digest of its command or inputs", a.Mnemonic, a.Label)
		}
		for _, o := range a.Outputs {
			if !isDigest(o.SHA256) && o.Link == "" && !o.Absent {
				return fmt.Errorf("read ledger: output %.100q has no SHA-256", o.Path)
			}
			if !filepath.IsLocal(filepath.FromSlash(o.Path)) {
				return fmt.Errorf("read ledger: output %.100q does not lie below the execution root", o.Path)
			}
		}
	}
	return nil
}

func isDigest(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == sha256.Size
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}
