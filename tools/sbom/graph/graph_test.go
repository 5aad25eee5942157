// SPDX-License-Identifier: MIT

package graph_test

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/graph/graphtest"
)

func encoded(t *testing.T, d *graph.Document) []byte {
	t.Helper()
	text, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestParseIsTheInverse(t *testing.T) {
	for _, d := range []*graph.Document{graphtest.Glibc(), graphtest.StaticMusl()} {
		text := encoded(t, d)
		got, err := graph.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, d) {
			t.Errorf("%s: read something else than was written", d.Name)
		}
	}
}

func TestOrderDoesNotCount(t *testing.T) {
	want := encoded(t, graphtest.Glibc())
	d := graphtest.Glibc()
	slices.Reverse(d.Components)
	slices.Reverse(d.Relations)
	for i := range d.Components {
		slices.Reverse(d.Components[i].Digests)
		slices.Reverse(d.Components[i].Files)
		slices.Reverse(d.Components[i].Packages)
		slices.Reverse(d.Components[i].Properties)
	}
	if got := encoded(t, d); !bytes.Equal(got, want) {
		t.Error("another order gives another text")
	}
}

func component(d *graph.Document, id string) *graph.Component {
	c := d.Component(id)
	if c == nil {
		panic("the fixture has no " + id)
	}
	return c
}

// TestIncomplete plants what may lack: the error names the component and says what to declare.
func TestIncomplete(t *testing.T) {
	const id = "generic-sqlite-3.54.1"
	for _, test := range []struct {
		name  string
		plant func(c *graph.Component)
		want  string
	}{
		{"name", func(c *graph.Component) { c.Name = "" }, "no name"},
		{"version", func(c *graph.Component) { c.Version = "" }, "no version"},
		{"supplier", func(c *graph.Component) { c.Supplier = graph.Organisation{} }, "no supplier"},
		{"address of the supplier", func(c *graph.Component) { c.Supplier.URL = "" }, "not a web address"},
		{"identifier", func(c *graph.Component) { c.PURL, c.CPE = "", "" }, "no identifier"},
		{"declared license", func(c *graph.Component) { c.License.Declared = "" }, "no license"},
		{"concluded license", func(c *graph.Component) { c.License.Concluded = "" }, "no license"},
		{"assertion", func(c *graph.Component) { c.License.Concluded = "NOASSERTION" }, "says nothing"},
		{"listed license", func(c *graph.Component) { c.License.Concluded = "Public Domain" }, "no SPDX license expression"},
		{"simple license", func(c *graph.Component) {
			c.License.Concluded = "MIT" + strings.Repeat(" AND (ISC OR MIT)", graph.MaxOperators)
		}, "operators"},
		{"origin", func(c *graph.Component) { c.References = nil }, "no origin"},
		{"digest", func(c *graph.Component) { c.Digests = nil }, "no digest"},
		{"SHA-512", func(c *graph.Component) {
			c.Digests = slices.DeleteFunc(c.Digests, func(d graph.Digest) bool { return d.Alg == graph.SHA512 })
		}, "no SHA-512 of its linked sqlite3.c"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := graphtest.Glibc()
			test.plant(component(d, id))
			_, err := d.Encode()
			if err == nil || !strings.Contains(err.Error(), id+": ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v; want it to name %s and say %q", err, id, test.want)
			}
		})
	}
}

// TestExemption: only the subject of a whole release goes without a digest.
func TestExemption(t *testing.T) {
	d := graphtest.Glibc()
	component(d, d.Subject).Digests = nil
	if _, err := d.Encode(); err == nil {
		t.Error("an archive without a digest was accepted")
	}
	d.Platform = ""
	if _, err := d.Encode(); err != nil {
		t.Error(err)
	}
}

func TestRefuses(t *testing.T) {
	const id = "generic-sqlite-3.54.1"
	for _, test := range []struct {
		name  string
		plant func(d *graph.Document)
		want  string
	}{
		{"schema", func(d *graph.Document) { d.Schema = "x" }, "schema"},
		{"time zone", func(d *graph.Document) { d.Time = "2026-11-23T00:00:00+01:00" }, "time"},
		{"platform", func(d *graph.Document) { d.Platform = "linux/amd64" }, "platform"},
		{"lifecycle", func(d *graph.Document) { d.Lifecycle = "design" }, "lifecycle"},
		{"no author", func(d *graph.Document) { d.Authors = nil }, "no author"},
		{"no tool", func(d *graph.Document) { d.Tool.Version = "" }, "tool"},
		{"no supplier", func(d *graph.Document) { d.Supplier.Name = "" }, "supplier"},
		{"no components", func(d *graph.Document) { d.Components = nil }, "0 components"},
		{"other subject", func(d *graph.Document) { d.Subject = id }, "subject"},
		{"version of the subject", func(d *graph.Document) { d.Version = "9.9.9" }, "version"},
		{"ID", func(d *graph.Document) { component(d, id).ID = "a/b" }, "an ID is"},
		{"ID twice", func(d *graph.Document) { d.Components = append(d.Components, *component(d, id)) }, "twice"},
		{"ID in another case", func(d *graph.Document) {
			c := *component(d, id)
			c.ID = strings.ToUpper(id)
			d.Components = append(d.Components, c)
		}, "only in case"},
		{"role", func(d *graph.Document) { component(d, id).Role = "static" }, "role"},
		{"type", func(d *graph.Document) { component(d, id).Type = "thing" }, "type"},
		{"two lines", func(d *graph.Document) { component(d, id).Name = "a\nb" }, "not one line"},
		{"zero byte", func(d *graph.Document) { component(d, id).Copyright = "a\x00" }, "not text"},
		{"purl", func(d *graph.Document) { component(d, id).PURL = "sqlite" }, "purl"},
		{"CPE", func(d *graph.Document) { component(d, id).CPE = "cpe:/a:sqlite" }, "CPE"},
		{"object of a digest", func(d *graph.Document) { component(d, id).Digests[0].Object = "module" }, "names its object"},
		{"short digest", func(d *graph.Document) { component(d, id).Digests[0].Value = "00" }, "no digest"},
		{"h1 as digest", func(d *graph.Document) { component(d, id).Digests[0].Value = "h1:c2FtcGxl" }, "no digest"},
		{"upper-case digest", func(d *graph.Document) {
			c := &component(d, id).Digests[0]
			c.Value = strings.ToUpper(c.Value)
		}, "no digest"},
		{"download that nothing leads to", func(d *graph.Document) {
			c := component(d, "tool-go")
			c.References = slices.DeleteFunc(c.References, func(r graph.Reference) bool { return r.URL == c.Digests[0].Name })
			c.References = append(c.References, graph.Reference{Type: graph.VCS, URL: "https://go.googlesource.com/go"})
		}, "no reference leads to the download"},
		{"unknown algorithm", func(d *graph.Document) { component(d, id).Digests[0].Alg = "MD5" }, "no digest"},
		{"reference type", func(d *graph.Document) { component(d, id).References[0].Type = "blog" }, "reference type"},
		{"reference", func(d *graph.Document) { component(d, id).References[0].URL = "sqlite.org" }, "not a web address"},
		{"absolute file", func(d *graph.Document) { component(d, id).Files[0].Path = "/sqlite3.c" }, "relative"},
		{"file above its input", func(d *graph.Document) { component(d, id).Files[0].Path = "a/../../b" }, "relative"},
		{"digest of a file", func(d *graph.Document) { component(d, id).Files[0].SHA256 = "" }, "no SHA-256"},
		{"evidence", func(d *graph.Document) { component(d, id).License.Evidence[0].ID = "Foo" }, "evidence"},
		{"coverage", func(d *graph.Document) { component(d, id).License.Evidence[0].Coverage = 101 }, "covered"},
		{"property", func(d *graph.Document) { component(d, id).Properties[0].Name = "a b" }, "property"},
		{"end of a relation", func(d *graph.Document) { d.Relations[0].To = "none" }, "no component"},
		{"relation to itself", func(d *graph.Document) { d.Relations[0].To = d.Relations[0].From }, "itself"},
		{"kind", func(d *graph.Document) { d.Relations[0].Kind = "uses" }, "kind"},
		{"linked build tool", func(d *graph.Document) { component(d, "tool-go").Role = graph.Linked }, "leads to a component of role"},
		{"delivered header", func(d *graph.Document) { component(d, "generic-sqlite-3.54.1").Role = graph.Header }, "leads to a component of role"},
		{"removed edge", func(d *graph.Document) {
			d.Relations = slices.DeleteFunc(d.Relations, func(r graph.Relation) bool { return r.To == "tool-zig" })
		}, "tool-zig: no relation leads there"},
		{"phantom", func(d *graph.Document) {
			c := *component(d, id)
			c.ID = "phantom"
			d.Components = append(d.Components, c)
		}, "phantom: no relation leads there"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := graphtest.Glibc()
			test.plant(d)
			if _, err := d.Encode(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v; want an error with %q", err, test.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	text := string(encoded(t, graphtest.Glibc()))
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "EOF"},
		{"cut off", text[:len(text)/2], "EOF"},
		{"other schema", strings.Replace(text, "graph/1", "graph/2", 1), "not known"},
		{"unknown field", strings.Replace(text, `"subject"`, `"subjects"`, 1), "unknown field"},
		{"field in another case", strings.Replace(text, `"subject"`, `"Subject"`, 1), "not canonical"},
		{"field twice", strings.Replace(text, `"lifecycle": "build"`, `"lifecycle": "build", "lifecycle": "build"`, 1), "not canonical"},
		{"space", strings.Replace(text, `": "`, `":  "`, 1), "not canonical"},
		{"escape", strings.Replace(text, "sqlite", `\u0073qlite`, 1), "not canonical"},
		{"no newline at the end", strings.TrimSuffix(text, "\n"), "not canonical"},
		{"two documents", text + text, "not canonical"},
		{"empty list", strings.Replace(text, `"relations": [`, `"relations": [], "relations": [`, 1), "not canonical"},
		{"too large", text + strings.Repeat(" ", graph.MaxText), "larger than"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := graph.Parse([]byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v; want an error with %q", err, test.want)
			}
		})
	}
}

func TestFaultsAreBounded(t *testing.T) {
	d := graphtest.Glibc()
	c := component(d, "generic-sqlite-3.54.1")
	for range 1000 {
		c.Digests = append(c.Digests, graph.Digest{Object: "x"})
	}
	err := d.Validate()
	if n := strings.Count(err.Error(), "\n") + 1; n != graph.MaxErrors+1 || !strings.Contains(err.Error(), "faults more") {
		t.Errorf("%d lines", n)
	}
}

func TestPrincipal(t *testing.T) {
	d := graphtest.Glibc()
	for _, test := range []struct {
		id     string
		object graph.Object
		name   string
		count  int
	}{
		{"program-gosqlite", graph.ReleasedFile, "bin/gosqlite", 2},
		{"generic-sqlite-3.54.1", graph.LinkedFile, "sqlite3.c", 3},
		{"generic-glibc-2.28", graph.LinkedFile, "crt1.o", 2},
		{"golang-std-1.27.4", graph.Tree, "go_sdk", 2},
		{"tool-go", graph.Download, "https://go.dev/go.tar.xz", 2},
	} {
		got := component(d, test.id).Principal()
		if len(got) != test.count || got[0].Object != test.object || got[0].Name != test.name {
			t.Errorf("%s: got %v", test.id, got)
		}
	}
}

func TestID(t *testing.T) {
	for _, test := range []struct {
		c    graph.Component
		want string
	}{
		{graph.Component{PURL: "pkg:golang/golang.org/x/sys@v0.48.0?goos=linux"}, "golang-golang.org-x-sys-v0.48.0"},
		{graph.Component{Role: graph.Header, Name: "linux headers"}, "header-linux-headers"},
	} {
		if got := graph.ID(&test.c); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

func TestSerial(t *testing.T) {
	serial := func(d *graph.Document, format string) string {
		s, err := d.Serial(format)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := serial(graphtest.Glibc(), "a")
	if first != serial(graphtest.Glibc(), "a") {
		t.Error("the serial is not a function of the document")
	}
	changed := graphtest.Glibc()
	component(changed, "generic-sqlite-3.54.1").Copyright += "!"
	if first == serial(graphtest.Glibc(), "b") || first == serial(changed, "a") {
		t.Error("another format or another document has the same serial")
	}
	if len(first) != 36 || first[14] != '5' {
		t.Errorf("%s is no UUID of version 5", first)
	}
}

func TestIdentity(t *testing.T) {
	for _, test := range []struct {
		c    graph.Component
		want string
	}{
		{graph.Component{PURL: "pkg:golang/golang.org/x/sys@v0.48.0?goos=linux"}, "pkg:golang/golang.org/x/sys"},
		{graph.Component{PURL: "pkg:golang/a.org/b@v1.0.0#c/d"}, "pkg:golang/a.org/b#c/d"},
		{graph.Component{Name: "crt1.o"}, "crt1.o"},
	} {
		if got := test.c.Identity(); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

// FuzzParse: what Parse takes has exactly the text that Encode writes of it.
func FuzzParse(f *testing.F) {
	for _, d := range []*graph.Document{graphtest.Glibc(), graphtest.StaticMusl()} {
		text, err := d.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"schema":"gosqlite-sbom-graph/1"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := graph.Parse(text)
		if err != nil {
			return
		}
		if again, err := d.Encode(); err != nil || !bytes.Equal(again, text) {
			t.Errorf("%v, and the text is another one", err)
		}
	})
}
