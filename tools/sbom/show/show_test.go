// SPDX-License-Identifier: MIT

package show

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/graph/graphtest"
)

func document(t *testing.T) *graph.Document {
	t.Helper()
	d := graphtest.Glibc()
	if _, err := d.Encode(); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTable(t *testing.T) {
	var b strings.Builder
	d := document(t)
	if err := Table(&b, d); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if len(lines) != len(d.Components)+4 || !strings.HasPrefix(lines[1], "subject") || !strings.HasPrefix(lines[len(d.Components)], "build-tool") {
		t.Errorf("got\n%s", b.String())
	}
	for _, c := range d.Components {
		if !strings.Contains(b.String(), c.Name) || !strings.Contains(b.String(), c.License.Concluded) {
			t.Errorf("%s is not in the table", c.Name)
		}
	}
	if !strings.Contains(b.String(), "tier tested") {
		t.Error("the tier is not printed")
	}
}

func TestTree(t *testing.T) {
	var b strings.Builder
	d := document(t)
	// A cycle has to end.
	d.Relations = append(d.Relations, graph.Relation{From: "golang-std-1.27.4", To: "program-gosqlite", Kind: graph.Depends})
	if err := Tree(&b, d); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	for _, want := range []string{
		"gosqlite_1.2.3_linux_amd64.tar.gz 1.2.3 (MIT)\n", "├─ contains libsqlite3.a 1.2.3 (blessing)\n",
		"links glibc 2.28 (LGPL-2.1-or-later WITH GCC-exception-2.0-note)\n", "built-with zig 0.16.0 (MIT)\n", " …\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	for _, c := range d.Components {
		if !strings.Contains(got, c.Name+" "+c.Version) {
			t.Errorf("%s is not in the tree", c.Name)
		}
	}
}

var areas = []Area{
	{"sqlite", "linked C", 1_400_000}, {"compiler-rt", "linked C", 12_000}, {"std", "Go", 2_500_000}, {"driver", "Go", 120_000},
	{"<x> & \"y\"", "Go", 5_000}, {"pclntab", "Go linker tables", 900_000}, {"ELF headers", "container", 2_000}, {"empty", "container", 0},
}

func TestAreasAreInProportion(t *testing.T) {
	var blocks []*block
	sizes := []float64{600, 600, 400, 300, 200, 200, 100}
	for _, n := range sizes {
		blocks = append(blocks, &block{bytes: n})
	}
	in := rectangle{10, 20, 600, 400}
	squarify(blocks, in)
	var sum float64
	for i, b := range blocks {
		area := b.at.w * b.at.h
		if math.Abs(area-sizes[i]/2400*240000) > 1e-6 {
			t.Errorf("%v has an area of %f", sizes[i], area)
		}
		if b.at.x < in.x-1e-9 || b.at.y < in.y-1e-9 || b.at.x+b.at.w > in.x+in.w+1e-9 || b.at.y+b.at.h > in.y+in.h+1e-9 {
			t.Errorf("%v lies outside: %+v", sizes[i], b.at)
		}
		for _, other := range blocks[:i] {
			if b.at.x < other.at.x+other.at.w-1e-9 && other.at.x < b.at.x+b.at.w-1e-9 && b.at.y < other.at.y+other.at.h-1e-9 && other.at.y < b.at.y+b.at.h-1e-9 {
				t.Errorf("%+v and %+v overlap", b.at, other.at)
			}
		}
		sum += area
	}
	if math.Abs(sum-240000) > 1e-6 {
		t.Errorf("the areas make %f", sum)
	}
}

// wellFormed reads XML to its end and returns the elements by name.
func wellFormed(t *testing.T, text string) map[string]int {
	t.Helper()
	elements := map[string]int{}
	dec := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return elements
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			elements[e.Name.Local]++
		}
	}
}

func TestSVG(t *testing.T) {
	var b, again strings.Builder
	if err := SVG(&b, "gosqlite & <co>", areas); err != nil {
		t.Fatal(err)
	}
	reversed := append([]Area(nil), areas...)
	for i, j := 0, len(reversed)-1; i < j; i, j = i+1, j-1 {
		reversed[i], reversed[j] = reversed[j], reversed[i]
	}
	if err := SVG(&again, "gosqlite & <co>", reversed); err != nil || again.String() != b.String() {
		t.Error("another order gives another picture")
	}
	elements := wellFormed(t, b.String())
	if elements["g"] != 4 || elements["desc"] != 1 || elements["script"] != 0 {
		t.Errorf("elements %v", elements)
	}
	for _, want := range []string{"gosqlite &amp; &lt;co&gt;", "std: 2.5 MB, 50.6 %", `role="img"`, "&lt;x&gt; &amp; &#34;y&#34;"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(b.String(), "empty") {
		t.Error("a part of no bytes is drawn")
	}
}

func TestHTML(t *testing.T) {
	var b strings.Builder
	if err := HTML(&b, "gosqlite & <co>", areas); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	for _, want := range []string{`<html lang="en">`, "<title>gosqlite &amp; &lt;co&gt;</title>", "<caption>", `<td>sqlite</td><td class="number">1400000</td>`, "<svg "} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, outside := range []string{"<script", "<link", "src=", "url(", "@import"} {
		if strings.Contains(got, outside) {
			t.Errorf("the page has %s", outside)
		}
	}
}

func TestTreemapRefuses(t *testing.T) {
	for name, areas := range map[string][]Area{
		"none": nil, "no bytes": {{"a", "b", 0}}, "negative": {{"a", "b", -1}}, "huge": {{"a", "b", math.MaxInt64}}, "many": make([]Area, MaxAreas+1),
	} {
		if err := SVG(io.Discard, "", areas); err == nil {
			t.Errorf("%s: no error", name)
		}
		if err := HTML(io.Discard, "", areas); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_949: "999.9 kB", 999_950: "1.0 MB", 1_400_000: "1.4 MB", 5e15: "5000.0 TB"} {
		if got := Bytes(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
