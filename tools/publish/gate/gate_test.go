// SPDX-License-Identifier: MIT

package gate

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/semver"
	"github.com/gosqlite/gosqlite/tools/scan/gate"
	"github.com/gosqlite/gosqlite/tools/scan/report"
	"github.com/gosqlite/gosqlite/tools/scan/vex"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

var keys = specimen.NewKeys()

// A candidate is a release with its reports, as they are right.
type candidate struct {
	dir    string
	policy *policy.Policy
	scan   report.Report
	semver semver.Report
	input  Input
	// published are the versions that the target has.
	published []string
}

func newCandidate(t *testing.T, s specimen.Spoil) *candidate {
	t.Helper()
	c := &candidate{dir: filepath.Join(t.TempDir(), "release")}
	text, err := keys.Write(c.dir, s)
	if err != nil {
		t.Fatal(err)
	}
	if c.policy, err = policy.Parse(text); err != nil {
		t.Fatal(err)
	}
	text, err = os.ReadFile(filepath.Join(c.dir, manifest.FileName))
	if err != nil {
		t.Fatal(err)
	}
	m, err := manifest.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	c.scan = report.Report{Schema: report.Schema, Day: specimen.Day.Format("2006-01-02"), Release: true, Complete: true, Pass: true}
	c.scan.Problems = []gate.Problem{}
	if text, err = os.ReadFile(filepath.Join(c.dir, "vex.cyclonedx.json")); err != nil {
		t.Fatal(err)
	}
	basis, err := vex.ReadBasis(text)
	if err != nil {
		t.Fatal(err)
	}
	c.scan.Triage, c.scan.Database.SHA256, c.scan.Feed.SHA256 = basis.Triage, basis.Database, basis.Feed
	for _, f := range m.Files {
		if strings.HasSuffix(f.Name, ".cdx.json") {
			c.scan.Bills = append(c.scan.Bills, report.Bill{File: f.Name, SHA256: fmt.Sprintf("%x", f.SHA256)})
		}
		if f.Kind == manifest.Debug {
			c.scan.Twins = append(c.scan.Twins, report.Twin{File: f.Name, SHA256: fmt.Sprintf("%x", f.SHA256), Programs: 1})
		}
	}
	c.semver = semver.Report{Base: "v1.1.0", Least: "v1.2.0", Version: "v" + m.Version, Level: semver.Minor, Changes: []semver.Change{}}
	c.published, c.input = []string{"v1.0.0", "v1.1.0"}, Input{Now: specimen.Now}
	return c
}

func (c *candidate) judge(t *testing.T, edit func(in *Input)) map[string]Verdict {
	t.Helper()
	return byName(t, c.examine(t, edit).Judge(c.published))
}

func (c *candidate) examine(t *testing.T, edit func(in *Input)) *Candidate {
	t.Helper()
	in := c.input
	in.Dir, in.Policy = c.dir, c.policy
	var err error
	if in.Scan, err = json.Marshal(c.scan); err != nil {
		t.Fatal(err)
	}
	if in.SemVer, err = json.Marshal(c.semver); err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		edit(&in)
	}
	examined, err := Examine(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return examined
}

func byName(t *testing.T, verdicts []Verdict) map[string]Verdict {
	t.Helper()
	all := map[string]Verdict{}
	for _, v := range verdicts {
		all[v.Gate] = v
	}
	if len(all) != len(Gates) {
		t.Fatalf("%d verdicts of %d gates", len(all), len(Gates))
	}
	return all
}

// TestTwoTargets: a release is examined once, and each target has verdicts of its own, in whatever order they are asked for.
func TestTwoTargets(t *testing.T) {
	examined := newCandidate(t, specimen.Spoil{}).examine(t, nil)
	for _, published := range [][]string{{"v1.1.0"}, {"v1.1.0", "v1.1.1"}, {"v1.1.0"}} {
		all := byName(t, examined.Judge(published))
		for name, v := range all {
			if want := name != "semver" || len(published) == 1; v.OK != want {
				t.Errorf("a target with %v: gate %s: %v %q", published, name, v.OK, v.Said)
			}
		}
	}
}

// A plant spoils one thing. It turns exactly its gate red, with these words.
type plant struct {
	name  string
	spoil specimen.Spoil
	edit  func(c *candidate, in *Input)
	after func(c *candidate)
	gate  string // "" for none
	want  string
}

func predicate(statement, key string, value any) specimen.Spoil {
	return specimen.Spoil{Predicate: func(name string, p map[string]any) {
		if strings.HasPrefix(name, statement) {
			p[key] = value
		}
	}}
}

func without(parts ...string) specimen.Spoil {
	return specimen.Spoil{Finished: func(files map[string][]byte) {
		for name := range files {
			if slices.ContainsFunc(parts, func(part string) bool { return strings.HasPrefix(name, part) }) {
				delete(files, name)
			}
		}
	}}
}

// unlogged is a logged release in which one bundle has lost its entries. Nothing signs them.
func unlogged(subject string) specimen.Spoil {
	return specimen.Spoil{Logged: true, Finished: func(files map[string][]byte) {
		material(files, subject, func(m map[string]any) { delete(m, "tlogEntries") })
	}}
}

// swapped is one in which a bundle has the entries of another one beside its own.
func swapped() specimen.Spoil {
	return specimen.Spoil{Logged: true, Finished: func(files map[string][]byte) {
		var other []any
		material(files, "commit.intoto.json", func(m map[string]any) { other = m["tlogEntries"].([]any) })
		material(files, manifest.FileName, func(m map[string]any) { m["tlogEntries"] = append(m["tlogEntries"].([]any), other[0]) })
	}}
}

// material changes what a bundle is verified with.
func material(files map[string][]byte, subject string, change func(m map[string]any)) {
	name := subject + ".sigstore.json"
	var doc map[string]any
	if err := json.Unmarshal(files[name], &doc); err != nil {
		panic(err)
	}
	change(doc["verificationMaterial"].(map[string]any))
	text, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	files[name] = text
}

// stranger is a key that signed nothing here.
func stranger() *pki.Key {
	dir, err := os.MkdirTemp("", "gosqlite-publish-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	text, err := specimen.NewKeys().Write(dir, specimen.Spoil{})
	if err != nil {
		panic(err)
	}
	p, err := policy.Parse(text)
	if err != nil {
		panic(err)
	}
	return p.Trust.Keys[0].Key
}

var plants = []plant{
	{name: "nothing"},
	{name: "a policy that demands nothing", after: func(c *candidate) { c.policy.Evidence, c.policy.Reproduced = nil, 0 }},
	{name: "unsigned", spoil: without("manifest.json.sigstore.json"), gate: "verified", want: "missing-bundle"},
	{name: "by another key", after: func(c *candidate) { c.policy.Trust.Keys[0].Key = stranger() }, gate: "verified", want: "unknown-key"},
	{name: "a changed file", spoil: specimen.Spoil{Finished: func(files map[string][]byte) { files["notes.md"] = []byte("# notes\n") }}, gate: "verified", want: "digest-mismatch"},
	{name: "by a development authority", spoil: specimen.Spoil{Development: true}, gate: "development", want: "development-signature"},
	{name: "allowed by the policy", spoil: specimen.Spoil{Development: true}, after: func(c *candidate) { c.policy.AllowDevelopment = true }, gate: "development", want: "development-signature"},
	{name: "logged, and demanded", spoil: specimen.Spoil{Logged: true}, edit: func(_ *candidate, in *Input) { in.LogEntries = 2 }},
	{name: "not logged, and demanded", edit: func(_ *candidate, in *Input) { in.LogEntries = 1 }, gate: "logged", want: "the policy names 0"},
	{name: "in fewer logs than demanded", spoil: specimen.Spoil{Logged: true}, edit: func(_ *candidate, in *Input) { in.LogEntries = 3 }, gate: "logged", want: "the policy names 2"},
	{name: "one signature not logged", spoil: unlogged(manifest.FileName), edit: func(_ *candidate, in *Input) { in.LogEntries = 1 }, gate: "logged", want: "manifest.json.sigstore.json: log-entry-missing"},
	{name: "one signature not logged, and the policy demands it", spoil: unlogged("provenance.intoto.json"), gate: "logged", want: "log-entry-missing"},
	{name: "one signature not logged, and nobody demands it", spoil: unlogged(manifest.FileName), after: func(c *candidate) { c.policy.Trust.MinEntries = 0 }},
	{name: "a log entry of another signature", spoil: swapped(), gate: "verified", want: "log-entry-mismatch"},
	{name: "a cache", spoil: predicate("ledger", "side", map[string]any{"cached": 3}), gate: "uncached", want: "3 actions came from a cache"},
	{name: "a ledger that does not say", spoil: predicate("ledger", "side", map[string]any{}), gate: "uncached", want: "does not say"},
	{name: "demonstrations alone", spoil: predicate("reproduced-", "demonstration", true), gate: "reproduced", want: "nobody independent"},
	{name: "one demonstration of two", spoil: predicate("reproduced-1", "demonstration", true), gate: "reproduced", want: "reproduced-threshold: 1 of 2"},
	{name: "statements that do not say", spoil: predicate("reproduced-", "demonstration", nil), gate: "reproduced", want: "does not say whether"},
	{name: "not identical", spoil: predicate("reproduced-", "identical", false), gate: "reproduced", want: "does not say that the bytes were identical"},
	{name: "no reproducer", spoil: without("reproduced-"), gate: "reproduced", want: "reproduced-threshold"},
	{name: "no reproducer demanded", spoil: without("reproduced-"), after: func(c *candidate) { c.policy.Reproduced = 0 }, gate: "reproduced", want: "reproduced-threshold"},
	{name: "no scan", edit: func(_ *candidate, in *Input) { in.Scan = nil }, gate: "scanned", want: "no report of a scan"},
	{name: "an empty scan", edit: func(_ *candidate, in *Input) { in.Scan = []byte{} }, gate: "scanned", want: "read report"},
	{name: "a scan that did not pass", after: func(c *candidate) { c.scan.Pass = false }, gate: "scanned", want: "did not pass"},
	{name: "a scan with a problem", after: func(c *candidate) { c.scan.Problems = []gate.Problem{{Kind: gate.Untriaged}} }, gate: "scanned", want: "did not pass"},
	{name: "a scan of the tree", after: func(c *candidate) { c.scan.Release = false }, gate: "scanned", want: "no release gate"},
	{name: "a scan of another day", after: func(c *candidate) { c.scan.Day = "2026-11-22" }, gate: "scanned", want: "it is of 2026-11-22"},
	{name: "a scan of other bills", after: func(c *candidate) { c.scan.Bills[0].SHA256 = fmt.Sprintf("%x", sha256.Sum256(nil)) }, gate: "scanned", want: "did not read"},
	{name: "a scan without a twin", after: func(c *candidate) { c.scan.Twins = c.scan.Twins[1:] }, gate: "scanned", want: "_debug.tar.gz as it is released"},
	{name: "a scan of another twin", after: func(c *candidate) { c.scan.Twins[0].SHA256 = fmt.Sprintf("%x", sha256.Sum256(nil)) }, gate: "scanned", want: "_debug.tar.gz as it is released"},
	{name: "a release of five weeks ago", edit: func(_ *candidate, in *Input) { in.Now = specimen.Day.AddDate(0, 0, 35) }, gate: "scanned", want: "35 days ago, and nobody has looked since"},
	{name: "a scan by other decisions", after: func(c *candidate) { c.scan.Triage = "00" }, gate: "scanned", want: "another form of triage.json"},
	{name: "a scan by another database", after: func(c *candidate) { c.scan.Database.SHA256 = "00" }, gate: "scanned", want: "another form of the vulnerability database"},
	{name: "a scan by another feed", after: func(c *candidate) { c.scan.Feed.SHA256 = "" }, gate: "scanned", want: "another form of the C feed"},
	{name: "no report of the version", edit: func(_ *candidate, in *Input) { in.SemVer = nil }, gate: "semver", want: "no report of the version"},
	{name: "another version's", after: func(c *candidate) { c.semver.Version = "v1.3.0" }, gate: "semver", want: `about "v1.3.0"`},
	{name: "too low", after: func(c *candidate) { c.semver.Least = "v2.0.0" }, gate: "semver", want: "v1.2.0 is too low"},
	{name: "no least version", after: func(c *candidate) { c.semver.Least = "" }, gate: "semver", want: "too low"},
	{name: "refused", after: func(c *candidate) { c.semver.Refused = []string{"the tree is dirty: x"} }, gate: "semver", want: "the tree is dirty"},
	{name: "an old base", after: func(c *candidate) { c.semver.Base = "v1.0.0" }, gate: "semver", want: "v1.1.0 is published"},
	{name: "no base", after: func(c *candidate) { c.semver.Base, c.semver.Least = "", "" }, gate: "semver", want: "compares with nothing"},
	{name: "the first release", edit: func(c *candidate, _ *Input) { c.published = nil }, after: func(c *candidate) { c.semver.Base, c.semver.Least = "", "" }},
	{name: "below every release", edit: func(c *candidate, _ *Input) { c.published = []string{"v1.3.0"} }, after: func(c *candidate) { c.semver.Base, c.semver.Least = "", "" }, gate: "semver", want: "v1.2.0 comes before every version"},
	{name: "a candidate after its release", spoil: specimen.Spoil{Version: "1.2.0-rc.1"}, edit: func(c *candidate, _ *Input) { c.published = append(c.published, "v1.2.0") }, gate: "semver", want: "comes before v1.2.0"},
}

func TestPlants(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range plants {
		t.Run(p.name, func(t *testing.T) {
			c := newCandidate(t, p.spoil)
			if p.after != nil {
				p.after(c)
			}
			all := c.judge(t, func(in *Input) {
				if p.edit != nil {
					p.edit(c, in)
				}
			})
			for name, v := range all {
				if v.OK != (name != p.gate) {
					t.Errorf("gate %s: %v %q", name, v.OK, v.Said)
				}
			}
			if said := strings.Join(all[p.gate].Said, "\n"); !strings.Contains(said, p.want) {
				t.Errorf("said %q, want %q", said, p.want)
			}
		})
		seen[p.gate] = true
	}
	for _, g := range Gates {
		if !seen[g.name] {
			t.Errorf("no plant turns gate %s red", g.name)
		}
	}
}

// TestRehearsal: trying out lets a development authority and demonstrations pass, says so, and lets nothing else pass.
func TestRehearsal(t *testing.T) {
	spoil := predicate("reproduced-", "demonstration", true)
	spoil.Development = true
	c := newCandidate(t, spoil)
	rehearse := func(in *Input) { in.Rehearsal = true }
	if v := c.judge(t, rehearse)["development"]; v.OK {
		t.Errorf("a policy that does not allow it: %q", v.Said)
	}
	c.policy.AllowDevelopment = true
	all := c.judge(t, rehearse)
	for _, name := range []string{"development", "reproduced"} {
		if v := all[name]; !v.OK || len(v.Said) != 1 || !strings.Contains(v.Said[0], "publishing refuses") {
			t.Errorf("gate %s: %v %q", name, v.OK, v.Said)
		}
	}
	all = c.judge(t, func(in *Input) { in.Rehearsal, in.Scan = true, nil })
	if all["scanned"].OK {
		t.Error("a rehearsal needs no scan")
	}
}

// TestNoVerdict: what was not asked is not a yes.
func TestNoVerdict(t *testing.T) {
	var all []Verdict
	for range Gates {
		if Pass(all) {
			t.Errorf("%d verdicts pass", len(all))
		}
		all = append(all, Verdict{OK: true})
	}
	if !Pass(all) {
		t.Error("all yes do not pass")
	}
}
