// SPDX-License-Identifier: MIT

package advisory

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/scan/component"
	"github.com/gosqlite/gosqlite/tools/scan/feed"
	"github.com/gosqlite/gosqlite/tools/scan/osv"
)

func drill(t *testing.T) *Advisory {
	t.Helper()
	return drillOf(t, "x_GOSQLITE-0000-0001")
}

func drillOf(t *testing.T, id string) *Advisory {
	t.Helper()
	text, err := os.ReadFile("testdata/drill/" + id + ".json")
	if err != nil {
		t.Fatal(err)
	}
	a, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestDrill goes from a finding to what users read: the feed finds the CVE in the engine of that time, the advisory is
// built, and its OSV record, which tools read, finds the affected version and not the fixed one.
func TestDrill(t *testing.T) {
	for id, engine := range map[string]string{"x_GOSQLITE-0000-0001": "3.50.1", "x_GOSQLITE-0000-0002": "3.53.1"} {
		t.Run(id, func(t *testing.T) { wholeWay(t, id, engine) })
	}
}

func wholeWay(t *testing.T, id, engine string) {
	f, err := feed.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	found, err := f.Find([]component.Component{{ID: "s", Name: "sqlite", Version: engine, PURL: "pkg:generic/sqlite@" + engine}})
	if err != nil {
		t.Fatal(err)
	}
	a := drillOf(t, id)
	reported := false
	for _, x := range found {
		reported = reported || slices.Contains(a.Aliases, x.ID)
	}
	if !reported {
		t.Errorf("the feed does not find %v in SQLite %s", a.Aliases, engine)
	}
	files, err := Build([]*Advisory{a})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Sorted(maps.Keys(files)), []string{
		"csaf/" + strings.ToLower(id) + ".json", "feed.atom", "index.json", "osv/" + id + ".json", id + ".md",
	}; !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
	for name, text := range files {
		if !bytes.Contains(text, []byte("DRILL")) {
			t.Errorf("%s does not say that it is a drill", name)
		}
	}
	r, err := osv.Parse(files["osv/"+id+".json"])
	if err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]bool{"v0.0.1": true, "v0.0.2": false} {
		if v, err := r.Affected[0].Match(version); err != nil || v.Affected != want {
			t.Errorf("%s: %+v, %v", version, v, err)
		}
	}
	var parsed struct {
		Entries []struct{} `xml:"entry"`
	}
	if err := xml.Unmarshal(files["feed.atom"], &parsed); err != nil || len(parsed.Entries) != 1 {
		t.Errorf("feed: %v, %d entries", err, len(parsed.Entries))
	}
}

func TestBuildIsDeterministic(t *testing.T) {
	one, two := drill(t), drill(t)
	two.ID = "x_GOSQLITE-0000-0002"
	first, err := Build([]*Advisory{one, two})
	if err != nil {
		t.Fatal(err)
	}
	second, err := Build([]*Advisory{two, one})
	if err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(first, second, bytes.Equal) {
		t.Error("the files depend on the order of the sources")
	}
	if _, err := Build([]*Advisory{one, one}); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("the same advisory twice: %v", err)
	}
	if _, err := Build(nil); err == nil {
		t.Error("no advisory was built")
	}
	one.Vector = "CVSS:3.1/planted"
	if _, err := Build([]*Advisory{one}); err == nil || !strings.Contains(err.Error(), "check against") {
		t.Errorf("a vector that is none: %v", err)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(a *Advisory)
		want   string
	}{
		"another id":         {func(a *Advisory) { a.ID = "GOSQLITE-1" }, "x_GOSQLITE"},
		"no fix":             {func(a *Advisory) { a.Fix = "" }, "fix is missing"},
		"a severity of ours": {func(a *Advisory) { a.Severity = "bad" }, "is none of"},
		"nothing affected":   {func(a *Advisory) { a.Affected = nil }, "no version"},
		"no version":         {func(a *Advisory) { a.Affected[0].Fixed = "soon" }, "is no version"},
		"fixed before":       {func(a *Advisory) { a.Affected[0].Fixed = "0.0.1" }, "not after"},
		"no date":            {func(a *Advisory) { a.Revisions = nil }, "no revision"},
		"a local date":       {func(a *Advisory) { a.Revisions[0].Date = "2026-11-26T15:40:00+01:00" }, "no UTC time"},
	} {
		a := drill(t)
		c.change(a)
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := Parse([]byte(`{"planted":1}`)); err == nil {
		t.Error("an unknown field was taken")
	}
}
