// SPDX-License-Identifier: MIT

// Package changes reads change entries: one small file for each change that users notice. Release notes are made of them.
//
// # An entry
//
// An entry is a JSON file in changes/next, called as its author likes (letters, digits, - and _). After a release the
// folder is renamed to the version, such as changes/v1.2.0. The schema is entry.schema.json beside this file:
//
//	{
//	  "kind": "default",
//	  "title": "Connections wait 10 s for a lock",
//	  "text": "Programs with long write transactions saw SQLITE_BUSY too often.",
//	  "names": ["default: data source name default: busy timeout"],
//	  "upgrade": "Set _busy_timeout=5s to keep the time of before."
//	}
//
//	kind     one of Kinds
//	title    a sentence without its full stop, at most 100 bytes
//	text     why, and what users see of it; may be left out
//	names    what changed, as //:semver prints it; needed where the gate asks for a note
//	upgrade  what a user does; breaking changes and changed defaults need it
//	cve      identifiers that a change of kind security fixes
//	claims   what the release says of itself, see Claims; the facts must agree
//
// Beside the entries stands a folder with the facts of the release, see Facts.
package changes

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Next is the folder of the entries of the next release, below the root.
const Next = "changes/next"

// Facts is the folder below Next with what machines found of the release, for notes that are made without git: semver.json by
// //:semver --facts, and bill.json, which sbom bill prints of the last release. A release that is being prepared has them.
const Facts = "facts"

// Limits of entries.
const (
	maxEntries = 1000
	maxEntry   = 64 << 10 // bytes
)

// Kinds are what entries are about, in the order of the notes.
var Kinds = []string{"breaking", "security", "default", "sqlite", "feature", "performance", "fix", "deprecation", "platform", "known-issue", "other"}

// Claims are what a release may say of itself, and the notes hold against the facts.
var Claims = []string{"no-breaking-changes", "no-changed-defaults", "no-new-dependencies", "no-license-changes", "same-sqlite", "same-platforms"}

// An Entry is one change.
type Entry struct {
	File    string   `json:"-"` // for errors
	Kind    string   `json:"kind"`
	Title   string   `json:"title"`
	Text    string   `json:"text,omitempty"`
	Names   []string `json:"names,omitempty"`
	Upgrade string   `json:"upgrade,omitempty"`
	CVE     []string `json:"cve,omitempty"`
	Claims  []string `json:"claims,omitempty"`
}

//go:embed entry.schema.json
var schemaText []byte

const schemaURL = "https://github.com/gosqlite/gosqlite/changes/entry.schema.json"

// noLoader keeps the schema from fetching anything.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) { return nil, fmt.Errorf("no schema %s", url) }

func compile() (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaText))
	if err != nil {
		return nil, fmt.Errorf("read entry.schema.json: %w", err)
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(noLoader{})
	c.AssertFormat()
	if err := c.AddResource(schemaURL, doc); err != nil {
		return nil, err
	}
	return c.Compile(schemaURL)
}

var fileName = regexp.MustCompile(`^[A-Za-z0-9_-]+\.json$`)

// Load reads the entries of a folder, by the order of their names. A folder that is not there has none.
func Load(dir string) ([]Entry, error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read change entries: %w", err)
	}
	schema, err := compile()
	if err != nil {
		return nil, fmt.Errorf("read change entries: %w", err)
	}
	var all []Entry
	for _, f := range files {
		if f.IsDir() && f.Name() == Facts {
			continue
		}
		if !fileName.MatchString(f.Name()) || f.IsDir() {
			return nil, fmt.Errorf("read change entries: %s is no entry; call it like fix-rollback.json, or move it away", filepath.Join(dir, f.Name()))
		}
		if len(all) == maxEntries {
			return nil, fmt.Errorf("read change entries: more than %d in %s", maxEntries, dir)
		}
		name := filepath.Join(dir, f.Name())
		info, err := f.Info()
		if err == nil && info.Size() > maxEntry {
			err = fmt.Errorf("it is larger than %d bytes", maxEntry)
		}
		var data []byte
		if err == nil {
			data, err = os.ReadFile(name)
		}
		if err != nil {
			return nil, fmt.Errorf("read change entry %s: %w", f.Name(), err)
		}
		e, err := parse(schema, data)
		if err != nil {
			return nil, fmt.Errorf("read change entry %s: %w", f.Name(), err)
		}
		e.File = f.Name()
		all = append(all, e)
	}
	return all, nil
}

// Parse reads one entry and holds it against the schema and what the schema cannot say.
func Parse(data []byte) (Entry, error) {
	schema, err := compile()
	if err != nil {
		return Entry{}, err
	}
	return parse(schema, data)
}

func parse(schema *jsonschema.Schema, data []byte) (Entry, error) {
	var e Entry
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return e, err
	}
	if err := schema.Validate(doc); err != nil {
		return e, fmt.Errorf("it is not as entry.schema.json says: %s", strings.ReplaceAll(err.Error(), "\n", " "))
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&e); err != nil {
		return e, err
	}
	switch {
	case strings.HasSuffix(e.Title, "."):
		return e, errors.New("the title ends with a full stop: leave it out")
	case slices.Contains([]string{"breaking", "default"}, e.Kind) && (e.Upgrade == "" || len(e.Names) == 0):
		return e, fmt.Errorf("a change of kind %s needs names and upgrade", e.Kind)
	case len(e.CVE) > 0 && e.Kind != "security":
		return e, fmt.Errorf("cve stands in an entry of kind %s: make it security", e.Kind)
	}
	return e, nil
}
