// SPDX-License-Identifier: MIT

// Package notes makes release notes: what people wrote about their changes (package changes), beside facts that machines
// found. Where the two contradict each other there are no notes. The same input gives the same bytes: nothing here reads a
// clock, and the date is the release's.
//
// Notes that a build makes know no commit, which the build does not: theirs is "", and so is that of the report. Where nobody
// has judged the version yet there is no report, and the notes say so.
//
// The facts are the report of //:semver, the differences of the bills of materials (package sbom/diff), the vulnerabilities
// that the release fixes, the platforms, the files of the manifest, and the table of docs/benchmarks.md.
//
// Notes are written as Markdown, as one HTML page that asks for no other file, and as JSON with the schema gosqlite-notes/1:
// version, commit, date, entries and facts. A list may be empty, and is never null.
package notes

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/api"
	"github.com/gosqlite/gosqlite/tools/release/changes"
	"github.com/gosqlite/gosqlite/tools/release/semver"
	"github.com/gosqlite/gosqlite/tools/sbom/diff"
)

// Schema identifies the JSON form.
const Schema = "gosqlite-notes/1"

// Notes are a release's notes.
type Notes struct {
	Schema  string          `json:"schema"`
	Version string          `json:"version"` // with v
	Commit  string          `json:"commit"`  // full id of the source; "" in notes that a build made
	Date    string          `json:"date"`    // YYYY-MM-DD
	Entries []changes.Entry `json:"entries"` // by kind, then by title
	Facts   Facts           `json:"facts"`
}

// Facts are what machines found.
type Facts struct {
	Semver     semver.Report `json:"semver"`
	SQLite     string        `json:"sqlite"`    // version
	SBOM       []diff.Change `json:"sbom"`      // against the last release
	SBOMBase   string        `json:"sbom_base"` // version that SBOM compares with, with v; "" when nothing was compared
	Fixed      []Fixed       `json:"fixed"`
	Platforms  []api.Row     `json:"platforms"`
	Files      []File        `json:"files"`
	Benchmarks []Benchmark   `json:"benchmarks"`
}

// Fixed is a known vulnerability that the release has no more.
type Fixed struct {
	ID  string `json:"id"`
	Why string `json:"why"` // where that is from
}

// A File is a released file.
type File struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Platform string `json:"platform,omitempty"`
	Size     int64  `json:"size"` // bytes
	SHA256   string `json:"sha256"`
}

// A Benchmark is a row of docs/benchmarks.md.
type Benchmark struct {
	What  string `json:"what"`
	Set   string `json:"set"`
	Seen  string `json:"seen"`
	Ratio string `json:"ratio"`
}

// Make orders the entries and holds them against the facts, which have to be of the commit. Each text that it returns is a
// contradiction.
func Make(version, commit, date string, entries []changes.Entry, facts Facts) (*Notes, []string) {
	n := &Notes{Schema: Schema, Version: version, Commit: commit, Date: date, Entries: slices.Clone(entries), Facts: facts}
	slices.SortStableFunc(n.Entries, func(a, b changes.Entry) int {
		if d := slices.Index(changes.Kinds, a.Kind) - slices.Index(changes.Kinds, b.Kind); d != 0 {
			return d
		}
		return strings.Compare(a.Title, b.Title)
	})
	if n.Entries == nil {
		n.Entries = []changes.Entry{}
	}
	return n, contradictions(n)
}

// claims say which facts contradict each of changes.Claims, and give one of them or "".
var claims = map[string]func(f *Facts) string{
	"no-breaking-changes": func(f *Facts) string { return first(f, semver.Change.Breaking) },
	"no-changed-defaults": func(f *Facts) string {
		return first(f, func(c semver.Change) bool { return c.Note && c.Area != "platform" })
	},
	"same-sqlite": func(f *Facts) string {
		return first(f, func(c semver.Change) bool { return c.Area == "sqlite" || c.Area == "option" })
	},
	"same-platforms": func(f *Facts) string { return first(f, func(c semver.Change) bool { return c.Area == "platform" }) },
	"no-new-dependencies": func(f *Facts) string {
		if found := first(f, func(c semver.Change) bool { return c.Area == "module" && c.Old == "" }); found != "" {
			return found
		}
		return firstOf(f, diff.Added)
	},
	"no-license-changes": func(f *Facts) string { return firstOf(f, diff.License) },
}

func first(f *Facts, is func(semver.Change) bool) string {
	if i := slices.IndexFunc(f.Semver.Changes, is); i >= 0 {
		return f.Semver.Changes[i].String()
	}
	return ""
}

// firstOf is the first such change of the bills of materials. Where nobody looked nothing can be claimed.
func firstOf(f *Facts, what diff.What) string {
	if f.SBOMBase == "" {
		return "the bills of materials were compared with no release; put what sbom bill prints of the last one into changes/next/facts/bill.json, or claim less"
	}
	if i := slices.IndexFunc(f.SBOM, func(c diff.Change) bool { return c.What == what }); i >= 0 {
		return fmt.Sprintf("%s: %s %s -> %s", f.SBOM[i].What, f.SBOM[i].Component, f.SBOM[i].Old, f.SBOM[i].New)
	}
	return ""
}

var (
	// compatible are words by which a text claims that nothing breaks.
	compatible = regexp.MustCompile(`(?i)\b(no|without)( any)? (breaking|incompatible)( API)? changes?\b|\bwithout breaking\b|` +
		`\b(fully|backwards?|source|API|100 ?%)[ -]compatible\b|\bdrop-in\b|\bnothing breaks\b|\bbreaks nothing\b|\bnothing is broken\b|\bno breakage\b`)
	sqliteVersion  = regexp.MustCompile(`\bSQLite (\d+\.\d+\.\d+)\b`)
	platformNumber = regexp.MustCompile(`\b(\d+) platforms\b`)
)

func contradictions(n *Notes) []string {
	f := &n.Facts
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	judged := f.Semver.Version != "" || n.Commit != ""
	if judged && f.Semver.Version != n.Version {
		say("the report of semver is of version %q, the notes are of %s", f.Semver.Version, n.Version)
	}
	if f.Semver.Commit != n.Commit {
		say("the report of semver is of commit %q, the notes are of %s", f.Semver.Commit, n.Commit)
	}
	for _, reason := range f.Semver.Refused {
		say("the report of semver refuses the version: %s", reason)
	}
	if f.SBOMBase != "" && f.SBOMBase != f.Semver.Base {
		say("the bills of materials are compared with %s, the version with %q", f.SBOMBase, f.Semver.Base)
	}
	for _, e := range n.Entries {
		for _, claim := range e.Claims {
			if !judged {
				break // a claim waits for the facts
			}
			if found := claims[claim](f); found != "" {
				say("%s claims %s, but: %s", e.File, claim, found)
			}
		}
		text := strings.Join([]string{e.Title, e.Text, e.Upgrade}, "\n")
		if words := compatible.FindString(text); words != "" && judged {
			if found := claims["no-breaking-changes"](f); found != "" {
				say("%s says %q, but: %s", e.File, words, found)
			}
		}
		wrong = append(wrong, figures(e, text, f)...)
		for _, id := range e.CVE {
			if !slices.ContainsFunc(f.Fixed, func(x Fixed) bool { return x.ID == id }) {
				say("%s says that %s is fixed; neither the decisions of tools/scan, nor its feed, nor an advisory says so", e.File, id)
			}
		}
		for _, name := range e.Names {
			i := slices.IndexFunc(f.Semver.Changes, func(c semver.Change) bool { return c.Key() == name })
			switch {
			case f.Semver.Base == "": // nothing to compare with
			case i < 0:
				say("%s names %q, which did not change since %s", e.File, name, f.Semver.Base)
			case e.Kind == "breaking" && !f.Semver.Changes[i].Breaking():
				say("%s calls %q breaking, which it is not: %s", e.File, name, f.Semver.Changes[i])
			}
		}
	}
	return append(wrong, silences(n)...)
}

// figures are numbers in an entry that the facts have otherwise.
func figures(e changes.Entry, text string, f *Facts) []string {
	var wrong []string
	versions := []string{f.SQLite}
	for _, c := range f.Semver.Changes {
		if c.Area == "sqlite" {
			versions = append(versions, c.Old, c.New)
		}
	}
	for _, m := range sqliteVersion.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(versions, m[1]) {
			wrong = append(wrong, fmt.Sprintf("%s names SQLite %s; the release has %s", e.File, m[1], f.SQLite))
		}
	}
	for _, m := range platformNumber.FindAllStringSubmatch(text, -1) {
		if m[1] != fmt.Sprint(len(f.Platforms)) {
			wrong = append(wrong, fmt.Sprintf("%s says %q; the matrix has %d", e.File, m[0], len(f.Platforms)))
		}
	}
	return wrong
}

// silences are facts that no entry tells.
func silences(n *Notes) []string {
	told := func(c semver.Change, kinds ...string) bool {
		return slices.ContainsFunc(n.Entries, func(e changes.Entry) bool {
			return slices.Contains(e.Names, c.Key()) && (len(kinds) == 0 || slices.Contains(kinds, e.Kind))
		})
	}
	var wrong []string
	for _, c := range n.Facts.Semver.Changes {
		switch {
		case c.Breaking() && !told(c, "breaking"):
			wrong = append(wrong, fmt.Sprintf("no entry of kind breaking names %q: %s", c.Key(), c))
		case c.Note && !told(c):
			wrong = append(wrong, fmt.Sprintf("no entry names %q: %s", c.Key(), c))
		case c.Area == "sqlite" && !told(c):
			wrong = append(wrong, fmt.Sprintf("no entry names %q: %s", c.Key(), c))
		}
	}
	return wrong
}
