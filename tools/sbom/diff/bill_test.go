// SPDX-License-Identifier: MIT

package diff

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/graph/graphtest"
)

// bill is of two platforms, after a change of each document.
func bill(t *testing.T, change func(d *graph.Document)) *Bill {
	t.Helper()
	documents := []*graph.Document{graphtest.StaticMusl(), graphtest.Glibc()}
	for _, d := range documents {
		if change != nil {
			change(d)
		}
	}
	whole := graphtest.Glibc()
	whole.Platform = ""
	b, err := NewBill(append(documents, whole))
	if err != nil {
		t.Fatal(err)
	}
	text, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ReadBill(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if same, err := again.Encode(); err != nil || !bytes.Equal(same, text) {
		t.Errorf("read back it is %s, %v; it was %s", same, err, text)
	}
	return again
}

// TestBill: what both platforms have stands once, and the release's own files not at all.
func TestBill(t *testing.T) {
	b := bill(t, nil)
	i := slices.IndexFunc(b.Components, func(e Entry) bool { return e.PURL == "pkg:generic/sqlite@3.54.1" && e.Role == graph.Linked })
	if i < 0 || len(b.Components[i].Platforms) != 2 || b.Components[i].License != "blessing" {
		t.Errorf("%+v", b.Components)
	}
	if slices.ContainsFunc(b.Components, func(e Entry) bool { return strings.Contains(e.PURL, "gosqlite") }) {
		t.Errorf("it names the release's own: %+v", b.Components)
	}
}

func TestCompareBills(t *testing.T) {
	sqlite := func(change func(c *graph.Component)) func(d *graph.Document) {
		return func(d *graph.Document) { change(d.Component("generic-sqlite-3.54.1")) }
	}
	for _, test := range []struct {
		name   string
		change func(d *graph.Document)
		want   []Change
	}{
		{"nothing", nil, nil},
		{"version", sqlite(func(c *graph.Component) { c.Version, c.PURL = "3.55.0", "pkg:generic/sqlite@3.55.0" }), []Change{{Version, "pkg:generic/sqlite", "", "3.54.1", "3.55.0"}}},
		{"license", sqlite(func(c *graph.Component) { c.License.Concluded = "MIT" }), []Change{{License, "pkg:generic/sqlite", "", "blessing", "MIT"}}},
		{"on one platform", func(d *graph.Document) {
			if d.Platform == "linux_amd64" {
				more := *d.Component("generic-sqlite-3.54.1")
				more.PURL, more.Name = "pkg:generic/zlib@1.3", "zlib"
				d.Components = append(d.Components, more)
			}
		}, []Change{{Added, "pkg:generic/zlib", "", "", "3.54.1, blessing, linked"}}},
		{"another platform", func(d *graph.Document) {
			if d.Platform == "linux_amd64" {
				d.Platform, d.Components = "linux_new", d.Components[:3]
			}
		}, nil},
		{"packages and options", sqlite(func(c *graph.Component) { c.Packages, c.Properties = []string{"x"}, nil }), nil},
	} {
		if r := CompareBills(bill(t, nil), bill(t, test.change)); !slices.Equal(r.Changes, test.want) {
			t.Errorf("%s: %+v, want %+v", test.name, r.Changes, test.want)
		}
	}
}

func TestBillRefuses(t *testing.T) {
	other := graphtest.StaticMusl()
	other.Version = "9.9.9"
	for name, documents := range map[string][]*graph.Document{
		"none": nil, "two of one platform": {graphtest.Glibc(), graphtest.Glibc()}, "two versions": {graphtest.Glibc(), other},
	} {
		if b, err := NewBill(documents); err == nil {
			t.Errorf("%s: %+v", name, b)
		}
	}
	for _, text := range []string{"", "{}", `{"schema":"gosqlite-bill/1"}`, `{"schema":"gosqlite-bill/1","version":"1","more":1}`, strings.Repeat(" ", maxBill+1)} {
		if b, err := ReadBill(strings.NewReader(text)); err == nil {
			t.Errorf("%.40q: %+v", text, b)
		}
	}
}
