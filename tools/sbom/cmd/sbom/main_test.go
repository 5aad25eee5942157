// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/graph/graphtest"
)

// folder is a working folder of a test with files in it.
type folder struct {
	t   *testing.T
	dir string
}

func newFolder(t *testing.T) folder {
	f := folder{t, t.TempDir()}
	f.putGraph("new.graph.json", graphtest.Glibc())
	return f
}

func (f folder) path(name string) string { return filepath.Join(f.dir, name) }

func (f folder) put(name, text string) string {
	f.t.Helper()
	if err := os.WriteFile(f.path(name), []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
	return f.path(name)
}

func (f folder) putGraph(name string, d *graph.Document) string {
	f.t.Helper()
	text, err := d.Encode()
	if err != nil {
		f.t.Fatal(err)
	}
	return f.put(name, string(text))
}

func (f folder) read(name string) string {
	f.t.Helper()
	text, err := os.ReadFile(f.path(name))
	if err != nil {
		f.t.Fatal(err)
	}
	return string(text)
}

// run runs the program, wants an exit code and returns what it printed. Words with a leading / are files of the folder.
func (f folder) run(want int, args ...string) (stdout, stderr string) {
	f.t.Helper()
	args = slices.Clone(args)
	for i, a := range args {
		name, file, ok := strings.Cut(a, "=/")
		switch {
		case ok:
			args[i] = name + "=" + f.path(file)
		case strings.HasPrefix(a, "/"):
			args[i] = f.path(a[1:])
		}
	}
	var out, err bytes.Buffer
	if got := run(args, &out, &err); got != want {
		f.t.Fatalf("sbom %v: exit code %d, want %d\n%s%s", args, got, want, out.String(), err.String())
	}
	return out.String(), err.String()
}

func (f folder) documents() {
	f.run(action.OK, "write", "--graph", "/new.graph.json", "--out", "cyclonedx-1.7+json=/a.cdx.json", "--out", "spdx-2.3+json=/a.spdx.json")
}

func TestUsage(t *testing.T) {
	f := newFolder(t)
	if out, _ := f.run(action.OK, "--help"); out != usage {
		t.Errorf("got %s", out)
	}
	for _, c := range commands {
		if out, _ := f.run(action.OK, c.name, "--help"); !strings.HasPrefix(out, "usage: sbom "+c.name+" --") {
			t.Errorf("%s: %s", c.name, out)
		}
		if !strings.Contains(usage, "\n  "+c.name+" ") {
			t.Errorf("%s is not in the usage text", c.name)
		}
		f.run(action.Usage, c.name)
		f.run(action.Usage, c.name, "--nonsense")
	}
	f.run(action.Usage)
	f.run(action.Usage, "nonsense")
}

func TestWriteEveryFormat(t *testing.T) {
	f := newFolder(t)
	args := []string{"write", "--graph", "/new.graph.json"}
	for name := range formats {
		args = append(args, "--out", name+"=/"+name)
	}
	f.run(action.OK, args...)
	for name := range formats {
		if f.read(name) == "" {
			t.Errorf("%s is empty", name)
		}
	}
	f.run(action.Usage, "write", "--graph", "/new.graph.json", "--out", "nonsense=/x")
	f.run(action.Failure, "write", "--graph", "/none", "--out", "spdx-2.3+json=/x")
	f.put("bad", "{}")
	f.run(action.Failure, "write", "--graph", "/bad", "--out", "spdx-2.3+json=/x")
	if _, err := os.Stat(f.path("x")); err == nil {
		t.Error("a failed run left a document")
	}
}

const licenses = `{"allowed":["MIT","BSD-3-Clause","blessing","Apache-2.0 WITH LLVM-exception"],
"undelivered":["GPL-2.0-only WITH Linux-syscall-note","LGPL-2.1-or-later"],
"exceptions":[{"component":"pkg:generic/glibc","license":"LGPL-2.1-or-later WITH GCC-exception-2.0-note","reason":"start files"}]}`

func TestCheck(t *testing.T) {
	f := newFolder(t)
	f.documents()
	f.put("policy.json", licenses)
	list, _ := f.run(action.OK, "expect", "--document", "/a.cdx.json")
	f.put("expected.txt", list)
	f.put("sqlite3.c", "sqlite3.c")
	all := []string{
		"check", "--graph", "/new.graph.json", "--document", "/a.cdx.json", "--document", "/a.spdx.json", "--without-schemas",
		"--expect", "/expected.txt", "--policy", "/policy.json", "--linked", "sqlite3.c=/sqlite3.c",
	}
	out, _ := f.run(action.OK, all...)
	if !strings.Contains(out, "digests: 3 equal, 0 different, ") || !strings.Contains(out, "not checked: no document was held") {
		t.Errorf("got %s", out)
	}
	for name, plant := range map[string]struct{ file, old, new, want string }{
		"changed document":  {"a.cdx.json", `"copyright": "The Go Authors"`, `"copyright": "Nobody"`, "graph: "},
		"missing license":   {"a.cdx.json", `"id": "blessing"`, `"id": ""`, "cisa-2025/license: "},
		"missing version":   {"a.spdx.json", `"versionInfo": "3.54.1"`, `"versionInfo": ""`, "ntia-2021/version: "},
		"other in SPDX":     {"a.spdx.json", `"name": "sqlite"`, `"name": "sqlight"`, "equivalence: "},
		"unexpected":        {"expected.txt", "pkg:generic/glibc", "pkg:generic/libc", "expectation: "},
		"copyleft":          {"policy.json", "pkg:generic/glibc", "pkg:generic/other", "policy: pkg:generic/glibc"},
		"other linked file": {"sqlite3.c", "sqlite3", "sqlite4", "digest: SHA-256 of linked sqlite3.c"},
	} {
		t.Run(name, func(t *testing.T) {
			f := folder{t, f.dir}
			before := f.read(plant.file)
			after := strings.ReplaceAll(before, plant.old, plant.new)
			if after == before {
				t.Fatal("nothing is planted")
			}
			f.put(plant.file, after)
			defer f.put(plant.file, before)
			if out, _ := f.run(action.Rejected, all...); !strings.Contains(out, plant.want) {
				t.Errorf("no %q in\n%s", plant.want, out)
			}
			out, _ := f.run(action.Rejected, append(all, "--json")...)
			var r report
			if err := json.Unmarshal([]byte(out), &r); err != nil || len(r.Faults) == 0 {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestPublished: what a release publishes is enough to recompute digests, and says so where too few could be.
func TestPublished(t *testing.T) {
	f := newFolder(t)
	f.documents()
	f.put("sqlite3.c", "sqlite3.c")
	for _, document := range []string{"/a.cdx.json", "/a.spdx.json"} {
		args := []string{"check", "--document", document, "--without-schemas", "--linked", "sqlite3.c=/sqlite3.c", "--at-least-equal"}
		withGraph, _ := f.run(action.OK, append(args, "3", "--graph", "/new.graph.json")...)
		out, _ := f.run(action.OK, append(args, "3")...)
		first, _, _ := strings.Cut(withGraph, "\n")
		if !strings.HasPrefix(out, first) || !strings.Contains(out, "not checked: no document was held against the graph") {
			t.Errorf("got %s, want %s", out, first)
		}
		if out, _ := f.run(action.Rejected, append(args, "4")...); !strings.Contains(out, "digests: 3 were recomputed and are equal, and at least 4 have to be") {
			t.Errorf("got %s", out)
		}
	}
	f.put("sqlite3.c", "sqlite4.c")
	if out, _ := f.run(action.Rejected, "check", "--document", "/a.cdx.json", "--without-schemas", "--linked", "sqlite3.c=/sqlite3.c"); !strings.Contains(out, "digest: SHA-256 of linked sqlite3.c") {
		t.Errorf("got %s", out)
	}
	f.put("other.json", `{"bomFormat":"CycloneDX","specVersion":"1.7","metadata":{"component":{"bom-ref":"x","name":"x"}},"components":[]}`)
	if _, err := f.run(action.Failure, "check", "--document", "/other.json", "--without-schemas"); !strings.Contains(err, "names the object of no digest") {
		t.Errorf("got %s", err)
	}
}

func TestCheckUsage(t *testing.T) {
	f := newFolder(t)
	f.documents()
	f.run(action.Usage, "check", "--graph", "/new.graph.json", "--document", "/a.cdx.json")
	f.run(action.Usage, "check", "--graph", "/new.graph.json", "--document", "/a.cdx.json", "--schemas", "/", "--without-schemas")
	f.run(action.Usage, "check", "--graph", "/new.graph.json", "--expect", "/a.cdx.json")
	f.run(action.Usage, "check", "--graph", "/new.graph.json", "--linked", "sqlite3.c")
	f.run(action.Usage, "check", "--document", "/a.cdx.json", "--without-schemas", "--policy", "/a.cdx.json")
	f.run(action.Usage, "check", "--graph", "/new.graph.json", "--linked", "a=/b", "--linked", "a=/c")
	f.run(action.Failure, "check", "--graph", "/new.graph.json", "--document", "/a.cdx.json", "--schemas", "/")
	f.run(action.Failure, "check", "--graph", "/new.graph.json", "--linked", "sqlite3.c=/none")
	f.run(action.Failure, "check", "--graph", "/a.cdx.json")
}

func TestScore(t *testing.T) {
	f := newFolder(t)
	f.documents()
	out, _ := f.run(action.OK, "score", "--document", "/a.cdx.json", "--document", "/a.spdx.json")
	for _, want := range []string{"(CycloneDX 1.7): 9.", "(SPDX 2.3): 9.", "generic-glibc-2.28", "was not held against the schema"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	f.run(action.OK, "score", "--document", "/a.cdx.json", "--at-least", "9")
	if _, err := f.run(action.Rejected, "score", "--document", "/a.cdx.json", "--at-least", "9.9"); !strings.Contains(err, "at least 9.90 is wanted") {
		t.Error(err)
	}
	out, _ = f.run(action.OK, "score", "--document", "/a.cdx.json", "--json")
	var results []scored
	if err := json.Unmarshal([]byte(out), &results); err != nil || len(results) != 1 || results[0].Score < 9 {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestShow(t *testing.T) {
	f := newFolder(t)
	if out, _ := f.run(action.OK, "table", "--graph", "/new.graph.json"); !strings.Contains(out, "cpe") && !strings.Contains(out, "sqlite  ") {
		t.Errorf("got %s", out)
	}
	if out, _ := f.run(action.OK, "tree", "--graph", "/new.graph.json"); !strings.Contains(out, "links sqlite 3.54.1") {
		t.Errorf("got %s", out)
	}
	f.put("areas.json", `[{"name":"sqlite","group":"C","bytes":3},{"name":"std","group":"Go","bytes":4}]`)
	f.run(action.OK, "treemap", "--areas", "/areas.json", "--title", "x", "--svg", "/x.svg", "--html", "/x.html")
	if !strings.Contains(f.read("x.svg"), "<svg ") || !strings.Contains(f.read("x.html"), "<svg ") {
		t.Error("the treemap was not drawn")
	}
	f.put("areas.json", "[]")
	f.run(action.Failure, "treemap", "--areas", "/areas.json", "--title", "x", "--svg", "/y.svg")
}

func TestDiff(t *testing.T) {
	f := newFolder(t)
	old := graphtest.Glibc()
	c := old.Component("generic-sqlite-3.54.1")
	c.Version, c.PURL = "3.53.0", "pkg:generic/sqlite@3.53.0"
	f.putGraph("old.graph.json", old)
	if out, _ := f.run(action.OK, "diff", "--old", "/old.graph.json", "--new", "/new.graph.json"); !strings.Contains(out, "3.53.0  3.54.1") {
		t.Errorf("got %s", out)
	}
	// A release has documents, and the tree has bills.
	f.run(action.OK, "write", "--graph", "/old.graph.json", "--out", "cyclonedx-1.7+json=/old.cdx.json")
	f.run(action.OK, "write", "--graph", "/new.graph.json", "--out", "cyclonedx-1.7+json=/new.cdx.json")
	short, _ := f.run(action.OK, "bill", "--document", "/old.cdx.json")
	f.put("bill.json", short)
	for _, files := range [][2]string{{"/old.cdx.json", "/new.cdx.json"}, {"/bill.json", "/new.cdx.json"}, {"/old.cdx.json", "/new.graph.json"}} {
		if out, _ := f.run(action.OK, "diff", "--old", files[0], "--new", files[1]); !strings.Contains(out, "3.53.0  3.54.1") {
			t.Errorf("%s to %s: %s", files[0], files[1], out)
		}
	}
	f.run(action.Failure, "bill", "--document", "/bill.json")
	f.run(action.Usage, "bill")
	out, _ := f.run(action.OK, "diff", "--old", "/old.graph.json", "--new", "/new.graph.json", "--json")
	if !strings.Contains(out, `"what": "version"`) {
		t.Errorf("got %s", out)
	}
}
