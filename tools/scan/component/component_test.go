// SPDX-License-Identifier: MIT

package component

import (
	"slices"
	"strings"
	"testing"
)

const graphText = `{"schema":"gosqlite-sbom-graph/1","subject":"generic-gosqlite","version":"1.2.3","platform":"linux_amd64","components":[
 {"id":"generic-sqlite-3.54.1","role":"linked","name":"sqlite","version":"3.54.1","purl":"pkg:generic/sqlite@3.54.1","cpe":"cpe:2.3:a:sqlite:sqlite:3.54.1:*:*:*:*:*:*:*",
  "files":[{"path":"sqlite3.c"}],"properties":[{"name":"compile:option","value":"SQLITE_ENABLE_FTS5"},{"name":"sqlite:source-id","value":"x"}]},
 {"id":"golang-std-1.27.4","name":"std","version":"1.27.4","purl":"pkg:golang/std@1.27.4","packages":["fmt"]}]}`

const cdxText = `{"bomFormat":"CycloneDX","metadata":{"component":{"bom-ref":"root","name":"gosqlite","version":"1.2.3","purl":"pkg:generic/gosqlite@1.2.3"},"properties":[{"name":"gosqlite:platform","value":"linux_arm64"}]},"serialNumber":"urn:uuid:0000","version":1,"components":[
 {"bom-ref":"s","name":"sqlite","version":"3.54.1","purl":"pkg:generic/sqlite@3.54.1","evidence":{"occurrences":[{"location":"sqlite3.c"}]},"properties":[{"name":"compile:option","value":"SQLITE_ENABLE_FTS5"}],
  "components":[{"bom-ref":"f","name":"sqlite3.c"},{"bom-ref":"n","name":"musl","version":"1.2.5","purl":"pkg:generic/musl@1.2.5"}]},
 {"bom-ref":"g","name":"golang.org/x/sys","version":"v0.49.0","purl":"pkg:golang/golang.org/x/sys@v0.49.0","properties":[{"name":"golang:package","value":"golang.org/x/sys/unix"}]}]}`

func TestParse(t *testing.T) {
	g, err := Parse("a.graph.json", []byte(graphText))
	if err != nil {
		t.Fatal(err)
	}
	if g.Version != "1.2.3" || g.Platform != "linux_amd64" || len(g.Components) != 2 {
		t.Errorf("graph: %+v", g)
	}
	s := g.Components[0]
	if !slices.Equal(s.Options, []string{"SQLITE_ENABLE_FTS5"}) || !slices.Equal(s.Files, []string{"sqlite3.c"}) || s.Package() != "pkg:generic/sqlite" {
		t.Errorf("sqlite: %+v", s)
	}
	if std := g.Components[1]; std.GoModule() != "stdlib" || std.Options != nil || !slices.Equal(std.Packages, []string{"fmt"}) {
		t.Errorf("std: %+v", std)
	}
	b, err := Parse("a.cdx.json", []byte(cdxText))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range b.Components {
		names = append(names, c.Name)
	}
	if want := []string{"golang.org/x/sys", "musl", "gosqlite", "sqlite"}; !slices.Equal(names, want) {
		t.Errorf("components %v, want %v", names, want)
	}
	if b.Platform != "linux_arm64" || b.Serial != "0000/1" || b.About() == nil || !slices.Equal(b.Components[3].Files, []string{"sqlite3.c"}) {
		t.Errorf("CycloneDX: %+v", b)
	}
	if sys := b.Components[0]; sys.GoModule() != "golang.org/x/sys" || !slices.Equal(sys.Packages, []string{"golang.org/x/sys/unix"}) {
		t.Errorf("x/sys: %+v", sys)
	}
}

func TestGoModules(t *testing.T) {
	var all []Component
	for _, purl := range []string{
		"pkg:golang/example.org/b@v1", "pkg:golang/example.org/a@v1", "pkg:golang/example.org/b@v2", "pkg:golang/std@1.27.4", "pkg:golang/toolchain@1.27.4",
		"pkg:golang/github.com/gosqlite/gosqlite/tools@v0", "pkg:golang/github.com/gosqlite/gosqlite@v0", "pkg:generic/sqlite@3.54.1",
		"pkg:golang/github.com/gosqlite/gosqlite-extras@v1",
	} {
		all = append(all, Component{PURL: purl})
	}
	if got, want := GoModules(all), []string{"example.org/a", "example.org/b", "github.com/gosqlite/gosqlite-extras"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no JSON":       {"{", "unexpected end"},
		"another form":  {`{"spdxVersion":"SPDX-2.3"}`, "neither"},
		"no components": {`{"bomFormat":"CycloneDX"}`, "lists 0 components"},
		"no identifier": {`{"bomFormat":"CycloneDX","components":[{"bom-ref":"a","name":"a"}]}`, "neither purl nor CPE"},
		"twice":         {`{"bomFormat":"CycloneDX","components":[{"bom-ref":"a","name":"a","purl":"pkg:generic/a"},{"bom-ref":"a","name":"b","purl":"pkg:generic/b"}]}`, "another has"},
		"deep":          {`{"bomFormat":"CycloneDX","components":[` + strings.Repeat(`{"bom-ref":"x","components":[`, 10) + strings.Repeat(`]}`, 10) + `]}`, "nested more"},
	} {
		if _, err := Parse("x", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestPackage(t *testing.T) {
	for purl, want := range map[string]string{
		"pkg:generic/musl@1.2.5":                        "pkg:generic/musl",
		"pkg:golang/github.com/a/b@v1.0.0?x=y#sub/path": "pkg:golang/github.com/a/b",
		"pkg:npm/%40scope/name":                         "pkg:npm/%40scope/name",
		"":                                              "",
	} {
		if got := Package(purl); got != want {
			t.Errorf("Package(%q) = %q, want %q", purl, got, want)
		}
	}
}
