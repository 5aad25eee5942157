// SPDX-License-Identifier: MIT

package checks

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/sbom/cyclonedx"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/graph/graphtest"
)

// document is the CycloneDX document of a platform, of a release of some version.
func (r *repository) document(version string, change func(sqlite *graph.Component)) string {
	r.t.Helper()
	d := graphtest.Glibc()
	if change != nil {
		change(d.Component("generic-sqlite-3.54.1"))
	}
	var text bytes.Buffer
	if err := cyclonedx.Write(&text, d, cyclonedx.JSON17); err != nil {
		r.t.Fatal(err)
	}
	name := filepath.Join(r.t.TempDir(), "gosqlite_"+version+"_linux_amd64.cdx.json")
	if err := os.WriteFile(name, bytes.ReplaceAll(text.Bytes(), []byte(graphtest.Version), []byte(version)), 0o644); err != nil {
		r.t.Fatal(err)
	}
	return name
}

// TestWhatItIsMadeOf: the notes of the second release say what changed since the first in its bills of materials, and what
// an entry claims of them is held against that.
func TestWhatItIsMadeOf(t *testing.T) {
	r := newRepository(t)
	r.put("api/v1.txt", "")
	r.put("api/next.txt", "")
	r.commit("begin")
	r.release("v1.0.0")
	bill, code := output(t, r.root, nil, filepath.Join(programs, "sbom"), "bill", "--document", r.document("1.0.0", nil))
	if code != 0 {
		t.Fatal(bill)
	}
	const fact = "changes/next/facts/bill.json"
	r.put("changes/next/close.json", `{"kind":"fix","title":"Close closes","claims":["no-new-dependencies","no-license-changes"]}`)
	r.put(fact, bill)
	r.change("sqlite/sqlite.go", "return nil", "c.open = false; return nil")
	r.change("tools/release/version.bzl", "VERSION = ", "VERSION = \"1.0.1\"\nOLD = ")
	r.at(0, nil, "semver", "--version", "v1.0.1", "--facts")
	r.commit("release v1.0.1")
	newer := func(c *graph.Component) { c.Version, c.PURL = "3.55.0", "pkg:generic/sqlite@3.55.0" }
	notes := func(code int, says string, documents ...string) string {
		t.Helper()
		args := []string{"--version", "v1.0.1", "--facts", "--out", filepath.Join(t.TempDir(), "notes")}
		for _, d := range documents {
			args = append(args, "--bill", d)
		}
		r.at(code, []string{says}, "notes", args...)
		text, err := os.ReadFile(filepath.Join(args[4], "notes.md"))
		if err != nil && code == 0 {
			t.Fatal(err)
		}
		return string(text)
	}
	if text := notes(0, "", r.document("1.0.1", newer)); !strings.Contains(text, "| `pkg:generic/sqlite` | version | 3.54.1 | 3.55.0 |") {
		t.Errorf("the notes do not name the new version:\n%s", text)
	}
	if text := notes(0, "", r.document("1.0.1", nil)); !strings.Contains(text, "in the same versions and under the same licenses, as v1.0.0") {
		t.Errorf("the notes do not say that nothing changed:\n%s", text)
	}
	notes(3, "claims no-license-changes, but: license: pkg:generic/sqlite blessing -> MIT", r.document("1.0.1", func(c *graph.Component) { c.License.Concluded = "MIT" }))
	notes(3, "claims no-new-dependencies, but: added: pkg:generic/other", r.document("1.0.1", func(c *graph.Component) { c.PURL = "pkg:generic/other@3.54.1" }))
	notes(3, "the bills of materials are of 1.0.2, the notes of v1.0.1", r.document("1.0.2", nil))
	notes(1, "two of linux_amd64", r.document("1.0.1", nil), r.document("1.0.1", nil))
	notes(3, "compared with no release")
	r.put(fact, strings.Replace(bill, `"1.0.0"`, `"0.9.0"`, 1))
	notes(3, `compared with v0.9.0, the version with "v1.0.0"`, r.document("1.0.1", nil))
}
