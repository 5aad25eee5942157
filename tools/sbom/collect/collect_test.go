// SPDX-License-Identifier: MIT

package collect

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/binary/binarytest"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to
whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`

const isc = `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted,
provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED
WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR
CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF
CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
`

// world is a build that was collected: an archive with one program of Go and C.
type world struct {
	in      *Collected
	facts   Facts
	program *program
}

func (w *world) write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.FromSlash(name) // below the folder that newWorld made the current one
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func object(symbols ...string) []byte {
	e := binarytest.ELF{Type: elf.ET_REL, Machine: elf.EM_X86_64, Code: []byte{0xc3}, Sections: binarytest.Symbols(symbols...)}
	return e.Bytes()
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Chdir(t.TempDir())
	w := &world{}
	license := w.write(t, "LICENSE", []byte(mit))
	source := func(label string) Source {
		return Source{Path: w.write(t, "src/"+strings.NewReplacer("@", "", "//", "/", ":", "/").Replace(label), []byte("source of "+label)), Label: label}
	}
	w.write(t, "runtime/exe.list", []byte("crt1.o\nlibc.so.6\nlibc.a\n"))
	w.write(t, "runtime/crt1.o", object("_start"))
	w.write(t, "runtime/libc.so.6", []byte("stub"))
	w.write(t, "runtime/libc.a", binarytest.Ar(
		binarytest.Member{Name: "used.o/", Data: object("memcpy")},
		binarytest.Member{Name: "unused.o/", Data: object("memset")},
	))
	declare := func(name, repository, role string, fill func(d *Declaration)) Declaration {
		d := Declaration{
			Label: "//components:" + name, Repository: repository, Title: name, Version: "1.0.0", Role: role, Type: "library",
			PURL: "pkg:generic/" + name + "@{version}", Supplier: "Example", SupplierURL: "https://example.org",
			License: "MIT", Concluded: "MIT", VCS: "https://example.org/" + name, LicenseFiles: []string{license},
		}
		if fill != nil {
			fill(&d)
		}
		return d
	}
	w.in = &Collected{
		Schema: Schema, Root: "@@//:archive",
		Subject: Subject{
			Name: "app_1.0.0", Title: "app", Version: "1.0.0", Time: "2026-11-23T00:00:00Z", Supplier: "Example", SupplierURL: "https://example.org",
			License: "MIT", Platform: "linux_amd64", Artifact: w.write(t, "app_1.0.0.tar.gz", packed(t, "app_1.0.0/LICENSE", mit, "app_1.0.0/bin/app", "stripped program")),
			Programs: []Output{{Name: "bin/app", Label: "@@//:app"}},
		},
		Targets: []Target{
			{Label: "@@//:archive", Kind: "archive"},
			{Label: "@@//:app", Kind: "go_binary", ImportPath: "example.org/app"},
			{Label: "@@//:lib", Kind: "go_library", ImportPath: "example.org/app", Files: []Source{source("@@//:main.go")}},
			{Label: "@@//:between", Kind: "alias"},
			{Label: "@@mod//pkg:pkg", Kind: "go_library", ImportPath: "example.org/mod/pkg", PURL: "pkg:golang/example.org/mod@v1.2.3", Files: []Source{source("@@mod//pkg:pkg.go")}},
			{Label: "@@zlib//:zlib", Kind: "cc_library", Files: []Source{source("@@zlib//:zlib.c")}},
		},
		Edges: []Edge{
			{From: "@@//:archive", To: "@@//:app", Attribute: "programs", Meaning: "contains"},
			{From: "@@//:archive", To: "@@tools//:pack", Attribute: "_pack", Meaning: "builds"},
			{From: "@@//:app", To: "@@//:lib", Attribute: "embed", Meaning: "links"},
			{From: "@@//:lib", To: "@@//:between", Attribute: "deps", Meaning: "links"},
			{From: "@@//:between", To: "@@mod//pkg:pkg", Attribute: "actual", Meaning: "alias"},
			{From: "@@//:lib", To: "@@zlib//:zlib", Attribute: "cdeps", Meaning: "links"},
		},
		Toolchain: Toolchain{Runtime: []string{"runtime"}, Labels: []string{"@@tools//:cc"}},
		Components: []Declaration{
			declare("app", "", "linked", nil),
			declare("mod", "mod", "linked", func(d *Declaration) { d.Version, d.PURL = "", "" }),
			declare("zlib", "zlib", "linked", nil),
			declare("std", "go", "linked", func(d *Declaration) { d.PURL, d.Pin = "pkg:golang/std@{version}", "go" }),
			declare("cc", "tools", "build-tool", func(d *Declaration) { d.Pin = "cc" }),
			declare("libc", "", "linked", func(d *Declaration) { d.RuntimeFiles = []string{"crt1.o", "libc.a"} }),
			declare("stubs", "", "interface-stub", func(d *Declaration) { d.RuntimeFiles = []string{"lib*.so.*"} }),
			declare("phantom", "nowhere", "linked", nil),
		},
	}
	w.facts = Facts{
		Pins:   []byte(`{"schema": 1, "go": {"version": "1.27.4", "tree": "` + strings.Repeat("a", 64) + `", "tree_sha512": "` + strings.Repeat("a", 128) + `"}, "modules": {"cc": {"version": "1.0.0", "tree": "` + strings.Repeat("b", 64) + `", "tree_sha512": "` + strings.Repeat("b", 128) + `"}}}`),
		GoSums: [][]byte{[]byte("example.org/mod v1.2.3 h1:abc=\nexample.org/mod v1.2.3/go.mod h1:def=\n")},
	}
	w.program = &program{
		label: "@@//:app", name: "app", kind: "exe", symbols: []string{"_start", "memcpy", "main.main", "x_cgo_notify_runtime_init_done"},
		packages: []string{"example.org/mod/pkg", "main", "runtime"}, modules: map[string]string{"example.org/mod": "v1.2.3"},
	}
	return w
}

// packed makes an archive of files: their names and texts in turn.
func packed(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for pair := range slices.Chunk(files, 2) {
		if err := w.WriteHeader(&tar.Header{Name: pair[0], Mode: 0o755, Size: int64(len(pair[1]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(pair[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (w *world) document() (*graph.Document, error) {
	d, err := document(w.in, w.facts, func(Output) (*program, error) { return w.program, nil })
	if err != nil {
		return nil, err
	}
	_, err = d.Encode()
	return d, err
}

func TestDocument(t *testing.T) {
	d, err := newWorld(t).document()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]graph.Role{
		"app_1.0.0.tar.gz": graph.Subject, "app": graph.Linked, "mod": graph.Linked, "zlib": graph.Linked, "std": graph.Linked,
		"cc": graph.BuildTool, "libc": graph.Linked, "stubs": graph.InterfaceStub,
	}
	seen := map[string]*graph.Component{}
	for i := range d.Components {
		c := &d.Components[i]
		if c.Role == graph.Delivered {
			continue
		}
		seen[c.Name] = c
		if want[c.Name] != c.Role {
			t.Errorf("component %s has role %s, want %q", c.Name, c.Role, want[c.Name])
		}
	}
	if len(seen) != len(want) {
		t.Errorf("%d components, want %d", len(seen), len(want))
	}
	if got := seen["libc"].Files; len(got) != 2 || got[0].Path != "crt1.o" || got[1].Path != "libc.a/used.o" {
		t.Errorf("libc's linked files are %v: want the start file and the one object that defines memcpy", got)
	}
	if m := seen["mod"]; m.Version != "v1.2.3" || m.Properties[0] != (graph.Property{Name: "golang:h1", Value: "h1:abc="}) || !slices.Equal(m.Packages, []string{"example.org/mod/pkg"}) {
		t.Errorf("module: %+v", m)
	}
	through := graph.Relation{From: seen["app"].ID, To: seen["mod"].ID, Kind: graph.Depends}
	if !slices.Contains(d.Relations, through) {
		t.Errorf("the edge through a target without a component is lost: %v", d.Relations)
	}
}

// A Go program without cgo has nothing of a C toolchain's runtime, whatever its symbols are called.
func TestNoRuntimeWithoutCgo(t *testing.T) {
	w := newWorld(t)
	w.program.symbols = slices.DeleteFunc(w.program.symbols, func(s string) bool { return s == "x_cgo_notify_runtime_init_done" })
	d, err := w.document()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range d.Components {
		if c.Name == "libc" || c.Name == "stubs" {
			t.Errorf("%s is in the document: %v", c.Name, c.Files)
		}
	}
}

func TestABIVersions(t *testing.T) {
	list := []byte("\x02c\x00m\x00\x02\x0a\x01\x00\x0b\x00\x00rest")
	if got, err := abiVersions(list); err != nil || string(got) != "10.1.0\n11.0.0\n" {
		t.Errorf("%q, %v", got, err)
	}
	for n := range len(list) - len("rest") {
		if got, err := abiVersions(list[:n]); err == nil {
			t.Errorf("of %d bytes: %q", n, got)
		}
	}
}

// TestVersionOfList: a version is that of the list, or stands as it is given as long as the list ends where it did.
func TestVersionOfList(t *testing.T) {
	for _, test := range []struct{ given, pattern, want, fails string }{
		{"", `(\d+)\.(\d+)\.\d+\n$`, "11.0", ""},
		{"15.0", `(11\.0)\.0\n$`, "15.0", ""},
		{"15.0", `(10\.1)\.0\n$`, "", "is not found"},
	} {
		w := newWorld(t)
		d := &w.in.Components[slices.IndexFunc(w.in.Components, func(d Declaration) bool { return d.Title == "libc" })]
		d.Version, d.VersionPattern = test.given, test.pattern
		d.VersionFile = w.write(t, "abilists", []byte("\x01c\x00\x02\x0a\x01\x00\x0b\x00\x00"))
		document, err := w.document()
		if test.fails != "" {
			if err == nil || !strings.Contains(err.Error(), test.fails) {
				t.Errorf("%+v: %v", test, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range document.Components {
			if c.Name == "libc" && c.Version != test.want {
				t.Errorf("version %s, want %s", c.Version, test.want)
			}
		}
	}
}

// TestOrigin: where a component is had from is what the pin says, so that a new version can't keep the address of the old.
func TestOrigin(t *testing.T) {
	w := newWorld(t)
	w.facts.Pins = bytes.Replace(w.facts.Pins, []byte(`"go": {`), []byte(`"go": {"channels": [{"kind": "archive", "url": "https://example.org/go1.zip"}], `), 1)
	d, err := w.document()
	if err != nil {
		t.Fatal(err)
	}
	want := graph.Reference{Type: graph.SourceDistribution, URL: "https://example.org/go1.zip"}
	for _, c := range d.Components {
		if c.Name == "std" && !slices.Contains(c.References, want) {
			t.Errorf("got %v", c.References)
		}
	}
}

// TestVariant: the wording of NetBSD's start files is a license, whatever it is acknowledged as; without its last words it
// is none.
func TestVariant(t *testing.T) {
	text := strings.ReplaceAll(bsd4, "__20__", "NetBSD Project. See http://www.NetBSD.org/ for information about NetBSD.")
	for _, test := range []struct {
		text string
		ids  int
	}{{text, 1}, {"/* $Id$ */\n/* " + strings.ReplaceAll(text, "\n", "\n * ") + " */\nint x;", 1}, {text[:len(text)-40], 0}} {
		found, err := scan([]byte(test.text))
		if err != nil || len(found.Match) != test.ids || test.ids > 0 && found.Match[0].ID != "BSD-4-Clause" {
			t.Errorf("%+v, %v, want %d of BSD-4-Clause in %q", found, err, test.ids, test.text)
		}
	}
}

func TestSameTextTwice(t *testing.T) {
	w := newWorld(t)
	a, err := w.document()
	if err != nil {
		t.Fatal(err)
	}
	b, err := w.document()
	if err != nil {
		t.Fatal(err)
	}
	x, _ := a.Encode()
	y, _ := b.Encode()
	if !bytes.Equal(x, y) {
		t.Error("two texts of one build differ")
	}
}

// Each plant is one defect; the document is refused with a text that names it.
func TestPlants(t *testing.T) {
	component := func(w *world, title string) *Declaration {
		i := slices.IndexFunc(w.in.Components, func(d Declaration) bool { return d.Title == title })
		return &w.in.Components[i]
	}
	drop := func(title string) func(t *testing.T, w *world) {
		return func(_ *testing.T, w *world) {
			w.in.Components = slices.DeleteFunc(w.in.Components, func(d Declaration) bool { return d.Title == title })
		}
	}
	for _, test := range []struct {
		name  string
		plant func(t *testing.T, w *world)
		want  string
	}{
		{"a removed edge", func(_ *testing.T, w *world) {
			w.in.Edges = slices.DeleteFunc(w.in.Edges, func(e Edge) bool { return e.To == "@@mod//pkg:pkg" })
		}, "resolve Go package example.org/mod/pkg: it is linked and no target of the graph has it"},
		{"an undeclared C file", drop("zlib"), "resolve file @@zlib//:zlib.c: no component covers it"},
		{"an undeclared module", drop("mod"), "resolve target @@mod//pkg:pkg: no component covers it"},
		{"an undeclared runtime file", drop("stubs"), "resolve runtime file libc.so.6: no component covers it"},
		{"an undeclared tool", drop("cc"), "resolve toolchain file @@tools//:cc: no component covers it"},
		{"an undeclared standard library", drop("std"), "no component is the standard library"},
		{"a component of two owners", func(_ *testing.T, w *world) { w.in.Components = append(w.in.Components, *component(w, "zlib")) }, "both //components:zlib and //components:zlib cover it"},
		{"a license that the file contradicts", func(_ *testing.T, w *world) { component(w, "zlib").License = "Zlib" }, "MIT was found in it, and Zlib is declared"},
		{"a file without a license", func(t *testing.T, w *world) {
			component(w, "zlib").LicenseFiles = []string{w.write(t, "README", []byte("read me"))}
		}, "no license was found in it"},
		{"a missing license file", func(_ *testing.T, w *world) { component(w, "zlib").LicenseFiles = []string{"none"} }, "read license file"},
		{"no license", func(_ *testing.T, w *world) {
			d := component(w, "libc")
			d.License, d.Concluded, d.LicenseFiles = "", "", nil
		}, "no license: declare"},
		{"no supplier", func(_ *testing.T, w *world) { component(w, "zlib").Supplier = "" }, "no supplier: declare"},
		{"no version", func(_ *testing.T, w *world) { component(w, "zlib").Version = "" }, "no version: declare"},
		{"a purl that is none", func(_ *testing.T, w *world) { component(w, "zlib").PURL = "pkg:generic/z lib@{version}" }, `write it as pkg:generic/z%20lib@1.0.0`},
		{"a title that is no name", func(_ *testing.T, w *world) { w.in.Subject.Title = "my app" }, `write it as pkg:generic/my%20app@1.0.0`},
		{"a purl without version", func(_ *testing.T, w *world) { component(w, "zlib").PURL = "pkg:generic/zlib" }, "a name and a version are needed"},
		{"no digest", func(_ *testing.T, w *world) { component(w, "std").Pin = "" }, "no digest: declare"},
		{"an unknown pin", func(_ *testing.T, w *world) { component(w, "cc").Pin = "none" }, `no entry "none"`},
		{"a wrong digest", func(_ *testing.T, w *world) {
			component(w, "zlib").Pin = "zlib"
			w.facts.Pins = bytes.Replace(w.facts.Pins, []byte(`"schema": 1`), []byte(`"zlib": {"version": "1.0.0", "tree": "`+strings.Repeat("c", 64)+`", "sha3_256": {"zlib.c": "`+strings.Repeat("d", 64)+`"}}`), 1)
		}, "digest zlib.c: its SHA3-256 is"},
		{"a module without checksum", func(_ *testing.T, w *world) { w.facts.GoSums = nil }, "go.sum has no line for example.org/mod v1.2.3"},
		{"another checksum than go.sum's", func(_ *testing.T, w *world) { w.in.Targets[4].PURL += "?checksum=h1:xyz%3D" }, "was fetched with h1:xyz=, and go.sum says h1:abc="},
		{"another version in the program", func(_ *testing.T, w *world) { w.program.modules["example.org/mod"] = "v1.2.4" }, "its build information names example.org/mod v1.2.4"},
		{"a linked tool", func(_ *testing.T, w *world) { component(w, "cc").Role = "linked" }, `declare it with role = "build-tool"`},
		{"a linked component declared as header", func(_ *testing.T, w *world) { component(w, "mod").Role = "build-tool" }, "it is linked, and declared as build-tool"},
		{"a program that nobody names", func(t *testing.T, w *world) {
			w.write(t, "app_1.0.0.tar.gz", packed(t, "app_1.0.0/bin/more", string(object("main"))))
		}, "bin/more is in the archive, and the build says of no target that it made it"},
		{"an archive without the license of what is in it", func(t *testing.T, w *world) {
			w.write(t, "app_1.0.0.tar.gz", packed(t, "app_1.0.0/bin/app", "stripped program"))
		}, "it is linked, and the license in LICENSE is not among the archive's LICENSE and THIRD_PARTY_NOTICES.txt"},
		{"an archive with a part of the license", func(t *testing.T, w *world) {
			w.write(t, "app_1.0.0.tar.gz", packed(t, "app_1.0.0/LICENSE", mit[:len(mit)/2], "app_1.0.0/bin/app", "stripped program"))
		}, "it is linked, and the license in LICENSE is not among"},
		{"a license file with another license at its end", func(t *testing.T, w *world) {
			text := mit + "\n" + strings.Repeat("/* nothing */\n", maxLicense/14+1) + isc
			component(w, "zlib").LicenseFiles = []string{w.write(t, "two.h", []byte(text))}
		}, "it is linked, and the license in two.h is not among"},
		{"a license file without end", func(t *testing.T, w *world) {
			component(w, "zlib").LicenseFiles = []string{w.write(t, "long.h", []byte(mit+strings.Repeat("\n", maxNotice)))}
		}, "long.h: it is larger than 4194304 bytes"},
		{"a license file that only names the license", func(t *testing.T, w *world) {
			component(w, "zlib").LicenseFiles = []string{w.write(t, "named.c", []byte("// SPDX-License-Identifier: MIT\n"))}
		}, "named.c: no text of a license is in it that an archive could hold"},
		{"a program that is not in the archive", func(_ *testing.T, w *world) { w.in.Subject.Programs[0].Name = "bin/other" }, "bin/other is not in the archive"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.plant(t, w)
			if _, err := w.document(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want %q in it", err, test.want)
			}
		})
	}
}
