// SPDX-License-Identifier: MIT

package conformance

import (
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/sbom/cyclonedx"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/graph/graphtest"
)

// lost are the features that cost points.
func lost(r Result) []string {
	var names []string
	for _, c := range r.Categories {
		for _, f := range c.Features {
			if f.Points > 1e-9 {
				names = append(names, f.Name)
			}
		}
	}
	return names
}

// signed is a document as sign makes it, as far as the formula looks.
func signed(b *Bill) *Bill {
	b.Signature = Signature{Algorithm: "ES256", Value: "AA", Key: true}
	return b
}

func TestScores(t *testing.T) {
	// Without any license that has an exception, which the formula takes for unknown.
	plain := graphtest.StaticMusl()
	plain.Component("generic-compiler-rt-21.1.0").License = graph.License{Declared: "MIT", Concluded: "MIT"}
	plain.Component("header-linux-headers").License = graph.License{Declared: "MIT", Concluded: "MIT"}
	plain.Component("stub-libc.so.6").License = graph.License{Declared: "MIT", Concluded: "MIT"}
	document := func(d *graph.Document) *Bill { return parse(t, cdxText(t, d, cyclonedx.JSON17)) }
	for _, test := range []struct {
		name string
		bill *Bill
		want string
		lost []string
	}{
		{"all points", signed(document(plain)), "10.00", nil},
		// 10 - 15*0.10*10/82.
		{"unsigned", document(plain), "9.82", []string{"sbom_signature"}},
		// No supplier 1.5, no lifecycle 1.0 of 12; completeness 0.15 of the 0.75 that count, of 12: 10 - (30+24)/82.
		{"SPDX", parse(t, spdxText(t, plain)), "9.34", []string{"sbom_supplier", "sbom_lifecycle", "sbom_completeness_declared"}},
		// One of 14 components is under a license with an exception: 10 - (10*1/14)*0.20*15/82.
		{"exception", signed(document(graphtest.StaticMusl())), "9.97", []string{"comp_with_valid_licenses"}},
		// With the start files two are, and one under copyleft.
		{"glibc", signed(document(graphtest.Glibc())), "9.92", []string{"comp_with_valid_licenses", "comp_no_restrictive_licenses"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := Score(test.bill, SchemaValid)
			if r.String() != test.want || !slices.Equal(lost(r), test.lost) {
				t.Errorf("%s, lost by %v; want %s, lost by %v", r, lost(r), test.want, test.lost)
			}
			if !near(r.Total(), 10) {
				t.Errorf("the score and what is lost make %f", r.Total())
			}
		})
	}
}

// TestUncounted: what lies in the formulation is told, with the score that it would have.
func TestUncounted(t *testing.T) {
	r := Score(signed(parse(t, cdxText(t, graphtest.Glibc(), cyclonedx.JSON17))), SchemaValid)
	// Two tools, a header under copyleft with an exception, and a stub under copyleft: 10 - (3+3)*10/18*0.20*15/82.
	if r.Uncounted != 4 || !near(r.With, 10-6*10.0/18*0.20*15/82) {
		t.Errorf("%d components and %f", r.Uncounted, r.With)
	}
	if r := Score(parse(t, spdxText(t, graphtest.Glibc())), SchemaValid); r.Uncounted != 0 || r.With != r.Score {
		t.Errorf("SPDX, all of which counts, has %d components that do not", r.Uncounted)
	}
}

func TestWeightsAreWhole(t *testing.T) {
	var total float64
	for _, c := range categories {
		var sum float64
		for _, f := range c.features {
			sum += f.weight
		}
		if !near(sum, 1) {
			t.Errorf("%s: the features weigh %f", c.name, sum)
		}
		total += c.weight
	}
	if total != 82 {
		t.Errorf("the categories weigh %f", total)
	}
}

// TestEveryFeatureSeesItsPlant takes the points of one feature at a time.
func TestEveryFeatureSeesItsPlant(t *testing.T) {
	of := func(change func(c *Component)) func(b *Bill) {
		return func(b *Bill) { change(b.Component("generic-sqlite-3.54.1")) }
	}
	plants := map[string]func(b *Bill){
		"comp_with_name":               of(func(c *Component) { c.Name = "" }),
		"comp_with_version":            of(func(c *Component) { c.Version = "" }),
		"comp_with_local_id":           of(func(c *Component) { c.ID = "" }),
		"sbom_creation_timestamp":      func(b *Bill) { b.Time = "" },
		"sbom_authors":                 func(b *Bill) { b.Authors = nil },
		"sbom_tool_version":            func(b *Bill) { b.Tools = nil },
		"sbom_supplier":                func(b *Bill) { b.Supplier = "" },
		"sbom_namespace":               func(b *Bill) { b.ID = "" },
		"sbom_lifecycle":               func(b *Bill) { b.Lifecycles = nil },
		"comp_with_strong_checksums":   of(func(c *Component) { c.Hashes = nil }),
		"comp_with_weak_checksums":     of(func(c *Component) { c.Hashes = []Hash{{"MD5", "00"}} }),
		"sbom_signature":               func(b *Bill) { b.Signature.Key = false },
		"comp_with_dependencies":       func(b *Bill) { b.CompleteFor = nil },
		"sbom_completeness_declared":   func(b *Bill) { b.Complete = false },
		"sbom_primary_component":       func(b *Bill) { b.Primary = "none" },
		"comp_with_source_code":        of(func(c *Component) { c.References = nil }),
		"comp_with_supplier":           of(func(c *Component) { c.Supplier = "" }),
		"comp_with_purpose":            of(func(c *Component) { c.Purpose = "" }),
		"comp_with_licenses":           of(func(c *Component) { c.Concluded = "" }),
		"comp_with_valid_licenses":     of(func(c *Component) { c.Concluded = "Public Domain" }),
		"comp_no_deprecated_licenses":  of(func(c *Component) { c.Concluded = "GPL-2.0" }),
		"comp_no_restrictive_licenses": of(func(c *Component) { c.Concluded = "MPL-2.0" }),
		"comp_with_declared_licenses":  of(func(c *Component) { c.Declared = "" }),
		"sbom_data_license":            func(b *Bill) { b.DataLicense = "" },
		"comp_with_purl or comp_with_cpe": of(func(c *Component) {
			c.PURL, c.CPE = "", ""
		}),
		"sbom_spec_declared": func(b *Bill) { b.Spec = "" },
		"sbom_spec_version":  func(b *Bill) { b.Version = "0.1" },
		"sbom_schema_valid":  nil,
	}
	text := cdxText(t, graphtest.StaticMusl(), cyclonedx.JSON17)
	before := Score(signed(parse(t, text)), SchemaValid)
	for i, c := range before.Categories {
		for j, f := range c.Features {
			// Everything that was read has a file format.
			if f.Name == "sbom_file_format" {
				continue
			}
			t.Run(f.Name, func(t *testing.T) {
				plant, ok := plants[f.Name]
				if !ok {
					t.Fatal("the feature has no plant")
				}
				b, schema := signed(parse(t, text)), SchemaValid
				if plant != nil {
					plant(b)
				} else {
					schema = SchemaInvalid
				}
				after := Score(b, schema)
				got := after.Categories[i].Features[j]
				if got.Score >= f.Score || got.Lost == "" || after.Score >= before.Score || !near(after.Total(), 10) {
					t.Errorf("%f after %f, because %q", got.Score, f.Score, got.Lost)
				}
			})
		}
	}
}

func TestUncheckedSchemaGivesNothing(t *testing.T) {
	b := parse(t, cdxText(t, graphtest.Glibc(), cyclonedx.JSON17))
	if r := Score(b, SchemaUnchecked); !slices.Contains(lost(r), "sbom_schema_valid") {
		t.Error("a schema that was not checked has its points")
	}
}

func TestCopyleft(t *testing.T) {
	for expression, want := range map[string]bool{
		"MIT": false, "blessing": false, "Apache-2.0 WITH LLVM-exception": false, "BSD-3-Clause AND MIT": false,
		"LGPL-2.1-or-later WITH GCC-exception-2.0-note": true, "MIT OR GPL-2.0-only": true, "APSL-2.0": true,
	} {
		if Copyleft(expression) != want {
			t.Errorf("%s: %v", expression, !want)
		}
	}
}

func TestReasonNamesTheComponent(t *testing.T) {
	r := Score(parse(t, cdxText(t, graphtest.Glibc(), cyclonedx.JSON17)), SchemaValid)
	for _, c := range r.Categories {
		for _, f := range c.Features {
			if f.Name == "comp_no_restrictive_licenses" && !strings.Contains(f.Lost, "generic-glibc-2.28") {
				t.Errorf("the reason is %q", f.Lost)
			}
		}
	}
}
