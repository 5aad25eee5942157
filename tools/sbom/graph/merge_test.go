// SPDX-License-Identifier: MIT

package graph_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/graph/graphtest"
)

func TestMerge(t *testing.T) {
	glibc, musl := graphtest.Glibc(), graphtest.StaticMusl()
	one, err := graph.Merge([]*graph.Document{glibc, musl})
	if err != nil {
		t.Fatal(err)
	}
	other, err := graph.Merge([]*graph.Document{graphtest.StaticMusl(), graphtest.Glibc()})
	if err != nil {
		t.Fatal(err)
	}
	a, err := one.Encode()
	if err != nil {
		t.Fatal(err)
	}
	b, err := other.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("the order of platforms changes the text")
	}
	if s := one.Component(one.Subject); one.Platform != "" || s.Type != graph.Release || len(s.Digests) != 0 {
		t.Errorf("subject: %+v", s)
	}
	for _, d := range []*graph.Document{glibc, musl} {
		for _, c := range d.Components {
			if one.Component(c.ID) == nil {
				t.Errorf("%s of %s is lost", c.ID, d.Platform)
			}
		}
	}
	if c := one.Component("generic-sqlite-3.54.1"); len(c.Digests) != len(glibc.Component(c.ID).Digests) {
		t.Errorf("what all platforms share stands twice: %v", c.Digests)
	}
}

// A file in which platforms differ stands there for each, under the platform's name.
func TestMergeTellsPlatformsApart(t *testing.T) {
	glibc, musl := graphtest.Glibc(), graphtest.StaticMusl()
	c := musl.Component("generic-sqlite-3.54.1")
	i := slices.IndexFunc(c.Digests, func(d graph.Digest) bool { return d.Alg == graph.SHA256 && d.Object == graph.LinkedFile })
	c.Digests[i].Value = strings.Repeat("e", 64)
	one, err := graph.Merge([]*graph.Document{glibc, musl})
	if err != nil {
		t.Fatal(err)
	}
	want := glibc.Platform + "/" + c.Digests[i].Name
	if !slices.ContainsFunc(one.Component(c.ID).Digests, func(d graph.Digest) bool { return d.Name == want }) {
		t.Errorf("%s is not among %v", want, one.Component(c.ID).Digests)
	}
}

func TestMergeRefuses(t *testing.T) {
	for _, test := range []struct {
		name  string
		plant func(d *graph.Document)
		want  string
	}{
		{"another release", func(d *graph.Document) { d.Version = "9.9.9" }, "different releases"},
		{"another license", func(d *graph.Document) { d.Component("generic-sqlite-3.54.1").License.Concluded = "MIT" }, "say different things of it"},
		{"another supplier", func(d *graph.Document) { d.Component("generic-sqlite-3.54.1").Supplier.Name = "Nobody" }, "say different things of it"},
		{"no platform", func(d *graph.Document) { d.Platform = "" }, "is of no platform"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := graphtest.StaticMusl()
			test.plant(d)
			if _, err := graph.Merge([]*graph.Document{graphtest.Glibc(), d}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want %q in it", err, test.want)
			}
		})
	}
	if _, err := graph.Merge(nil); err == nil {
		t.Error("nothing was merged")
	}
}
