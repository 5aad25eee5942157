// SPDX-License-Identifier: MIT

package diff

import (
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/graph/graphtest"
)

func TestNothingChanged(t *testing.T) {
	if r := Compare(graphtest.Glibc(), graphtest.Glibc()); len(r.Changes) != 0 {
		t.Errorf("got %v", r.Changes)
	}
}

func TestChanges(t *testing.T) {
	const sqlite, id = "pkg:generic/sqlite", "generic-sqlite-3.54.1"
	for _, test := range []struct {
		name   string
		change func(d *graph.Document, c *graph.Component)
		want   []Change
	}{
		{"version", func(_ *graph.Document, c *graph.Component) {
			c.Version, c.PURL, c.ID = "3.55.0", "pkg:generic/sqlite@3.55.0", "generic-sqlite-3.55.0"
		}, []Change{{Version, sqlite, "", "3.54.1", "3.55.0"}}},
		{"license", func(_ *graph.Document, c *graph.Component) { c.License.Concluded = "MIT" },
			[]Change{{License, sqlite, "", "blessing", "MIT"}}},
		{"role", func(_ *graph.Document, c *graph.Component) { c.Role = graph.Header },
			[]Change{{Role, sqlite, "", "linked", "header"}}},
		{"supplier", func(_ *graph.Document, c *graph.Component) { c.Supplier.Name = "x" },
			[]Change{{Supplier, sqlite, "", "SQLite Consortium", "x"}}},
		{"option on", func(_ *graph.Document, c *graph.Component) {
			c.Properties = append(c.Properties, graph.Property{Name: "compile:option", Value: "SQLITE_ENABLE_RTREE"})
		}, []Change{{Property, sqlite, "compile:option", "", "SQLITE_ENABLE_RTREE"}}},
		{"option off", func(_ *graph.Document, c *graph.Component) { c.Properties = c.Properties[1:] },
			[]Change{{Property, sqlite, "compile:option", "SQLITE_ENABLE_FTS5", ""}}},
		{"one value for another", func(_ *graph.Document, c *graph.Component) { c.Properties[2].Value = "x" },
			[]Change{{Property, sqlite, "sqlite:source-id", "2026-10-01 12:00:00 0123456789abcdef", "x"}}},
		{"package", func(d *graph.Document, _ *graph.Component) {
			d.Component("golang-std-1.27.4").Packages = []string{"fmt", "os", "runtime"}
		}, []Change{{Package, "pkg:golang/std", "", "", "os"}, {Package, "pkg:golang/std", "", "database/sql", ""}}},
		{"added", func(d *graph.Document, c *graph.Component) {
			more := *c
			more.PURL, more.Name = "pkg:generic/zlib@1.3", "zlib"
			d.Components = append(d.Components, more)
		}, []Change{{Added, "pkg:generic/zlib", "", "", "3.54.1, blessing, linked"}}},
		{"removed", func(d *graph.Document, _ *graph.Component) {
			d.Components = slices.DeleteFunc(d.Components, func(c graph.Component) bool { return c.ID == id })
		}, []Change{{Removed, sqlite, "", "3.54.1, blessing, linked", ""}}},
		{"second, older version", func(d *graph.Document, c *graph.Component) {
			more := *c
			more.PURL, more.Version = "pkg:generic/sqlite@3.53.0", "3.53.0"
			d.Components = append(d.Components, more)
		}, []Change{{Added, sqlite, "", "", "3.53.0, blessing, linked"}}},
		{"second version", func(d *graph.Document, c *graph.Component) {
			more := *c
			more.PURL, more.Version = "pkg:generic/sqlite@3.55.0", "3.55.0"
			d.Components = append(d.Components, more)
		}, []Change{{Added, sqlite, "", "", "3.55.0, blessing, linked"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := graphtest.Glibc()
			test.change(d, d.Component(id))
			if got := Compare(graphtest.Glibc(), d).Changes; !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestTable(t *testing.T) {
	d := graphtest.Glibc()
	d.Component("generic-sqlite-3.54.1").Version = "3.55.0"
	var b strings.Builder
	if err := Table(&b, Compare(graphtest.Glibc(), d)); err != nil || !strings.Contains(b.String(), "pkg:generic/sqlite  version  3.54.1  3.55.0\n") {
		t.Errorf("%v\n%s", err, b.String())
	}
	b.Reset()
	if err := Table(&b, Compare(d, d)); err != nil || b.String() != "1.2.3 to 1.2.3: nothing changed\n" {
		t.Errorf("%v\n%s", err, b.String())
	}
}
