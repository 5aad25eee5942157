// SPDX-License-Identifier: MIT

package vex

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/sbom/conformance/schema"
	"github.com/gosqlite/gosqlite/tools/scan/triage"
)

// TestCSAFName: https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#51-filename
func TestCSAFName(t *testing.T) {
	for version, want := range map[string]string{"0.1.0": "gosqlite-vex-0_1_0.json", "1.2.3-RC.1": "gosqlite-vex-1_2_3-rc_1.json"} {
		if got := CSAFName(version); got != want {
			t.Errorf("%s: %s, want %s", version, got, want)
		}
	}
}

// TestCycloneDXSchema: SBOM_SCHEMAS names files of the pinned packages of schemas, or their folders.
func TestCycloneDXSchema(t *testing.T) {
	var folders []fs.FS
	for _, dir := range filepath.SplitList(os.Getenv("SBOM_SCHEMAS")) {
		if root := os.Getenv("TEST_SRCDIR"); root != "" {
			dir = filepath.Join(root, filepath.Dir(dir)) // Bazel names a file
		}
		folders = append(folders, os.DirFS(dir))
	}
	if folders == nil {
		const missing = "not run: set SBOM_SCHEMAS to the folders of the unpacked packages that hold the schemas"
		if os.Getenv("TEST_SRCDIR") != "" {
			t.Fatal(missing) // under Bazel they are inputs
		}
		t.Skip(missing)
	}
	schemas, err := schema.Open(folders...)
	if err != nil {
		t.Fatal(err)
	}
	d := document(t, false)
	d.Basis = Basis{Triage: "aa", Database: "bb", Feed: "cc"}
	text, err := d.CycloneDX()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := schemas.Validate(text); err != nil {
		t.Error(err)
	}
	// Without serial numbers, the same component of two bills has one id.
	for i := range d.Statements {
		for _, p := range d.Statements[i].Products {
			p.Document.Serial = ""
		}
	}
	if same, err := d.CycloneDX(); err != nil {
		t.Error(err)
	} else if _, err := schemas.Validate(same); err != nil {
		t.Errorf("without serial numbers: %v", err)
	}
	for _, plant := range [][2]string{{`"in_triage"`, `"planted"`}, {`"properties"`, `"planted"`}, {`"ref"`, `"planted"`}} {
		if _, err := schemas.Validate(bytes.Replace(text, []byte(plant[0]), []byte(plant[1]), 1)); err == nil {
			t.Errorf("%s in the place of %s passes", plant[1], plant[0])
		}
	}
}

// openVEXFaults says where a document breaks the specification: fields that it does not have, or that have to be there.
// https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md
func openVEXFaults(text []byte) []string {
	var d openVEX
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return []string{err.Error()}
	}
	var wrong []string
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if d.Context != "https://openvex.dev/ns/v0.2.0" || d.Author == "" || d.Version < 1 || len(d.Statements) == 0 {
		bad("context, author, version or statements are missing")
	}
	if _, err := time.Parse(time.RFC3339, d.Timestamp); err != nil {
		bad("timestamp: %v", err)
	}
	iri := func(id string) {
		if u, err := url.Parse(id); err != nil || u.Scheme == "" {
			bad("id %q is no IRI", id)
		}
	}
	iri(d.ID)
	seen := map[string]bool{}
	for _, s := range d.Statements {
		name := s.Vulnerability.Name
		if name == "" || len(s.Products) == 0 {
			bad("a statement without a vulnerability or a product")
		}
		for _, p := range s.Products {
			iri(p.ID)
			for _, c := range p.Subcomponents {
				iri(c.ID)
				if key := name + p.ID + c.ID; seen[key] {
					bad("%s is stated twice of %s in %s", name, c.ID, p.ID)
				} else {
					seen[key] = true
				}
			}
		}
		switch s.Status {
		case triage.NotAffected:
			if !slices.Contains(triage.Justifications, s.Justification) {
				bad("%s: justification %q", name, s.Justification)
			}
		case triage.Affected:
			if s.Action == "" {
				bad("%s: affected, and no action", name)
			}
		case triage.Fixed, triage.UnderInvestigation:
		default:
			bad("%s: status %q", name, s.Status)
		}
		if s.Status != triage.NotAffected && s.Justification != "" {
			bad("%s: %s is justified", name, s.Status)
		}
	}
	return wrong
}

func TestOpenVEXForm(t *testing.T) {
	text, err := document(t, false).OpenVEX()
	if err != nil {
		t.Fatal(err)
	}
	if wrong := openVEXFaults(text); wrong != nil {
		t.Errorf("%q", wrong)
	}
	for _, plant := range [][2]string{
		{`"status": "affected"`, `"status": "not_affected"`}, {`"action_statement"`, `"planted"`}, {`"status": "fixed"`, `"status": "planted"`},
		{`"author": "` + Namespace, `"author": "`}, {`"timestamp": "2026`, `"timestamp": "x2026`}, {`"@id": "pkg:`, `"@id": "pkg`},
		{`"justification": "vulnerable_code_not_present"`, `"justification": "planted"`}, {`"version": 1`, `"version": 0`},
	} {
		changed := strings.Replace(string(text), plant[0], plant[1], 1)
		if changed == string(text) {
			t.Errorf("the document has no %s", plant[0])
		} else if openVEXFaults([]byte(changed)) == nil {
			t.Errorf("%s in the place of %s passes", plant[1], plant[0])
		}
	}
}
