// SPDX-License-Identifier: MIT

package spdx

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/spdx/tools-golang/spdx/v2/v2_3"
	"github.com/spdx/tools-golang/tagvalue"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/graph/graphtest"
)

func write(t *testing.T, d *graph.Document, f Format) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d, f); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSameBytes(t *testing.T) {
	for _, f := range []Format{JSON23, TagValue23, JSON301} {
		want := write(t, graphtest.Glibc(), f)
		shuffled := graphtest.Glibc()
		slices.Reverse(shuffled.Components)
		slices.Reverse(shuffled.Relations)
		if write(t, graphtest.Glibc(), f) != want || write(t, shuffled, f) != want {
			t.Errorf("%s: other bytes", f)
		}
		changed := graphtest.Glibc()
		changed.Components[0].Copyright += "!"
		if write(t, changed, f) == want {
			t.Errorf("%s: a change is not seen", f)
		}
	}
}

func document(t *testing.T) *v2_3.Document {
	t.Helper()
	doc := new(v2_3.Document)
	if err := json.Unmarshal([]byte(write(t, graphtest.Glibc(), JSON23)), doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestRelationships(t *testing.T) {
	doc := document(t)
	for _, want := range []string{
		"DOCUMENT DESCRIBES generic-gosqlite-1.2.3-linux-amd64", "generic-gosqlite-1.2.3-linux-amd64 CONTAINS program-gosqlite",
		"program-gosqlite STATIC_LINK generic-glibc-2.28", "tool-zig BUILD_TOOL_OF program-gosqlite",
		"header-linux-headers BUILD_DEPENDENCY_OF program-gosqlite", "stub-libc.so.6 BUILD_DEPENDENCY_OF program-gosqlite",
		"golang-golang.org-x-term-v0.45.0 DEPENDS_ON golang-golang.org-x-sys-v0.48.0",
	} {
		if !slices.ContainsFunc(doc.Relationships, func(r *v2_3.Relationship) bool {
			return string(r.RefA.ElementRefID)+" "+r.Relationship+" "+string(r.RefB.ElementRefID) == want
		}) {
			t.Errorf("no relationship %s", want)
		}
	}
	if got, want := len(doc.Relationships), len(graphtest.Glibc().Relations)+1; got != want {
		t.Errorf("%d relationships, want %d", got, want)
	}
}

func TestTagValueIsRead(t *testing.T) {
	doc, err := tagvalue.Read(strings.NewReader(write(t, graphtest.Glibc(), TagValue23)))
	if err != nil {
		t.Fatal(err)
	}
	want := document(t)
	if len(doc.Packages) != len(want.Packages) || len(doc.Relationships) != len(want.Relationships) {
		t.Errorf("%d packages and %d relationships, want %d and %d", len(doc.Packages), len(doc.Relationships), len(want.Packages), len(want.Relationships))
	}
	annotations := len(want.Annotations)
	for _, p := range want.Packages {
		annotations += len(p.Annotations)
	}
	if len(doc.Annotations) != annotations {
		t.Errorf("%d annotations, want %d", len(doc.Annotations), annotations)
	}
}

func TestUnlistedLicense(t *testing.T) {
	d := graphtest.Glibc()
	d.Component("tool-zig").License = graph.License{Declared: "LicenseRef-own AND MIT", Concluded: "LicenseRef-own"}
	text := write(t, d, JSON23)
	if n := strings.Count(text, `"licenseId": "LicenseRef-own"`); n != 1 {
		t.Errorf("an unlisted license is declared %d times", n)
	}
}

// TestElements: each address of SPDX 3 that is referred to is an element of the document.
func TestElements(t *testing.T) {
	var doc struct {
		Graph []map[string]any `json:"@graph"`
	}
	if err := json.Unmarshal([]byte(write(t, graphtest.Glibc(), JSON301)), &doc); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, node := range doc.Graph {
		if id, ok := node["spdxId"].(string); ok {
			if known[id] {
				t.Errorf("%s is there twice", id)
			}
			known[id] = true
		}
	}
	refers := 0
	for _, node := range doc.Graph {
		for _, key := range []string{"from", "suppliedBy", "originatedBy", "dataLicense", "to", "rootElement", "element", "createdBy", "createdUsing"} {
			list, _ := node[key].([]any)
			if one, ok := node[key].(string); ok {
				list = []any{one}
			}
			for _, id := range list {
				refers++
				if !known[id.(string)] {
					t.Errorf("%s of %v: %s is no element", key, node["spdxId"], id)
				}
			}
		}
	}
	if refers < 100 {
		t.Errorf("only %d references were looked at", refers)
	}
}

func TestRefuses(t *testing.T) {
	var b bytes.Buffer
	incomplete := graphtest.Glibc()
	incomplete.Components[0].License.Declared = ""
	if err := Write(&b, incomplete, JSON23); err == nil || b.Len() > 0 {
		t.Errorf("an incomplete graph: %v, and %d bytes", err, b.Len())
	}
	if err := Write(&b, graphtest.Glibc(), "spdx-9+json"); err == nil || b.Len() > 0 {
		t.Errorf("an unknown format: %v, and %d bytes", err, b.Len())
	}
}
