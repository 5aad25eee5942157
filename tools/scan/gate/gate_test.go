// SPDX-License-Identifier: MIT

package gate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/scan/component"
	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/triage"
)

func decision() triage.Decision {
	return triage.Decision{
		Scanner: triage.Vulnerability, ID: "CVE-1", Component: "pkg:generic/musl", Versions: []string{"1.2.5"}, Status: triage.NotAffected,
		Justification: "vulnerable_code_not_present", Reason: "not linked", Owner: "security", Decided: "2026-11-01", Expires: "2027-01-01",
		Evidence: []triage.Evidence{{Kind: "not-linked", Symbols: []string{"iconv"}, Programs: "*"}},
	}
}

func found() finding.Finding {
	return finding.Finding{Scanner: "c-feed", ID: "CVE-1", Component: "pkg:generic/musl", Version: "1.2.5", Rank: finding.Imported, Severity: "high", Summary: "bad"}
}

// healthy passes: one finding, decided, its evidence true.
func healthy() *Input {
	return &Input{
		Triage: &triage.File{
			Policy:    triage.Policy{Deadlines: map[string]int{"critical": 7, "high": 30, "unknown": 30, "medium": 90, "low": 180}, DatabaseDays: 14, Analysis: "medium"},
			Decisions: []triage.Decision{decision()},
		},
		Facts: &triage.Facts{
			Findings: []finding.Finding{found()},
			Programs: []triage.Program{{Name: "gosqlite", Defines: func(string) bool { return false }}},
		},
		Scanners: []Scanner{{Name: "c-feed"}}, Required: []string{"c-feed"},
		Now:         time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC),
		DatabaseDay: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC),
	}
}

// TestPlants: every plant turns exactly its problem red, and the healthy input none.
func TestPlants(t *testing.T) {
	open := func(in *Input) *triage.Decision {
		d := &in.Triage.Decisions[0]
		d.Status, d.Justification, d.Confirmed, d.Deadline, d.Evidence = triage.Affected, "", "2026-11-01", "2026-11-28", nil
		return d
	}
	analysis := func(in *Input, severity string) {
		in.Facts.Findings = append(in.Facts.Findings, finding.Finding{Scanner: "gosec", ID: "G101", Component: "a.go", Line: 3, Severity: severity})
		in.Scanners = append(in.Scanners, Scanner{Name: "gosec"})
	}
	for _, c := range []struct {
		name  string
		plant func(in *Input)
		want  []string
	}{
		{"healthy", func(*Input) {}, nil},
		{"no decision", func(in *Input) { in.Triage.Decisions = nil }, []string{Untriaged}},
		{"a decision for another version", func(in *Input) { in.Triage.Decisions[0].Versions = []string{"1.2.4"} }, []string{Untriaged}},
		{"an expired decision", func(in *Input) { in.Triage.Decisions[0].Expires = "2026-11-25" }, []string{ExpiredDecision}},
		{"an unused decision", func(in *Input) {
			in.Facts.Findings = nil
			for _, name := range triage.VulnerabilityScanners {
				in.Scanners = append(in.Scanners, Scanner{Name: name})
			}
		}, []string{UnusedDecision}},
		{"a decision that a scanner that did not look may use", func(in *Input) { in.Facts.Findings, in.Facts.Programs = nil, nil }, nil},
		{"an unused decision of a scanner that was not asked", func(in *Input) { in.Facts.Findings, in.Scanners, in.Required = nil, nil, nil }, nil},
		{"evidence that is true no more", func(in *Input) { in.Facts.Programs[0].Defines = func(s string) bool { return s == "iconv" } }, []string{EvidenceBroken}},
		{"evidence that nobody looked at", func(in *Input) { in.Facts.Programs = nil }, []string{EvidenceUnseen}},
		{"the same, from bills of materials alone", func(in *Input) { in.Facts.Programs, in.Bills = nil, true }, nil},
		{"affected, in time", func(in *Input) { open(in) }, nil},
		{"affected, on its last day", func(in *Input) { open(in).Deadline = "2026-11-26" }, nil},
		{"affected, overdue", func(in *Input) { open(in).Deadline = "2026-11-25" }, []string{Overdue}},
		{"affected, a deadline too far", func(in *Input) { open(in).Deadline = "2026-12-20" }, []string{LateDeadline}},
		{"affected, decided again with more time", func(in *Input) {
			d := open(in)
			d.Decided, d.Deadline = "2026-11-25", "2026-12-20"
		}, []string{LateDeadline}},
		{"decided after the day of the run", func(in *Input) { in.Triage.Decisions[0].Decided = "2026-11-27" }, []string{LaterDecision}},
		{"decided on the day of the run", func(in *Input) { in.Triage.Decisions[0].Decided = "2026-11-26" }, nil},
		{"fixed, and found", func(in *Input) {
			d := open(in)
			d.Status, d.Deadline = triage.Fixed, ""
		}, []string{FixedButFound}},
		{"a missing tool", func(in *Input) { in.Scanners = append(in.Scanners, Scanner{Name: "gosec", Error: "not installed"}) }, []string{ScannerNotRun}},
		{"a tool that was not asked", func(in *Input) { in.Required = append(in.Required, "gosec") }, []string{ScannerNotRun}},
		{"an old database, in a plain run", func(in *Input) { in.DatabaseDay = in.DatabaseDay.AddDate(-1, 0, 0) }, nil},
		{"an old database, at a release", func(in *Input) { in.DatabaseDay, in.Release = in.DatabaseDay.AddDate(-1, 0, 0), true }, []string{DatabaseStale}},
		{"a database of no day, at a release", func(in *Input) { in.DatabaseDay, in.Release = time.Time{}, true }, []string{DatabaseStale}},
		{"a fresh database, at a release", func(in *Input) { in.Release = true }, nil},
		{"static analysis that wants a decision", func(in *Input) { analysis(in, "medium") }, []string{Untriaged}},
		{"static analysis below the policy", func(in *Input) { analysis(in, "low") }, nil},
		{"under investigation counts as affected", func(in *Input) {
			in.Facts.Findings[0].Status = triage.UnderInvestigation
			in.Triage.Decisions = nil
		}, []string{Untriaged}},
		{"compiled out needs no decision", func(in *Input) {
			in.Facts.Findings[0].Status, in.Facts.Findings[0].Evidence = triage.NotAffected, "option X is not set"
			in.Triage.Decisions = nil
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := healthy()
			c.plant(in)
			v := Judge(in)
			var kinds []string
			for _, p := range v.Problems {
				kinds = append(kinds, p.Kind)
			}
			if !slices.Equal(kinds, c.want) || v.Pass() != (c.want == nil) {
				t.Errorf("%+v, want %v", v.Problems, c.want)
			}
		})
	}
}

// TestPlatforms: a decision about platforms that were not looked at stands aside, is listed, and lets nothing out; where one
// of them is looked at, as it is in the full set, or where the component is there all the same, an unused one fails.
func TestPlatforms(t *testing.T) {
	bill := func(platform string, purls ...string) *component.Document {
		d := &component.Document{File: "x_" + platform + ".cdx.json", Platform: platform}
		for _, p := range purls {
			d.Components = append(d.Components, component.Component{ID: p, PURL: p, Version: "1.2.5"})
		}
		return d
	}
	older := func(platform, purl string) *component.Document {
		d := bill(platform, purl)
		d.Components[0].Version = "1.2.4"
		return d
	}
	const musl, other = "pkg:generic/musl@1.2.5", "pkg:generic/other@1"
	whole := []string{"linux_amd64", "linux_amd64_musl", "windows_amd64"}
	for _, c := range []struct {
		name      string
		platforms []string
		bills     []*component.Document
		found     bool
		want      []string
		aside     bool
	}{
		{"one platform, absent", []string{"linux_*_musl"}, []*component.Document{bill("linux_amd64", other)}, false, nil, true},
		{"the full set, absent", []string{"linux_*_musl"}, []*component.Document{bill("linux_amd64", other), bill("linux_amd64_musl", other), bill("windows_amd64", other)}, false,
			[]string{EvidenceUnseen, UnusedDecision}, false},
		{"its platform alone, absent", []string{"linux_*_musl"}, []*component.Document{bill("linux_amd64_musl", other)}, false, []string{EvidenceUnseen, UnusedDecision}, false},
		{"its platform, present, unused", []string{"linux_*_musl"}, []*component.Document{bill("linux_amd64_musl", musl)}, false, []string{EvidenceUnseen, UnusedDecision}, false},
		{"another platform, present, unused", []string{"linux_*_musl"}, []*component.Document{bill("linux_amd64", musl)}, false, []string{EvidenceUnseen, OtherPlatform, UnusedDecision}, false},
		{"two other platforms, present", []string{"linux_*_musl"}, []*component.Document{bill("linux_amd64", musl), bill("windows_amd64", musl), bill("linux_amd64_musl", musl)}, true,
			[]string{EvidenceUnseen, OtherPlatform, OtherPlatform}, false},
		{"another platform, another version", []string{"linux_*_musl"}, []*component.Document{bill("linux_amd64", other), bill("linux_amd64_musl", musl), older("windows_amd64", musl)}, true, []string{EvidenceUnseen}, false},
		{"a bill of all platforms lists it", []string{"linux_*_musl"}, []*component.Document{bill("linux_amd64", other), bill("", musl)}, false, []string{EvidenceUnseen, UnusedDecision}, false},
		{"its platform, used", []string{"linux_*_musl"}, []*component.Document{bill("linux_amd64_musl", musl)}, true, []string{EvidenceUnseen}, false},
		{"no platforms named, absent", nil, []*component.Document{bill("linux_amd64", other)}, false, []string{EvidenceUnseen, UnusedDecision}, false},
		{"no bill at all", []string{"linux_*_musl"}, nil, false, []string{EvidenceUnseen, UnusedDecision}, false},
		{"no row of the matrix", []string{"linux_*_musl", "plan9_*"}, []*component.Document{bill("linux_amd64", other)}, false, []string{UnusedDecision}, true},
	} {
		in := healthy()
		in.Rows, in.Facts.Bills, in.Facts.Programs, in.Scanners = whole, c.bills, nil, nil
		in.Triage.Decisions[0].Platforms = c.platforms
		for _, b := range c.bills {
			in.Facts.Components = append(in.Facts.Components, b.Components...)
		}
		if !c.found {
			in.Facts.Findings = nil
		}
		for _, name := range triage.VulnerabilityScanners {
			in.Scanners = append(in.Scanners, Scanner{Name: name})
		}
		v := Judge(in)
		var kinds []string
		for _, p := range v.Problems {
			kinds = append(kinds, p.Kind)
		}
		if !slices.Equal(kinds, c.want) || (len(v.Asides) == 1) != c.aside {
			t.Errorf("%s: %+v, want %v; aside: %+v", c.name, v.Problems, c.want, v.Asides)
		}
		if c.aside && (v.Asides[0].Decision != "vulnerability CVE-1 in pkg:generic/musl" || !strings.HasPrefix(v.Asides[0].Why, "component absent: ")) {
			t.Errorf("%s: %+v", c.name, v.Asides)
		}
	}
	// Aside or not, what is of any platform is held: the day, and evidence that can be seen to be broken.
	in := healthy()
	in.Facts.Findings, in.Facts.Bills = nil, []*component.Document{bill("linux_amd64", other)}
	in.Triage.Decisions[0].Platforms, in.Triage.Decisions[0].Expires = []string{"linux_*_musl"}, "2026-11-25"
	in.Facts.Programs[0].Defines = func(string) bool { return true }
	if v := Judge(in); len(v.Problems) != 2 || v.Problems[0].Kind != EvidenceBroken || v.Problems[1].Kind != ExpiredDecision {
		t.Errorf("%+v", v.Problems)
	}
}

// TestElsewhere: what was found on a platform that the decision does not name is undecided, in a bill as in a program; what was
// found on its own, or in no bill, stays decided.
func TestElsewhere(t *testing.T) {
	bill := func(platform string) *component.Document {
		return &component.Document{File: "x_" + platform + ".cdx.json", Platform: platform, Components: []component.Component{{ID: "m", PURL: "pkg:generic/musl@1.2.5", Version: "1.2.5"}}}
	}
	for _, c := range []struct {
		name               string
		where              []string
		decided, undecided []string // nil for no such item
	}{
		{"in a bill of its platform", []string{"x_linux_amd64_musl.cdx.json"}, []string{"x_linux_amd64_musl.cdx.json"}, nil},
		{"in a bill of another", []string{"x_linux_amd64.cdx.json"}, nil, []string{"x_linux_amd64.cdx.json"}},
		{"in both", []string{"x_linux_amd64.cdx.json", "x_linux_amd64_musl.cdx.json"}, []string{"x_linux_amd64_musl.cdx.json"}, []string{"x_linux_amd64.cdx.json"}},
		{"in programs of both", []string{"x_linux_amd64_debug/bin/p", "x_linux_amd64_musl_debug/bin/p"}, []string{"x_linux_amd64_musl_debug/bin/p"}, []string{"x_linux_amd64_debug/bin/p"}},
		{"in no bill", []string{"the tree"}, []string{"the tree"}, nil},
	} {
		in := healthy()
		in.Triage.Decisions[0].Platforms, in.Facts.Bills, in.Bills = []string{"linux_*_musl"}, []*component.Document{bill("linux_amd64"), bill("linux_amd64_musl")}, true
		in.Facts.Findings[0].Where = c.where
		got := map[string][]string{}
		v := Judge(in)
		for _, i := range v.Items {
			got[i.Decision] = i.Where
		}
		if !slices.Equal(got[triage.NotAffected], c.decided) || !slices.Equal(got["none"], c.undecided) {
			t.Errorf("%s: %q", c.name, got)
		}
		want := []string{OtherPlatform}
		if c.undecided != nil {
			want = append(want, Untriaged)
		}
		var kinds []string
		for _, p := range v.Problems {
			kinds = append(kinds, p.Kind)
		}
		if !slices.Equal(kinds, want) {
			t.Errorf("%s: %+v, want %q", c.name, v.Problems, want)
		}
	}
}

func TestItems(t *testing.T) {
	in := healthy()
	in.Facts.Components = []component.Component{{ID: "m", PURL: "pkg:generic/musl@1.2.5", Version: "1.2.5"}}
	v := Judge(in)
	if len(v.Items) != 1 {
		t.Fatalf("%+v", v)
	}
	i := v.Items[0]
	if i.Decision != triage.NotAffected || i.Reason != "not linked" || i.Due != "2027-01-01" || len(i.Checked) != 1 {
		t.Errorf("%+v", i)
	}
}

// TestDoubt: an item says why its decision does not count, and says nothing when it does.
func TestDoubt(t *testing.T) {
	for _, c := range []struct {
		name, want string
		plant      func(in *Input)
	}{
		{"healthy", "", func(*Input) {}},
		{"expired", "the decision expired on 2026-11-25", func(in *Input) { in.Triage.Decisions[0].Expires = "2026-11-25" }},
		{"decided later", "it was decided later, on 2026-11-27", func(in *Input) { in.Triage.Decisions[0].Decided = "2026-11-27" }},
		{"evidence that is true no more", "gosqlite defines iconv", func(in *Input) { in.Facts.Programs[0].Defines = func(string) bool { return true } }},
		{"evidence that cannot be looked at", "", func(in *Input) { in.Facts.Programs, in.Bills = nil, true }},
		{"fixed, and found", "c-feed finds it", func(in *Input) { in.Triage.Decisions[0].Status = triage.Fixed }},
	} {
		in := healthy()
		c.plant(in)
		v := Judge(in)
		if got := v.Items[0].Doubt; (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
