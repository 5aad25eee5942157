// SPDX-License-Identifier: MIT

package changes

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"the least", `{"kind":"fix","title":"It works"}`, ""},
		{"all", `{"kind":"security","title":"It works","text":"Why","names":["api: sqlite.F"],"upgrade":"Nothing","cve":["CVE-2026-1234"],"claims":["same-sqlite"]}`, ""},
		{"no title", `{"kind":"fix"}`, "schema"},
		{"another kind", `{"kind":"misc","title":"It works"}`, "schema"},
		{"an unknown field", `{"kind":"fix","title":"It works","author":"me"}`, "schema"},
		{"another claim", `{"kind":"other","title":"It works","claims":["fast"]}`, "schema"},
		{"no CVE", `{"kind":"security","title":"It works","cve":["2026-1"]}`, "schema"},
		{"markup", `{"kind":"fix","title":"It <b>works</b>"}`, "schema"},
		{"no JSON", `kind: fix`, "invalid"},
		{"a full stop", `{"kind":"fix","title":"It works."}`, "full stop"},
		{"a break without a way out", `{"kind":"breaking","title":"It works","names":["api: F"]}`, "needs names and upgrade"},
		{"a default without its name", `{"kind":"default","title":"It works","upgrade":"Set it"}`, "needs names and upgrade"},
		{"a CVE of a fix", `{"kind":"fix","title":"It works","cve":["CVE-2026-1234"]}`, "make it security"},
	} {
		_, err := Parse([]byte(test.text))
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("b.json", `{"kind":"fix","title":"B"}`)
	put("a.json", `{"kind":"fix","title":"A"}`)
	got, err := Load(dir)
	if err != nil || len(got) != 2 || got[0].Title != "A" || got[0].File != "a.json" {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := Load(filepath.Join(dir, "none")); got != nil || err != nil {
		t.Errorf("a missing folder: %v, %v", got, err)
	}
	put("c.md", "")
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "c.md is no entry") {
		t.Errorf("another file: %v", err)
	}
	os.Remove(filepath.Join(dir, "c.md"))
	put("d.json", `{"kind":"fix"}`)
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "d.json") {
		t.Errorf("a bad entry: %v", err)
	}
}

// TestSchemaHasTheWords keeps the words of the schema and those of the package the same.
func TestSchemaHasTheWords(t *testing.T) {
	var s struct {
		Properties struct {
			Kind   struct{ Enum []string }
			Claims struct{ Items struct{ Enum []string } }
		}
	}
	if err := json.NewDecoder(bytes.NewReader(schemaText)).Decode(&s); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Properties.Kind.Enum, Kinds) || !slices.Equal(s.Properties.Claims.Items.Enum, Claims) {
		t.Errorf("schema has %q and %q", s.Properties.Kind.Enum, s.Properties.Claims.Items.Enum)
	}
}

// TestTree checks the entries of this tree.
func TestTree(t *testing.T) {
	entries, err := Load(filepath.Join("../../..", Next))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) == 0 {
		t.Errorf("%s has no entry: the next release has no notes", Next)
	}
}
