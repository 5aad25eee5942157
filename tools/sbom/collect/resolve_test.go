// SPDX-License-Identifier: MIT

package collect

import (
	"slices"
	"testing"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// TestHoldsC has what C's rules link without a source of C, and what they take from another repository: it is in the program,
// and in the bill.
func TestHoldsC(t *testing.T) {
	for _, test := range []struct {
		name   string
		target Target // that the application's library links
		held   bool   // zlib
	}{
		{"headers alone", Target{Label: "@@zlib//:zlib", Files: []Source{{Label: "@@zlib//:zlib.h"}}}, true},
		{"Objective-C++", Target{Label: "@@zlib//:zlib", Files: []Source{{Label: "@@zlib//:zlib.mm"}}}, true},
		{"assembly", Target{Label: "@@zlib//:zlib", Files: []Source{{Label: "@@zlib//:zlib.s"}}}, true},
		{"an archive", Target{Label: "@@zlib//:zlib", Files: []Source{{Label: "@@zlib//:libz.a"}}}, true},
		{"a file, by a target of the application", Target{Label: "@@//:c", Files: []Source{{Label: "@@zlib//:zlib.c"}}}, true},
		{"nothing", Target{Label: "@@zlib//:zlib"}, false},
		{"a Go package that no program holds", Target{Label: "@@zlib//:zlib", ImportPath: "example.org/zlib", Files: []Source{{Label: "@@zlib//:zlib.s"}}}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.target.Kind = "library"
			for i := range test.target.Files {
				test.target.Files[i].Path = w.write(t, "src/c", []byte(test.name))
			}
			w.in.Targets[len(w.in.Targets)-1] = test.target
			w.in.Edges[len(w.in.Edges)-1].To = test.target.Label
			d, err := w.document()
			if err != nil {
				t.Fatal(err)
			}
			held := slices.ContainsFunc(d.Components, func(c graph.Component) bool { return c.Name == "zlib" })
			if held != test.held {
				t.Errorf("zlib in the bill: %t, want %t", held, test.held)
			}
		})
	}
}
