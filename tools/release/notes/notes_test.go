// SPDX-License-Identifier: MIT

package notes

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/api"
	"github.com/gosqlite/gosqlite/tools/release/changes"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/semver"
	"github.com/gosqlite/gosqlite/tools/sbom/diff"
)

var (
	broken   = semver.Change{Area: "api", Name: "sqlite.(*Conn).Close", New: "removed", Level: semver.Major, Why: "an exported name stays"}
	grown    = semver.Change{Area: "api", Name: "sqlite.New", New: "added", Level: semver.Minor}
	default2 = semver.Change{Area: "default", Name: "pragma synchronous", Old: "2", New: "1", Level: semver.Minor, Note: true}
	lite     = semver.Change{Area: "sqlite", Name: "SQLite", Old: "3.54.0", New: "3.54.1", Level: semver.Patch}
	module   = semver.Change{Area: "module", Name: "requires golang.org/x/sys", New: "v0.49.0", Level: semver.Minor}
	gone     = semver.Change{Area: "platform", Name: "linux_386", Old: "smoke", Level: semver.Minor, Note: true}
	license  = diff.Change{What: diff.License, Component: "pkg:golang/x", Old: "MIT", New: "GPL-3.0-only"}
	added    = diff.Change{What: diff.Added, Component: "pkg:golang/y", New: "v1, MIT, linked"}
)

func facts(all ...any) Facts {
	f := Facts{Semver: semver.Report{Commit: "abc", Base: "v1.0.0", Least: "v1.0.1", Version: "v1.1.0", Changes: []semver.Change{}}, SQLite: "3.54.1",
		SBOM: []diff.Change{}, SBOMBase: "v1.0.0", Fixed: []Fixed{{"CVE-2026-1111", "SQLite 3.54.1"}}, Platforms: []api.Row{{Name: "linux_amd64", Floor: "glibc 2.28", Tier: "tested"}},
		Files: []File{}, Benchmarks: []Benchmark{}}
	for _, x := range all {
		switch x := x.(type) {
		case semver.Change:
			f.Semver.Changes = append(f.Semver.Changes, x)
		case diff.Change:
			f.SBOM = append(f.SBOM, x)
		}
	}
	return f
}

// unseen are facts without a comparison of bills of materials.
func unseen() Facts {
	f := facts()
	f.SBOMBase = ""
	return f
}

func claim(word string) changes.Entry {
	return changes.Entry{File: "claim.json", Kind: "other", Title: "It claims", Claims: []string{word}}
}

func about(kind string, c semver.Change) changes.Entry {
	return changes.Entry{File: "about.json", Kind: kind, Title: "It changes", Names: []string{c.Key()}, Upgrade: "Nothing to do"}
}

func text(s string) changes.Entry {
	return changes.Entry{File: "text.json", Kind: "other", Title: "Words", Text: s}
}

func TestContradictions(t *testing.T) {
	for _, test := range []struct {
		name    string
		entries []changes.Entry
		facts   Facts
		want    string // "" for none
	}{
		{"nothing", nil, facts(), ""},
		{"all claims, and nothing against them", []changes.Entry{claim("no-breaking-changes"), claim("no-changed-defaults"), claim("no-new-dependencies"),
			claim("no-license-changes"), claim("same-sqlite"), claim("same-platforms")}, facts(grown), ""},
		{"no breaking changes beside a break", []changes.Entry{claim("no-breaking-changes"), about("breaking", broken)}, facts(broken), "claims no-breaking-changes, but: major: api: sqlite.(*Conn).Close"},
		{"the same in words", []changes.Entry{text("There are no breaking changes."), about("breaking", broken)}, facts(broken), `says "no breaking changes", but`},
		{"compatible in words", []changes.Entry{text("It is fully compatible."), about("breaking", broken)}, facts(broken), `says "fully compatible", but`},
		{"compatible, and it is", []changes.Entry{text("It is fully compatible.")}, facts(grown), ""},
		{"no changed defaults beside one", []changes.Entry{claim("no-changed-defaults"), about("default", default2)}, facts(default2), "claims no-changed-defaults"},
		{"the same SQLite beside another", []changes.Entry{claim("same-sqlite"), about("sqlite", lite)}, facts(lite), "claims same-sqlite"},
		{"the same platforms without one", []changes.Entry{claim("same-platforms"), about("platform", gone)}, facts(gone), "claims same-platforms"},
		{"no new dependencies beside a module", []changes.Entry{claim("no-new-dependencies")}, facts(module), "claims no-new-dependencies"},
		{"no new dependencies beside a component", []changes.Entry{claim("no-new-dependencies")}, facts(added), "claims no-new-dependencies"},
		{"no license changes beside one", []changes.Entry{claim("no-license-changes")}, facts(license), "claims no-license-changes"},
		{"a break that nobody tells", nil, facts(broken), "no entry of kind breaking names"},
		{"a break told as a fix", []changes.Entry{about("fix", broken)}, facts(broken), "no entry of kind breaking names"},
		{"a break that is none", []changes.Entry{about("breaking", grown)}, facts(grown), "which it is not"},
		{"a default that nobody tells", nil, facts(default2), "no entry names"},
		{"a SQLite that nobody tells", nil, facts(lite), "no entry names"},
		{"a name that did not change", []changes.Entry{about("feature", grown)}, facts(), "did not change since v1.0.0"},
		{"a CVE that is fixed", []changes.Entry{{File: "c", Kind: "security", Title: "T", CVE: []string{"CVE-2026-1111"}}}, facts(), ""},
		{"a CVE that is not", []changes.Entry{{File: "c", Kind: "security", Title: "T", CVE: []string{"CVE-2026-2222"}}}, facts(), "CVE-2026-2222 is fixed; neither"},
		{"another SQLite in words", []changes.Entry{text("Now with SQLite 3.55.0.")}, facts(), "names SQLite 3.55.0; the release has 3.54.1"},
		{"its SQLite in words", []changes.Entry{text("Now with SQLite 3.54.1.")}, facts(), ""},
		{"another number of platforms", []changes.Entry{text("It runs on 24 platforms.")}, facts(), "the matrix has 1"},
		{"facts of another version", nil, func() Facts { f := facts(); f.Semver.Version = "v1.0.9"; return f }(), `of version "v1.0.9"`},
		{"facts of no version", nil, func() Facts { f := facts(); f.Semver.Version = ""; return f }(), `of version ""`},
		{"facts of another commit", nil, func() Facts { f := facts(); f.Semver.Commit = "abd"; return f }(), `of commit "abd"`},
		{"facts of no commit", nil, func() Facts { f := facts(); f.Semver.Commit = ""; return f }(), `of commit ""`},
		{"no new dependencies, and nobody looked", []changes.Entry{claim("no-new-dependencies")}, unseen(), "claims no-new-dependencies, but: the bills of materials were compared with no release"},
		{"no license changes, and nobody looked", []changes.Entry{claim("no-license-changes")}, unseen(), "claims no-license-changes, but: the bills of materials were compared with no release"},
		{"nobody looked, and nothing is claimed", []changes.Entry{claim("same-sqlite")}, unseen(), ""},
		{"bills of another release", nil, func() Facts { f := facts(); f.SBOMBase = "v0.9.0"; return f }(), `compared with v0.9.0, the version with "v1.0.0"`},
	} {
		_, wrong := Make("v1.1.0", "abc", "2026-11-23", test.entries, test.facts)
		if test.want == "" && len(wrong) > 0 || test.want != "" && (len(wrong) != 1 || !strings.Contains(wrong[0], test.want)) {
			t.Errorf("%s: %q, want one that says %q", test.name, wrong, test.want)
		}
	}
}

// TestEveryClaimIsHeld keeps a new claim from being a word without a check.
func TestEveryClaimIsHeld(t *testing.T) {
	for _, c := range changes.Claims {
		if claims[c] == nil {
			t.Errorf("claim %s is held against nothing", c)
		}
	}
	for _, k := range changes.Kinds {
		if headings[k] == "" {
			t.Errorf("kind %s has no heading", k)
		}
	}
}

func example() (*Notes, []string) {
	f := facts(default2, lite)
	f.Files = []File{{"gosqlite_1.1.0_linux_amd64.tar.gz", "archive", "linux_amd64", 1234, strings.Repeat("ab", 32)}}
	f.Benchmarks = []Benchmark{{"link", "0.1 s", "16 ms | warm", "0.16"}}
	return Make("v1.1.0", "abc", "2026-11-23", []changes.Entry{
		{File: "b.json", Kind: "fix", Title: "A `Rows` that is lost is reported", Text: "Before, <nothing> was.\nNow it is."},
		{File: "a.json", Kind: "default", Title: "Synchronous is 1", Names: []string{default2.Key()}, Upgrade: "Set `_synchronous=full`."},
		{File: "s.json", Kind: "security", Title: "SQLite 3.54.1", CVE: []string{"CVE-2026-1111"}, Names: []string{lite.Key()}},
	}, f)
}

func TestForms(t *testing.T) {
	n, wrong := example()
	if wrong != nil {
		t.Fatal(wrong)
	}
	md := string(n.Markdown())
	page, err := n.HTML()
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, want := range []string{"# gosqlite v1.1.0\n", "SQLite 3.54.1. The changes since v1.0.0 ask for v1.0.1", "## Security\n\n- SQLite 3.54.1 (CVE-2026-1111).",
		"## Changed defaults", "## Fixed", "  Before, <nothing> was.\n  Now it is.\n", "## How to upgrade\n\n- Synchronous is 1.\n  Set `_synchronous=full`.",
		"| `default: pragma synchronous` | 2 | 1 | minor |", "| CVE-2026-1111 | SQLite 3.54.1 |", "| `linux_amd64` | glibc 2.28 | tested |", `| 16 ms \| warm |`, "| 1234 |"} {
		i := strings.Index(md[at:], want)
		if i < 0 {
			t.Fatalf("%q is not in, or not in order:\n%s", want, md)
		}
		at += i
	}
	for _, want := range []string{"A <code>Rows</code> that is lost", "&lt;nothing&gt;", "<td>16 ms | warm</td>"} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("%q is not in the page", want)
		}
	}
	if bytes.Contains(page, []byte("http")) || bytes.Contains(page, []byte("<script")) {
		t.Error("the page asks for other files")
	}
	machine, err := n.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var back Notes
	if err := json.Unmarshal(machine, &back); err != nil || back.Entries[0].Kind != "security" || back.Facts.Semver.Changes[0].Level != semver.Minor {
		t.Errorf("read back %+v, %v", back, err)
	}
	if bytes.Contains(machine, []byte(": null")) {
		t.Errorf("a list is null: %s", machine)
	}
}

// TestWordsOfCompatibility: however an entry says that nothing breaks, a break beside it is a contradiction.
func TestWordsOfCompatibility(t *testing.T) {
	for text, claims := range map[string]bool{
		"There are no breaking changes.": true, "It comes without any breaking change.": true, "It grew without breaking programs.": true,
		"No breaking API changes.": true, "No incompatible changes.": true, "It is backward compatible.": true, "It is backwards-compatible.": true,
		"It is source-compatible.": true, "It is API-compatible.": true, "It is 100% compatible.": true, "It is 100 % compatible.": true,
		"Nothing breaks.": true, "It breaks nothing.": true, "Nothing is broken.": true, "There is no breakage.": true, "A drop-in replacement.": true,
		"A broken file is an error.": false, "It breaks lines.": false, "A compatible compiler is needed.": false,
	} {
		if got := compatible.FindString(text); (got != "") != claims {
			t.Errorf("%q is read as %q", text, got)
		}
	}
}

func TestSameInputSameBytes(t *testing.T) {
	all := func(n *Notes) []byte {
		page, err1 := n.HTML()
		machine, err2 := n.JSON()
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		return slices.Concat(n.Markdown(), page, machine)
	}
	a, _ := example()
	shuffled := slices.Clone(a.Entries)
	slices.Reverse(shuffled)
	b, _ := Make(a.Version, a.Commit, a.Date, shuffled, a.Facts)
	if !bytes.Equal(all(a), all(b)) {
		t.Error("the order in which entries are read shows in the notes")
	}
}

func TestFacts(t *testing.T) {
	root := t.TempDir()
	put := func(name, text string) {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("tools/scan/triage.json", `{"decisions":[{"id":"CVE-1","status":"fixed","component":"pkg:generic/musl"},{"id":"CVE-2","status":"affected"}]}`)
	record := func(id, purl, fixed string) {
		put("tools/scan/feed/records/"+id+".json", `{"id":"`+id+`","affected":[{"package":{"purl":"`+purl+`"},"ranges":[{"events":[{"introduced":"0"},{"fixed":"`+fixed+`"}]}]}]}`)
	}
	record("CVE-3", "pkg:generic/sqlite", "3.54.1")
	record("CVE-4", "pkg:generic/sqlite", "3.54.0")
	record("CVE-5", "pkg:generic/sqlite", "3.55.0")
	record("CVE-6", "pkg:generic/musl", "3.54.1")
	put("docs/advisories/a.json", `{"id":"x_GOSQLITE-2026-0001","affected":[{"fixed":"1.1.0"}]}`)
	put("docs/advisories/b.json", `{"id":"x_GOSQLITE-2026-0002","affected":[{"fixed":"1.0.1"}]}`)
	fixed, err := ReadFixed(root, "v1.1.0", "3.54.0", "3.54.1")
	want := []Fixed{{"CVE-1", "decision about pkg:generic/musl"}, {"CVE-3", "SQLite 3.54.1"}, {"x_GOSQLITE-2026-0001", "advisory"}}
	if err != nil || !slices.Equal(fixed, want) {
		t.Errorf("fixed %v, %v; want %v", fixed, err, want)
	}
	if fixed, err := ReadFixed(root, "v1.1.0", "", "3.54.1"); err != nil || len(fixed) != 2 {
		t.Errorf("the first release fixed %v, %v", fixed, err)
	}
	if err := os.RemoveAll(filepath.Join(root, "docs", "advisories")); err != nil {
		t.Fatal(err)
	}
	if fixed, err := ReadFixed(root, "v1.1.0", "", "3.54.1"); err == nil || !strings.Contains(err.Error(), "read the advisories") {
		t.Errorf("without a folder of advisories it fixed %v, %v", fixed, err)
	}
	m := &manifest.Manifest{Version: "1.1.0", Time: time.Unix(1e9, 0).UTC(), Files: []manifest.File{
		{Name: "api.tar.gz", Kind: manifest.API, Size: 7}, {Name: "notes.md", Kind: manifest.Notes, Size: 9}, // what is read has no notes in it
	}}
	encoded, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	put("manifest.json", string(encoded))
	files, err := ReadManifest(filepath.Join(root, "manifest.json"), "v1.1.0")
	if err != nil || len(files) != 1 || files[0].Size != 7 || files[0].SHA256 != strings.Repeat("0", 64) {
		t.Errorf("files %v, %v", files, err)
	}
	if _, err := ReadManifest(filepath.Join(root, "manifest.json"), "v1.2.0"); err == nil || !strings.Contains(err.Error(), "it is of version 1.1.0") {
		t.Errorf("the manifest of another version: %v", err)
	}
	put("manifest.json", string(encoded)+strings.Repeat("\n", manifest.MaxText))
	if _, err := ReadManifest(filepath.Join(root, "manifest.json"), "v1.1.0"); err == nil || !strings.Contains(err.Error(), "manifest.json: it is larger than") {
		t.Errorf("a manifest without end: %v", err)
	}
	put("two.json", "{\"a\":1}\n{\"a\":2}\n")
	if err := ReadJSON(filepath.Join(root, "two.json"), &struct{ A int }{}); err == nil {
		t.Error("of a file with two values the first was taken")
	}
	put("docs/benchmarks.md", "| What | Set | Seen | Ratio |\n|---|---|---|---|\n| link | 0.1 s | 16 ms | 0.16 |\n| no figure | | 15 min | |\n")
	if got, err := ReadBenchmarks(root); err != nil || !slices.Equal(got, []Benchmark{{"link", "0.1 s", "16 ms", "0.16"}}) {
		t.Errorf("benchmarks %v, %v", got, err)
	}
	put("docs/benchmarks.md", "nothing\n")
	if _, err := ReadBenchmarks(root); err == nil {
		t.Error("a page without rows was read")
	}
}

// TestUnjudged: notes of a tree that nobody has judged say so and hold no claim; a report, or a commit, ends that.
func TestUnjudged(t *testing.T) {
	entry := changes.Entry{File: "a.json", Kind: "other", Title: "Calm, with no breaking changes", Claims: []string{"no-license-changes"}}
	f := facts()
	f.Semver, f.SBOMBase = semver.Report{Changes: []semver.Change{}}, ""
	n, wrong := Make("v1.1.0", "", "2026-11-23", []changes.Entry{entry}, f)
	if text := string(n.Markdown()); len(wrong) != 0 || !strings.Contains(text, "Its version was not judged yet.") || strings.Contains(text, "first release") {
		t.Errorf("contradictions %q in\n%s", wrong, text)
	}
	if _, wrong := Make("v1.1.0", "abc", "2026-11-23", []changes.Entry{entry}, f); len(wrong) == 0 {
		t.Error("notes of a commit need no report")
	}
	f.Semver.Version = "v1.0.0"
	if _, wrong := Make("v1.1.0", "", "2026-11-23", nil, f); len(wrong) != 1 || !strings.Contains(wrong[0], `of version "v1.0.0"`) {
		t.Errorf("a report of another version: %q", wrong)
	}
	f.Semver.Version, f.Semver.Refused = "v1.1.0", []string{"it is too low"}
	if _, wrong := Make("v1.1.0", "", "2026-11-23", nil, f); len(wrong) != 1 || !strings.Contains(wrong[0], "it is too low") {
		t.Errorf("a report that refuses: %q", wrong)
	}
}
