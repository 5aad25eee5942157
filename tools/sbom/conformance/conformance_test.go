// SPDX-License-Identifier: MIT

package conformance

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/sbom/cyclonedx"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/graph/graphtest"
	"github.com/gosqlite/gosqlite/tools/sbom/spdx"
)

func cdxText(t *testing.T, d *graph.Document, f cyclonedx.Format) string {
	t.Helper()
	var b bytes.Buffer
	if err := cyclonedx.Write(&b, d, f); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func spdxText(t *testing.T, d *graph.Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := spdx.Write(&b, d, spdx.JSON23); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func parse(t *testing.T, text string) *Bill {
	t.Helper()
	b, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFormatsSayTheSame(t *testing.T) {
	for _, d := range []*graph.Document{graphtest.Glibc(), graphtest.StaticMusl()} {
		seventeen := parse(t, cdxText(t, d, cyclonedx.JSON17))
		for _, other := range []*Bill{parse(t, spdxText(t, d)), parse(t, cdxText(t, d, cyclonedx.JSON16))} {
			if diff := Compare(seventeen, other); len(diff) > 0 {
				t.Errorf("%s and %s %s of %s differ:\n%s", seventeen.Version, other.Spec, other.Version, d.Platform, strings.Join(diff, "\n"))
			}
		}
		if n := len(statements(seventeen)); n < 150 {
			t.Errorf("%s: %d statements are compared", d.Platform, n)
		}
	}
}

// TestEveryStatementIsCompared changes the graph in each fact: the documents of the old and the new graph differ.
func TestEveryStatementIsCompared(t *testing.T) {
	const id = "generic-sqlite-3.54.1"
	for name, change := range map[string]func(d *graph.Document, c *graph.Component){
		"name of the document": func(d *graph.Document, _ *graph.Component) { d.Name += "x" },
		"time":                 func(d *graph.Document, _ *graph.Component) { d.Time = "2026-11-24T00:00:00Z" },
		"platform":             func(d *graph.Document, _ *graph.Component) { d.Platform = "linux_arm64" },
		"tool":                 func(d *graph.Document, _ *graph.Component) { d.Tool.Version = "9" },
		"author":               func(d *graph.Document, _ *graph.Component) { d.Authors[0].Name = "x" },
		"document's supplier":  func(d *graph.Document, _ *graph.Component) { d.Supplier.Name = "x" },
		"document's property":  func(d *graph.Document, _ *graph.Component) { d.Properties[0].Value = "x" },
		"name":                 func(_ *graph.Document, c *graph.Component) { c.Name = "x" },
		"version":              func(_ *graph.Document, c *graph.Component) { c.Version = "9" },
		"role":                 func(d *graph.Document, _ *graph.Component) { d.Component("program-gosqlite").Role = graph.Linked },
		"supplier":             func(_ *graph.Document, c *graph.Component) { c.Supplier.Name = "x" },
		"supplier's address":   func(_ *graph.Document, c *graph.Component) { c.Supplier.URL = "https://x.org" },
		"purl":                 func(_ *graph.Document, c *graph.Component) { c.PURL = "pkg:generic/x@1" },
		"CPE":                  func(_ *graph.Document, c *graph.Component) { c.CPE = "" },
		"purpose":              func(_ *graph.Document, c *graph.Component) { c.Purpose = "x" },
		"description":          func(_ *graph.Document, c *graph.Component) { c.Description = "x" },
		"declared license":     func(_ *graph.Document, c *graph.Component) { c.License.Declared = "MIT" },
		"concluded license":    func(_ *graph.Document, c *graph.Component) { c.License.Concluded = "MIT" },
		"evidence":             func(_ *graph.Document, c *graph.Component) { c.License.Evidence[0].Coverage = 3 },
		"copyright":            func(_ *graph.Document, c *graph.Component) { c.Copyright = "x" },
		"digest":               func(_ *graph.Document, c *graph.Component) { c.Digests[0].Value = graphtest.Sum256("x") },
		"object of a digest":   func(_ *graph.Document, c *graph.Component) { c.Digests[len(c.Digests)-1].Name = "x.c" },
		"reference":            func(_ *graph.Document, c *graph.Component) { c.References[len(c.References)-1].URL = "https://x.org" },
		"package": func(d *graph.Document, _ *graph.Component) {
			d.Component("golang-std-1.27.4").Packages[0] = "x"
		},
		"file":       func(_ *graph.Document, c *graph.Component) { c.Files[0].SHA256 = graphtest.Sum256("x") },
		"file name":  func(_ *graph.Document, c *graph.Component) { c.FileName = "x" },
		"executable": func(_ *graph.Document, c *graph.Component) { c.Executable = true },
		"archive":    func(_ *graph.Document, c *graph.Component) { c.Archive = true },
		"structured": func(_ *graph.Document, c *graph.Component) { c.Structured = true },
		"property":   func(_ *graph.Document, c *graph.Component) { c.Properties[0].Value = "x" },
		"kind of a relation": func(d *graph.Document, _ *graph.Component) {
			i := slices.IndexFunc(d.Relations, func(r graph.Relation) bool { return r.Kind == graph.Links })
			d.Relations[i].Kind = graph.Depends
		},
		"missing component": func(d *graph.Document, _ *graph.Component) { drop(d, "generic-compiler-rt-21.1.0") },
	} {
		t.Run(name, func(t *testing.T) {
			d := graphtest.Glibc()
			change(d, d.Component(id))
			if name == "role" {
				i := slices.IndexFunc(d.Relations, func(r graph.Relation) bool { return r.To == "program-gosqlite" })
				d.Relations[i].Kind = graph.Links
			}
			if len(Compare(parse(t, cdxText(t, d, cyclonedx.JSON17)), parse(t, spdxText(t, graphtest.Glibc())))) == 0 {
				t.Error("CycloneDX of the changed graph equals SPDX of the other")
			}
			if len(Compare(parse(t, cdxText(t, graphtest.Glibc(), cyclonedx.JSON17)), parse(t, spdxText(t, d)))) == 0 {
				t.Error("SPDX of the changed graph equals CycloneDX of the other")
			}
		})
	}
}

// drop takes a component and its relations out.
func drop(d *graph.Document, id string) {
	d.Components = slices.DeleteFunc(d.Components, func(c graph.Component) bool { return c.ID == id })
	d.Relations = slices.DeleteFunc(d.Relations, func(r graph.Relation) bool { return r.From == id || r.To == id })
}

func TestProfiles(t *testing.T) {
	d := graphtest.Glibc()
	for _, b := range []*Bill{parse(t, cdxText(t, d, cyclonedx.JSON17)), parse(t, spdxText(t, d))} {
		for _, p := range Profiles {
			if b.Spec == SPDX && p.Name == "bsi-2.1" {
				continue // which forbids SPDX 2; TestOldFormat sees it say so
			}
			for _, f := range p.Check(b) {
				t.Errorf("%s: %s", b.Spec, f)
			}
		}
	}
}

func TestOldFormat(t *testing.T) {
	faults := Profiles[2].Check(parse(t, spdxText(t, graphtest.Glibc())))
	if !slices.ContainsFunc(faults, func(f Fault) bool { return f.Rule == "specification" }) {
		t.Errorf("BSI accepts SPDX 2.3: %v", faults)
	}
}

// TestEveryRuleSeesItsPlant breaks one rule at a time.
func TestEveryRuleSeesItsPlant(t *testing.T) {
	const id = "generic-sqlite-3.54.1"
	of := func(change func(c *Component)) func(b *Bill) {
		return func(b *Bill) { change(b.Component(id)) }
	}
	plants := map[string]func(b *Bill){
		"supplier":     of(func(c *Component) { c.Supplier = "" }),
		"producer":     of(func(c *Component) { c.Supplier = "NOASSERTION" }),
		"name":         of(func(c *Component) { c.Name = "" }),
		"version":      of(func(c *Component) { c.Version = "unknown" }),
		"identifier":   of(func(c *Component) { c.PURL, c.CPE = "", "" }),
		"license":      of(func(c *Component) { c.Concluded = "NOASSERTION" }),
		"author":       func(b *Bill) { b.Authors = nil },
		"timestamp":    func(b *Bill) { b.Time = "yesterday" },
		"tool":         func(b *Bill) { b.Tools[0].Version = "" },
		"context":      func(b *Bill) { b.Lifecycles = nil },
		"hash":         of(func(c *Component) { c.Hashes = []Hash{{"SHA-1", "00"}} }),
		"dependencies": func(b *Bill) { b.Edges = slices.DeleteFunc(b.Edges, func(e Edge) bool { return e.To == "tool-zig" }) },

		"specification":        func(b *Bill) { b.Version = "1.5" },
		"contact":              func(b *Bill) { b.Contacts = []string{"gosqlite"} },
		"creator":              of(func(c *Component) { c.SupplierURL = "" }),
		"filename":             of(func(c *Component) { c.FileName = "" }),
		"completeness":         func(b *Bill) { b.CompleteFor = b.CompleteFor[1:] },
		"distribution-license": of(func(c *Component) { c.ConcludedEntries = 2 }),
		"original-license":     of(func(c *Component) { c.Declared = "Public Domain" }),
		"deployable-hash": of(func(c *Component) {
			c.References = slices.DeleteFunc(c.References, func(r Reference) bool { return r.Type == "distribution" })
		}),
		"executable": of(func(c *Component) { c.Properties["bsi:component:executable"] = "yes" }),
		"archive":    of(func(c *Component) { delete(c.Properties, "bsi:component:archive") }),
		"structured": of(func(c *Component) { delete(c.Properties, "bsi:component:structured") }),
		"uri":        func(b *Bill) { b.ID = "" },
		"source":     of(func(c *Component) { c.References = nil }),
	}
	text := cdxText(t, graphtest.Glibc(), cyclonedx.JSON17)
	for _, p := range Profiles {
		for _, r := range p.Rules {
			t.Run(p.Name+"/"+r.Name, func(t *testing.T) {
				b := parse(t, text)
				if plants[r.Name] == nil {
					t.Fatal("the rule has no plant")
				}
				plants[r.Name](b)
				if faults := p.Check(b); !slices.ContainsFunc(faults, func(f Fault) bool { return f.Rule == r.Name }) {
					t.Errorf("not seen; faults: %v", faults)
				}
			})
		}
	}
}

func TestDependencyPlants(t *testing.T) {
	text := cdxText(t, graphtest.Glibc(), cyclonedx.JSON17)
	for name, plant := range map[string]func(b *Bill){
		"dangling":   func(b *Bill) { b.Edges = append(b.Edges, Edge{b.Primary, "none", "links"}) },
		"no subject": func(b *Bill) { b.Primary = "" },
		"not listed": func(b *Bill) { b.Listed = b.Listed[1:] },
		"phantom":    func(b *Bill) { b.Components = append(b.Components, Component{ID: "phantom", Transient: true}) },
	} {
		b := parse(t, text)
		if len(checkDependencies(b)) != 0 {
			t.Fatal(checkDependencies(b))
		}
		if plant(b); len(checkDependencies(b)) == 0 {
			t.Errorf("%s is not seen", name)
		}
	}
}

func TestEmptyDocument(t *testing.T) {
	for _, p := range Profiles {
		if faults := p.Check(&Bill{}); len(faults) < len(p.Rules)-2 {
			t.Errorf("%s: an empty document has %d faults of %d rules", p.Name, len(faults), len(p.Rules))
		}
	}
}

// TestExpectation: what would raise a score is seen by the list.
func TestExpectation(t *testing.T) {
	list := strings.Join(Expectation(parse(t, cdxText(t, graphtest.Glibc(), cyclonedx.JSON17))), "\n")
	if !strings.Contains(list, "\nobject pkg:generic/glibc crt1.o") {
		t.Fatalf("crt1.o is not in the list:\n%s", list)
	}
	if faults := Expect(parse(t, spdxText(t, graphtest.Glibc())), "# A comment.\n\n"+list); len(faults) > 0 {
		t.Fatal(faults)
	}
	for name, change := range map[string]func(d *graph.Document){
		"dropped component": func(d *graph.Document) { drop(d, "generic-glibc-2.28") },
		"dropped object": func(d *graph.Document) {
			c := d.Component("generic-glibc-2.28")
			c.Digests = slices.DeleteFunc(c.Digests, func(g graph.Digest) bool { return g.Name == "crt1.o" })
		},
		"other role": func(d *graph.Document) {
			d.Component("generic-glibc-2.28").Role = graph.InterfaceStub
			for i := range d.Relations {
				if d.Relations[i].To == "generic-glibc-2.28" {
					d.Relations[i].Kind = graph.Interface
				}
			}
		},
		"other license": func(d *graph.Document) { d.Component("generic-glibc-2.28").License.Concluded = "MIT" },
		"other name":    func(d *graph.Document) { d.Component("generic-glibc-2.28").PURL = "pkg:generic/libc@2.28" },
		"phantom": func(d *graph.Document) {
			c := *d.Component("generic-glibc-2.28")
			c.ID = "phantom"
			d.Components = append(d.Components, c)
			d.Relations = append(d.Relations, graph.Relation{From: "program-gosqlite", To: "phantom", Kind: graph.Links})
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := graphtest.Glibc()
			change(d)
			if len(Expect(parse(t, cdxText(t, d, cyclonedx.JSON17)), list)) == 0 {
				t.Error("not seen")
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "{}", "[]", `{"spdxVersion":"SPDX-3.0.1"}`, `{"bomFormat":"CycloneDX","components":1}`} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
	if _, err := Read(strings.NewReader(strings.Repeat(" ", MaxText+1))); err == nil {
		t.Error("a document of any size was accepted")
	}
}

// FuzzParse: no document makes a rule, the formula or a comparison panic.
func FuzzParse(f *testing.F) {
	for _, write := range []func(b *bytes.Buffer) error{
		func(b *bytes.Buffer) error { return cyclonedx.Write(b, graphtest.Glibc(), cyclonedx.JSON17) },
		func(b *bytes.Buffer) error { return spdx.Write(b, graphtest.Glibc(), spdx.JSON23) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte(`{"bomFormat":"CycloneDX","components":[{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := Parse(text)
		if err != nil {
			return
		}
		for _, p := range Profiles {
			p.Check(b)
		}
		if r := Score(b, SchemaUnchecked); r.Score < 0 || r.Score > 10 {
			t.Errorf("the score is %f", r.Score)
		}
		if diff := Compare(b, b); len(diff) > 0 {
			t.Errorf("a document differs from itself: %v", diff)
		}
	})
}

func near(x, y float64) bool { return math.Abs(x-y) < 1e-9 }

func TestTool(t *testing.T) {
	for text, want := range map[string]Tool{
		"gosqlite-sbom-1.0.0":      {"gosqlite-sbom", "1.0.0"},
		"gosqlite-sbom-1.0.0-rc.1": {"gosqlite-sbom", "1.0.0-rc.1"},
		"scanner":                  {Name: "scanner"},
		"a-b":                      {Name: "a-b"},
		"":                         {},
	} {
		if have := tool(text); have != want {
			t.Errorf("%q is %q, want %q", text, have, want)
		}
	}
}
