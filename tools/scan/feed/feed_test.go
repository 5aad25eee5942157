// SPDX-License-Identifier: MIT

package feed

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gosqlite/gosqlite/tools/scan/component"
	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/schema"
)

func embeddedFeed(t *testing.T) *Feed {
	t.Helper()
	f, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRecordsAreOSV(t *testing.T) {
	for _, r := range embeddedFeed(t).Records {
		if err := schema.Check(schema.OSV, r.Text); err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
	}
}

// carried are the versions of what zig carries, by zig's version: bills of materials read them from its files, and
// TestCarried holds these against the same files.
var carried = map[string]map[string]string{
	"0.17.1": {"pkg:generic/musl": "1.2.5", "pkg:generic/glibc": "2.44", "pkg:generic/mingw-w64": "15.0.0"},
}

// pinnedVersions are the versions of C components that this tree pins.
func pinnedVersions(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../../pins/pins.json")
	if err != nil {
		t.Fatal(err)
	}
	var pins struct {
		Bazel  struct{ Version string } `json:"bazel"`
		Zig    struct{ Version string } `json:"zig"`
		SQLite struct{ Version string } `json:"sqlite_amalgamation"`

		Modules map[string]struct{ Version string } `json:"modules"`
	}
	if err := json.Unmarshal(text, &pins); err != nil {
		t.Fatal(err)
	}
	pinned := maps.Clone(carried[pins.Zig.Version])
	if pinned == nil || pins.SQLite.Version == "" {
		t.Fatalf("pins.json has zig %q and SQLite %q: look which C libraries that zig carries (./bazelw run //:sbom) and say so in carried", pins.Zig.Version, pins.SQLite.Version)
	}
	pinned["pkg:generic/sqlite"], pinned["pkg:generic/bazel"] = pins.SQLite.Version, pins.Bazel.Version
	for name, m := range pins.Modules {
		pinned["pkg:bazel/"+name] = m.Version
	}
	return pinned
}

// TestPinned resolves every record against the versions that this tree pins, and against one inside its range.
func TestPinned(t *testing.T) {
	pinned := pinnedVersions(t)
	want := map[string]bool{ // affected by version
		"CVE-2025-26519": true, "CVE-2026-40200": true, "CVE-2026-6042": true, // musl
		"CVE-2018-1000101": true,                                               // mingw-w64: no fix is known
		"CVE-2025-4565":    true, "CVE-2026-0994": true, "CVE-2026-6409": true, // protobuf for Python and PHP
		"CVE-2026-22184": true, "CVE-2026-27171": true, // zlib
	}
	inside := map[string]string{
		"CVE-2018-1000101": "7.0.0", "CVE-2020-28928": "1.2.1", "CVE-2022-3474": "5.3.1", "CVE-2022-35737": "3.39.1", "CVE-2023-4911": "2.36", "CVE-2023-7104": "3.43.0",
		"CVE-2024-0232": "3.43.1", "CVE-2025-26519": "1.2.5", "CVE-2025-29087": "3.49.0", "CVE-2025-29088": "3.49.0", "CVE-2025-3277": "3.49.0",
		"CVE-2025-4802": "2.38", "CVE-2025-6965": "3.50.1", "CVE-2025-70873": "3.51.1", "CVE-2025-7458": "3.41.1", "CVE-2025-7709": "3.50.2",
		"CVE-2022-1941": "21.5", "CVE-2024-7254": "28.1", "CVE-2025-4565": "29.4", "CVE-2026-0994": "33.4", "CVE-2026-6409": "33.5",
		"CVE-2018-25032": "1.2.11", "CVE-2022-37434": "1.2.12.bcr.1", "CVE-2023-45853": "1.3", "CVE-2026-22184": "1.3.1", "CVE-2026-27171": "1.3.1",
		"CVE-2026-11822": "3.53.1", "CVE-2026-11824": "3.53.1", "CVE-2026-40200": "1.2.6", "CVE-2026-6042": "1.2.6",
	}
	f := embeddedFeed(t)
	for i := range f.Records {
		r := &f.Records[i]
		one := &Feed{Records: f.Records[i : i+1]}
		for _, a := range r.Affected {
			c := component.Component{ID: "x", Name: "x", PURL: a.Package.PURL + "@0", Version: pinned[a.Package.PURL]}
			got, err := one.Resolve(c)
			if err != nil || len(got) != 1 || got[0].Affected != want[r.ID] {
				t.Errorf("%s: version %q resolves to %+v, %v; want affected %v", r.ID, c.Version, got, err, want[r.ID])
			}
			c.Version = inside[r.ID]
			if got, err = one.Resolve(c); err != nil || len(got) != 1 || !got[0].Affected {
				t.Errorf("%s: version %q of the range resolves to %+v, %v", r.ID, c.Version, got, err)
			}
		}
	}
}

func sqlite(version string, options []string) component.Component {
	return component.Component{Document: "a.cdx.json", ID: "s", Name: "sqlite", Version: version, PURL: "pkg:generic/sqlite@" + version, Options: options}
}

// TestOptions: the same version with the feature compiled in, out, and not said.
func TestOptions(t *testing.T) {
	for _, c := range []struct {
		name    string
		options []string
		rank    finding.Rank
		status  string
	}{
		{"compiled in", []string{"SQLITE_ENABLE_FTS5", "SQLITE_THREADSAFE=2"}, finding.Imported, ""},
		{"compiled in, with a value", []string{"SQLITE_ENABLE_FTS5=1"}, finding.Imported, ""},
		{"compiled out", []string{"SQLITE_THREADSAFE=2"}, finding.Required, "not_affected"},
		{"not said", nil, finding.Imported, ""},
	} {
		got, err := embeddedFeed(t).Find([]component.Component{sqlite("3.53.1", c.options)})
		if err != nil || len(got) != 2 {
			t.Fatalf("%s: %+v, %v", c.name, got, err)
		}
		for _, f := range got {
			if f.Rank != c.rank || f.Status != c.status || (f.Evidence != "") != (c.status != "") || f.Fixed != "3.53.2" {
				t.Errorf("%s: %+v", c.name, f)
			}
		}
	}
}

func TestFind(t *testing.T) {
	f := embeddedFeed(t)
	byCPE := component.Component{ID: "d", Name: "sqlite3", Version: "3.39.0", PURL: "pkg:deb/debian/sqlite3@3.39.0", CPE: "cpe:2.3:a:sqlite:sqlite:3.39.0:*:*:*:*:*:*:*"}
	got, err := f.Find([]component.Component{byCPE})
	if err != nil || !slices.ContainsFunc(got, func(f finding.Finding) bool { return f.ID == "CVE-2022-35737" }) {
		t.Errorf("a component known by its CPE alone: %+v, %v", got, err)
	}
	if got, err := f.Find([]component.Component{sqlite(pinnedVersions(t)["pkg:generic/sqlite"], nil)}); err != nil || len(got) != 0 {
		t.Errorf("the pinned SQLite: %+v, %v", got, err)
	}
	if _, err := f.Find([]component.Component{sqlite("unknown", nil)}); err == nil {
		t.Error("a version that is none was looked up")
	}
	tool := sqlite("3.39.0", nil)
	tool.Role = component.BuildTool
	if got, err := f.Find([]component.Component{tool}); err != nil || len(got) == 0 || got[0].Rank != finding.Required {
		t.Errorf("a build tool: %+v, %v", got, err)
	}
	open, err := f.Find([]component.Component{{ID: "w", Name: "mingw-w64", Version: "14.0.0", PURL: "pkg:generic/mingw-w64@14.0.0"}})
	if err != nil || len(open) != 1 || open[0].Status != UnderInvestigation || open[0].Note == "" {
		t.Errorf("a record under investigation: %+v, %v", open, err)
	}
}

// TestLooked: what no release or build may have is what nobody looked for.
func TestLooked(t *testing.T) {
	f := embeddedFeed(t)
	of := func(purl, cpe string) component.Component {
		return component.Component{ID: "x", Name: "x", Version: "1.0.0", PURL: purl + "@1.0.0", CPE: cpe}
	}
	if got, err := f.Looked([]component.Component{of("pkg:generic/sqlite", ""), of("pkg:golang/example.org/x", ""), of("pkg:deb/debian/musl", "cpe:2.3:a:musl-libc:musl:1:*:*:*:*:*:*:*")}); err != nil || got != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := f.Looked([]component.Component{of("pkg:generic/zig-libc-stubs", ""), of("pkg:generic/zig-libc-stubs", "")}); err != nil || len(got) != 1 || !strings.HasPrefix(got[0], "pkg:generic/zig-libc-stubs: not searched: names") {
		t.Errorf("not searched: %q, %v", got, err)
	}
	if _, err := f.Looked([]component.Component{of("pkg:generic/planted", "")}); err == nil || !strings.Contains(err.Error(), "does not list pkg:generic/planted") {
		t.Errorf("a component that nobody looked for: %v", err)
	}
}

// TestEverything: the collection lists what the bills of materials of all platforms have, by the lists that they are held
// against, and what is pinned.
func TestEverything(t *testing.T) {
	lists, err := filepath.Glob("../../release/sbom/expected/*.txt")
	if err != nil || len(lists) < 20 {
		t.Fatalf("%d lists, %v", len(lists), err)
	}
	var all []component.Component
	for _, name := range lists {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, purl := range regexp.MustCompile(`pkg:[^ \n]+`).FindAllString(string(text), -1) {
			all = append(all, component.Component{ID: purl, Name: purl, PURL: purl})
		}
	}
	text, err := os.ReadFile("../../../pins/pins.json")
	if err != nil {
		t.Fatal(err)
	}
	pins, err := component.Pins("pins.json", text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := embeddedFeed(t).Looked(append(all, pins.Components...)); err != nil {
		t.Error(err)
	}
}

const (
	goodCollection = `{"schema":"x","date":"2026-11-26","method":"m","complete":false,"license":"MIT","components":[{"purl":"pkg:generic/a","looked_at":"not searched: x","sources":[{"url":"https://a.invalid","read":"2026-11-26","says":"s"}]}]}`
	goodRecord     = `{"id":"CVE-1-1","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"GIT","name":"a","purl":"pkg:generic/a"},"versions":["1.0.0"]}],
 "database_specific":{"status":"confirmed","severity":{"label":"high"},"sources":[{"url":"https://a.invalid","read":"2026-11-26","says":"s"}]}}`
)

func TestLoadRefuses(t *testing.T) {
	load := func(change func(files map[string]string)) error {
		files := map[string]string{"collection.json": goodCollection, "records/CVE-1-1.json": goodRecord}
		change(files)
		dir := fstest.MapFS{}
		for name, text := range maps.All(files) {
			dir[name] = &fstest.MapFile{Data: []byte(text)}
		}
		_, err := Load(dir)
		return err
	}
	if err := load(func(map[string]string) {}); err != nil {
		t.Fatal(err)
	}
	edit := func(name, from, to string) func(map[string]string) {
		return func(files map[string]string) { files[name] = strings.Replace(files[name], from, to, 1) }
	}
	record := "records/CVE-1-1.json"
	for name, c := range map[string]struct {
		change func(map[string]string)
		want   string
	}{
		"a claim of completeness": {edit("collection.json", `"complete":false`, `"complete":true`), "may not claim"},
		"not searched, no reason": {edit("collection.json", "not searched: x", "not searched: "), "a reason"},
		"not searched, not said":  {edit("collection.json", "not searched: x", "CVE records"), "a reason"},
		"looked at without a day": {edit("collection.json", `"2026-11-26","says"`, `"soon","says"`), "the day"},
		"no records":              {func(f map[string]string) { delete(f, record) }, "no records"},
		"a component not listed":  {edit("collection.json", "pkg:generic/a", "pkg:generic/b"), "does not list"},
		"another file name":       {func(f map[string]string) { f["records/x.json"] = f[record] }, "holds record"},
		"no source":               {edit(record, `{"url":"https://a.invalid","read":"2026-11-26","says":"s"}`, ""), "names no source"},
		"a source without a day":  {edit(record, "2026-11-26", "soon"), "the day"},
		"a source without https":  {edit(record, "https:", "http:"), "https address"},
		"a status of its own":     {edit(record, "confirmed", "probably"), "is neither"},
		"an open record, no note": {edit(record, "confirmed", "under_investigation"), "no note"},
		"a severity of its own":   {edit(record, `"high"`, `"bad"`), "is none of"},
		"a field of its own":      {edit(record, `"status"`, `"statuss":"","status"`), "unknown field"},
	} {
		if err := load(c.change); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
