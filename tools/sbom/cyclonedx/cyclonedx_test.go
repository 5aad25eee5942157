// SPDX-License-Identifier: MIT

package cyclonedx

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/graph/graphtest"
)

func write(t *testing.T, d *graph.Document, f Format) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(t *testing.T, text []byte, syntax cdx.BOMFileFormat) *cdx.BOM {
	t.Helper()
	bom := new(cdx.BOM)
	if err := cdx.NewBOMDecoder(bytes.NewReader(text), syntax).Decode(bom); err != nil {
		t.Fatal(err)
	}
	return bom
}

func TestSameBytes(t *testing.T) {
	for _, f := range []Format{JSON17, JSON16, XML16} {
		want := write(t, graphtest.Glibc(), f)
		shuffled := graphtest.Glibc()
		slices.Reverse(shuffled.Components)
		slices.Reverse(shuffled.Relations)
		if !bytes.Equal(write(t, graphtest.Glibc(), f), want) || !bytes.Equal(write(t, shuffled, f), want) {
			t.Errorf("%s: other bytes", f)
		}
		changed := graphtest.Glibc()
		changed.Components[0].Copyright += "!"
		if bytes.Equal(write(t, changed, f), want) {
			t.Errorf("%s: a change is not seen", f)
		}
	}
}

func TestSerialFollowsFromContents(t *testing.T) {
	serials := map[string]bool{}
	for _, d := range []*graph.Document{graphtest.Glibc(), graphtest.StaticMusl()} {
		for _, f := range []Format{JSON17, JSON16} {
			serials[read(t, write(t, d, f), cdx.BOMFileFormatJSON).SerialNumber] = true
		}
	}
	if len(serials) != 4 {
		t.Errorf("4 documents have the serial numbers %v", serials)
	}
}

func find(t *testing.T, components *[]cdx.Component, id string) *cdx.Component {
	t.Helper()
	i := slices.IndexFunc(*components, func(c cdx.Component) bool { return c.BOMRef == id })
	if i < 0 {
		t.Fatalf("no component %s", id)
	}
	return &(*components)[i]
}

func TestRoles(t *testing.T) {
	bom := read(t, write(t, graphtest.Glibc(), JSON17), cdx.BOMFileFormatJSON)
	if bom.Metadata.Component.BOMRef != graphtest.Glibc().Subject {
		t.Error("the subject is not metadata.component")
	}
	transient := (*bom.Formulation)[0].Components
	for _, id := range []string{"tool-go", "tool-zig", "header-linux-headers", "stub-libc.so.6"} {
		if got := find(t, transient, id).Scope; got != cdx.ScopeExcluded {
			t.Errorf("%s has the scope %s", id, got)
		}
		if slices.ContainsFunc(*bom.Components, func(c cdx.Component) bool { return c.BOMRef == id }) {
			t.Errorf("%s is listed as a part", id)
		}
	}
	if got := find(t, bom.Components, "generic-glibc-2.28").Scope; got != cdx.ScopeRequired {
		t.Errorf("start files have the scope %s", got)
	}
	for _, d := range *bom.Dependencies {
		if d.Dependencies != nil && (slices.Contains(*d.Dependencies, "tool-go") || slices.Contains(*d.Dependencies, "header-linux-headers")) {
			t.Errorf("%s depends on what it was made with", d.Ref)
		}
	}
}

func TestLicenses(t *testing.T) {
	const id = "generic-compiler-rt-21.1.0"
	seventeen := find(t, read(t, write(t, graphtest.Glibc(), JSON17), cdx.BOMFileFormatJSON).Components, id)
	if n := len(*seventeen.Licenses); n != 2 {
		t.Errorf("1.7 has %d entries for an expression, want concluded and declared", n)
	}
	sixteen := find(t, read(t, write(t, graphtest.Glibc(), JSON16), cdx.BOMFileFormatJSON).Components, id)
	if n := len(*sixteen.Licenses); n != 1 {
		t.Errorf("1.6 has %d entries for an expression", n)
	}
	if !slices.Contains(*sixteen.Properties, cdx.Property{Name: "gosqlite:license:declared", Value: "Apache-2.0 WITH LLVM-exception"}) {
		t.Error("1.6 lost the declared license")
	}
}

func TestXML(t *testing.T) {
	text := write(t, graphtest.Glibc(), XML16)
	bom := read(t, text, cdx.BOMFileFormatXML)
	want := read(t, write(t, graphtest.Glibc(), JSON16), cdx.BOMFileFormatJSON)
	if len(*bom.Components) != len(*want.Components) || len(*bom.Dependencies) != len(*want.Dependencies) {
		t.Error("XML has other components than JSON")
	}
	sqlite := find(t, bom.Components, "generic-sqlite-3.54.1")
	if !slices.ContainsFunc(*sqlite.Properties, func(p cdx.Property) bool {
		return p.Name == "gosqlite:file" && strings.HasSuffix(p.Value, "  sqlite3.c")
	}) ||
		(*sqlite.Evidence.Occurrences)[0].AdditionalContext != "" {
		t.Error("the digest of a linked file is not where XML has it")
	}
	if !strings.Contains(string(text), `xmlns="http://cyclonedx.org/schema/bom/1.6"`) {
		t.Error("XML names another version")
	}
}

func TestObjectURL(t *testing.T) {
	for _, test := range []struct {
		object     graph.Object
		name, want string
	}{
		{graph.Download, "https://go.dev/a b", "https://go.dev/a b"},
		{graph.Tree, "golang.org/x/sys", "tree:golang.org/x/sys"},
		{graph.LinkedFile, "a b#c?d%", "linked:a%20b%23c%3Fd%25"},
	} {
		if got := ObjectURL(test.object, test.name); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

func TestRefuses(t *testing.T) {
	var b bytes.Buffer
	incomplete := graphtest.Glibc()
	incomplete.Components[0].License.Declared = ""
	if err := Write(&b, incomplete, JSON17); err == nil || b.Len() > 0 {
		t.Errorf("an incomplete graph: %v, and %d bytes", err, b.Len())
	}
	if err := Write(&b, graphtest.Glibc(), "cyclonedx-9+json"); err == nil || b.Len() > 0 {
		t.Errorf("an unknown format: %v, and %d bytes", err, b.Len())
	}
}
