// SPDX-License-Identifier: MIT

package cyclonedx

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/graph/graphtest"
)

// TestReadIsTheInverse: whatever tells two releases apart is read back as it was.
func TestReadIsTheInverse(t *testing.T) {
	for _, f := range []Format{JSON17, JSON16} {
		for _, d := range []*graph.Document{graphtest.Glibc(), graphtest.StaticMusl()} {
			text := write(t, d, f)
			got, err := Read(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if got.Version != d.Version || got.Platform != d.Platform || got.Name != d.Name || got.Subject != d.Subject || got.Supplier != d.Supplier || len(got.Components) != len(d.Components) {
				t.Errorf("%s: %s %s %s %s, %d components", f, got.Name, got.Version, got.Platform, got.Subject, len(got.Components))
			}
			for _, want := range d.Components {
				want = graph.Component{
					ID: want.ID, Role: want.Role, Name: want.Name, Version: want.Version, Supplier: want.Supplier, PURL: want.PURL, CPE: want.CPE,
					License: graph.License{Declared: want.License.Declared, Concluded: want.License.Concluded}, Packages: want.Packages, Properties: want.Properties,
				}
				if c := got.Component(want.ID); c == nil || !reflect.DeepEqual(*c, want) {
					t.Errorf("%s: got %+v, want %+v", f, c, want)
				}
			}
		}
	}
}

func TestReadRefuses(t *testing.T) {
	good := string(write(t, graphtest.Glibc(), JSON17))
	for _, test := range []struct{ name, old, text, says string }{
		{"no JSON", "{", "<", "invalid character"},
		{"another format", `"CycloneDX"`, `"Other"`, "no document of that format"},
		{"about nothing", `"metadata"`, `"more"`, "about a component"},
		{"an unknown role", `"value": "linked"`, `"value": "borrowed"`, "role"},
		{"no concluded license", `"acknowledgement": "concluded"`, `"acknowledgement": "declared"`, "no concluded license"},
	} {
		text := strings.Replace(good, test.old, test.text, 1)
		if text == good {
			t.Errorf("%s: %s is not in the document", test.name, test.old)
		}
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %q", test.name, err, test.says)
		}
	}
}
