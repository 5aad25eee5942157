// SPDX-License-Identifier: MIT

package manual

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/sbom/show"
)

// small is the input of a small site, made anew for each test.
func small(t *testing.T) Input {
	t.Helper()
	contents, err := ParseContents([]byte(`[{"title": "A", "entries": [
		{"page": "index", "title": "Home", "file": "docs/index.md"},
		{"page": "other", "title": "Other", "file": "docs/sub/other.md"},
		{"page": "package-p", "title": "p", "package": "p"},
		{"page": "treemap", "title": "Parts", "treemap": "linux_amd64"}]}]`))
	if err != nil {
		t.Fatal(err)
	}
	return Input{
		Version:  "1.2.3",
		Contents: contents,
		Files: map[string][]byte{
			"docs/index.md": []byte("# Home\n\n<!-- a note -->\n\nSee [other](sub/other.md#a_b-c) and [p](../p), [code](../p/p.go), [here](#part).\n\n" +
				"## Part\n\n![boxes](boxes.svg)\n\n```go\nvar x = \"<b>\" // why\n```\n\n<!-- run: a -->\n```sh\nls '#' # list\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n"),
			"docs/sub/other.md": []byte("# Other\n\n## A_b c!\n\n[home](../index.md#part)\n\n## A_b c\n"),
			"docs/boxes.svg":    []byte("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"><title>boxes</title></svg>\n"),
		},
		Packages: map[string]map[string][]byte{"p": {
			"p.go":        []byte("// Package p is EXPERIMENTAL. See [T.Do] and [io.Reader].\n//\n// # Rules\n//\n// None.\npackage p\n\nimport \"io\"\n\n// T does.\ntype T struct{ hidden int }\n\n// Do does it.\nfunc (t *T) Do(r io.Reader) error { return nil }\n"),
			"p_go127.go":  []byte("//go:build go1.27\n\npackage p\n\n// New is new.\nfunc New() *T { return nil }\n"),
			"old.go":      []byte("//go:build !go1.27\n\npackage p\n\n// New is old.\nfunc New() *T { return &T{} }\n"),
			"p_test.go":   []byte("package p_test\n\nimport \"fmt\"\n\nfunc ExampleT_Do() {\n\tfmt.Println(1)\n\t// Output: 1\n}\n"),
			"windows.go":  []byte("//go:build windows\n\npackage p\n\n// Other is elsewhere.\nfunc Other() {}\n"),
			"internal.go": []byte("package p\n\nfunc internal() {}\n"),
		}},
		Areas: []show.Area{{Name: "main", Group: "SQLite", Bytes: 900}, {Name: "go", Group: "Go", Bytes: 100}},
	}
}

func TestBuild(t *testing.T) {
	site, err := Build(small(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{
		"index.html": {
			`<a href="other.html#a_b-c">other</a>`, `<a href="package-p.html">p</a>`, `blob/v1.2.3/p/p.go`,
			`<h2 id="part">Part <a class="anchor"`, "<svg xmlns", "<title>boxes</title>", `<span class="k">var</span>`,
			`<span class="s">&#34;&lt;b&gt;&#34;</span>`, `<pre data-block="run: a" tabindex="0"><code>ls &#39;#&#39; <span class="c"># list</span>`, `<td align="right">2</td>`,
		},
		"other.html":     {`href="index.html#part"`, `id="a_b-c"`, `id="a_b-c-1"`},
		"package-p.html": {"Experimental.", `href="#T.Do"`, `id="T.Do"`, "https://pkg.go.dev/io#Reader", "New is new", "fmt.Println(", `id="doc-rules"`, `<a href="#doc-rules">Rules</a>`},
		"treemap.html":   {"SQLite", "90.0 %"},
		indexFile:        {`"other.html"`, `"a":"T.Do"`, `{"p":"package-p.html","a":"doc-rules","t":"Package p › Rules","x":"None."}`},
	} {
		for _, w := range want {
			if !bytes.Contains(site[name], []byte(w)) {
				t.Errorf("%s has no %s", name, w)
			}
		}
	}
	for name, never := range map[string][]string{
		"index.html":     {"a note"},
		"package-p.html": {"hidden int", "New is old", "Other is elsewhere", "func internal"},
	} {
		for _, n := range never {
			if bytes.Contains(site[name], []byte(n)) {
				t.Errorf("%s has %s", name, n)
			}
		}
	}
}

// TestBuildRefuses plants what must not get onto a site.
func TestBuildRefuses(t *testing.T) {
	page := func(text string) func(*Input) {
		return func(in *Input) { in.Files["docs/sub/other.md"] = []byte("# Other\n\n## A_b c\n\n" + text + "\n") }
	}
	for _, test := range []struct {
		name  string
		plant func(*Input)
		want  string
	}{
		{"a broken link", page("[x](../index.md) [x](#nowhere)"), "no such anchor"},
		{"a broken anchor on another page", page("[x](../index.md#gone)"), "index.html has no such anchor"},
		{"a broken anchor of a package", page("[x](../../p#T.Gone)"), "no such anchor"},
		{"a page without a place", func(in *Input) { in.Contents[0].Entries = in.Contents[0].Entries[1:] }, "no page shows it"},
		{"a link out of the tree", page("[x](../../../x)"), "leaves the tree"},
		{"an insecure link", page("[x](http://example.org)"), "only https"},
		{"a script link", page("[x](javascript:alert(1))"), "only https"},
		{"a picture from elsewhere", page("![x](https://example.org/x.svg)"), "picture"},
		{"a picture that is not given", page("![x](../gone.svg)"), "picture"},
		{"a picture that loads", func(in *Input) {
			in.Files["docs/boxes.svg"] = []byte(`<svg xmlns="http://www.w3.org/2000/svg"><image href="https://example.org/x.png"/></svg>`)
		}, "loaded from elsewhere"},
		{"a picture with a style", func(in *Input) { in.Files["docs/boxes.svg"] = []byte(`<svg><style>a{}</style></svg>`) }, "<style>"},
		{"HTML", page("<img src=\"https://example.org/x.png\">"), "it has HTML"},
		{"HTML in a line", page("some <b>text</b>"), "it has HTML"},
		{"a second title", page("# Again"), "two headings of the first level"},
		{"no title", func(in *Input) { in.Files["docs/sub/other.md"] = []byte("## A_b c\n") }, "no heading"},
		{"a file without a place", func(in *Input) { in.Files["docs/lost.md"] = []byte("# Lost\n") }, "no page shows it"},
		{"a page that is not given", func(in *Input) { delete(in.Files, "docs/index.md") }, "not given"},
		{"a package that is not given", func(in *Input) { delete(in.Packages, "p") }, "not given"},
		{"a package without a place", func(in *Input) { in.Packages["q"] = in.Packages["p"] }, "no place"},
		{"a package without documentation", func(in *Input) { in.Packages["p"] = map[string][]byte{"p.go": []byte("package p\n")} }, "no documentation"},
		{"Go that does not parse", func(in *Input) { in.Packages["p"]["p.go"] = []byte("package p\nfunc {") }, "p.go"},
		{"no areas", func(in *Input) { in.Areas = nil }, "treemap"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := small(t)
			test.plant(&in)
			if _, err := Build(in); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Build = %v, want an error with %q", err, test.want)
			}
		})
	}
}

// TestBuildIsDeterministic builds twice, and once more with one byte changed, which has to be seen.
func TestBuildIsDeterministic(t *testing.T) {
	build := func(plant func(*Input)) map[string][]byte {
		in := small(t)
		plant(&in)
		site, err := Build(in)
		if err != nil {
			t.Fatal(err)
		}
		return site
	}
	same := func(a, b map[string][]byte) bool { return maps.EqualFunc(a, b, bytes.Equal) }
	first := build(func(*Input) {})
	for range 20 {
		if !same(first, build(func(*Input) {})) {
			t.Fatal("the same input gave another site")
		}
	}
	if same(first, build(func(in *Input) { in.Files["docs/sub/other.md"] = append(in.Files["docs/sub/other.md"], "x\n"...) })) {
		t.Error("another input gave the same site")
	}
}

// TestTree builds the site of this tree, where the build's sandbox has its parts.
func TestTree(t *testing.T) {
	in, err := ReadTree("../..", "1.2.3", "")
	if err != nil {
		t.Fatal(err)
	}
	site, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	if len(site) < 30 {
		t.Errorf("only %d files: %q", len(site), slices.Sorted(maps.Keys(site)))
	}
}

func TestParseContents(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":       `x`,
		"unknown field": `[{"title": "A", "pages": []}]`,
		"no index":      `[{"title": "A", "entries": [{"page": "a", "title": "A", "file": "a.md"}]}]`,
		"no source":     `[{"title": "A", "entries": [{"page": "index", "title": "A"}]}]`,
		"two sources":   `[{"title": "A", "entries": [{"page": "index", "title": "A", "file": "a.md", "package": "p"}]}]`,
		"twice":         `[{"title": "A", "entries": [{"page": "index", "title": "A", "file": "a.md"}, {"page": "index", "title": "B", "file": "b.md"}]}]`,
		"same source":   `[{"title": "A", "entries": [{"page": "index", "title": "A", "file": "a.md"}, {"page": "b", "title": "B", "file": "a.md"}]}]`,
		"a path":        `[{"title": "A", "entries": [{"page": "../index", "title": "A", "file": "a.md"}]}]`,
		"no title":      `[{"title": "A", "entries": [{"page": "index", "file": "a.md"}]}]`,
	} {
		if _, err := ParseContents([]byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
