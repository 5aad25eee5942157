// SPDX-License-Identifier: MIT

package triage

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/scan/component"
	"github.com/gosqlite/gosqlite/tools/scan/finding"
)

func file(decisions ...Decision) File {
	return File{Schema, Policy{
		Deadlines:    map[string]int{"critical": 7, "high": 30, "unknown": 30, "medium": 90, "low": 180},
		DecisionDays: 365, DatabaseDays: 14, DatabaseWhy: "it changes every week", Owners: []string{"security"}, Analysis: "medium",
	}, decisions}
}

func good() Decision {
	return Decision{
		Scanner: Vulnerability, ID: "CVE-2025-26519", Component: "pkg:generic/musl", Versions: []string{"1.2.5"}, Status: NotAffected,
		Justification: "vulnerable_code_not_present", Reason: "iconv is not linked", Owner: "security", Decided: "2026-11-26", Expires: "2027-05-26",
		Evidence: []Evidence{{Kind: "not-linked", Symbols: []string{"iconv"}, Programs: "*"}},
	}
}

func parse(t *testing.T, f File) (*File, error) {
	t.Helper()
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return Parse(text)
}

func TestParse(t *testing.T) {
	if _, err := parse(t, file(good())); err != nil {
		t.Fatal(err)
	}
	affected := func(d *Decision) {
		d.Status, d.Justification, d.Confirmed, d.Deadline = Affected, "", "2026-11-20", "2026-12-01"
	}
	for name, c := range map[string]struct {
		change func(d *Decision)
		want   string
	}{
		"no reason":                {func(d *Decision) { d.Reason = " " }, "reason is missing"},
		"no versions":              {func(d *Decision) { d.Versions = nil }, "its versions"},
		"no purl":                  {func(d *Decision) { d.Component = "musl" }, "a purl"},
		"a justification of ours":  {func(d *Decision) { d.Justification = "fine" }, "is none of"},
		"no evidence":              {func(d *Decision) { d.Evidence = nil }, "needs evidence"},
		"an unknown status":        {func(d *Decision) { d.Status, d.Justification = "ignored", "" }, "not known"},
		"an owner outside":         {func(d *Decision) { d.Owner = "nobody" }, "no role"},
		"a day that is none":       {func(d *Decision) { d.Decided = "soon" }, "no day"},
		"no expiry":                {func(d *Decision) { d.Expires = "" }, "expires"},
		"an expiry too far":        {func(d *Decision) { d.Expires = "2028-01-01" }, "the policy allows 365"},
		"an expiry before":         {func(d *Decision) { d.Expires = "2026-01-01" }, "the policy allows"},
		"affected, no deadline":    {func(d *Decision) { affected(d); d.Deadline = "" }, "a deadline is for"},
		"affected, not confirmed":  {func(d *Decision) { affected(d); d.Confirmed = "" }, "confirmed is for"},
		"affected, confirmed soon": {func(d *Decision) { affected(d); d.Confirmed = "soon" }, "confirmed: "},
		"confirmed after decided":  {func(d *Decision) { affected(d); d.Confirmed = "2026-11-27" }, "after it was decided"},
		"confirmed, not affected":  {func(d *Decision) { d.Confirmed = "2026-11-20" }, "confirmed is for"},
		"affected, justified":      {func(d *Decision) { affected(d); d.Justification = Justifications[0] }, "a justification is for"},
		"deadline where none is":   {func(d *Decision) { d.Deadline = "2026-12-01" }, "a deadline is for"},
		"unknown evidence":         {func(d *Decision) { d.Evidence = []Evidence{{Kind: "trust"}} }, "is not known"},
		"evidence without symbols": {func(d *Decision) { d.Evidence = []Evidence{{Kind: "not-linked", Programs: "*"}} }, "lacks what"},
		"evidence, bad pattern":    {func(d *Decision) { d.Evidence[0].Programs = "[" }, "no pattern"},
		"platforms of a rule":      {func(d *Decision) { d.Scanner, d.Versions, d.Platforms = "gosec", nil, []string{"linux_*"} }, "platforms are for"},
		"platforms, bad pattern":   {func(d *Decision) { d.Platforms = []string{"linux_*", "["} }, "no pattern"},
		"platforms, empty":         {func(d *Decision) { d.Platforms = []string{""} }, "no pattern"},
		"versions of a rule":       {func(d *Decision) { d.Scanner = "gosec" }, "versions are for"},
	} {
		d := good()
		c.change(&d)
		if _, err := parse(t, file(d)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := parse(t, file(good(), good())); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("twice: %v", err)
	}
	incomplete := file(good())
	delete(incomplete.Policy.Deadlines, "unknown")
	if _, err := parse(t, incomplete); err == nil {
		t.Error("a policy without a deadline for unknown was taken")
	}
	// What comes from a network is decided file by file.
	rule := func(component string) File {
		d := good()
		d.Scanner, d.ID, d.Component, d.Versions, d.Evidence = "gosec", "G304", component, nil, nil
		f := file(d)
		f.Policy.ByFile = []string{"tools/fetch", "tools/verify/cmd"}
		return f
	}
	for component, want := range map[string]bool{
		"...": false, "tools/...": false, "tools/fetch/...": false, "tools/fetch/tuf/...": false, "tools/verify/...": false,
		"tools/fetch/tuf/state.go": true, "tools/verify/tamper/...": true, "tools/fetcher/...": true, "driver/...": true,
	} {
		if _, err := parse(t, rule(component)); (err == nil) != want || err != nil && !strings.Contains(err.Error(), "about single files") {
			t.Errorf("%s: %v", component, err)
		}
	}
	unexplained := file(good())
	unexplained.Policy.DatabaseWhy = ""
	if _, err := parse(t, unexplained); err == nil || !strings.Contains(err.Error(), "database_reason") {
		t.Errorf("a policy that does not say why: %v", err)
	}
	if _, err := Parse([]byte(`{"schema":"gosqlite-triage/1","planted":1}`)); err == nil {
		t.Error("an unknown field was taken")
	}
}

func TestCovers(t *testing.T) {
	musl := finding.Finding{Scanner: "c-feed", ID: "CVE-2025-26519", Component: "pkg:generic/musl", Version: "1.2.5"}
	rule := finding.Finding{Scanner: "gosec", ID: "G304", Component: "tools/scan/main.go"}
	analysis := func(component string) Decision { return Decision{Scanner: "gosec", ID: "G304", Component: component} }
	change := func(f finding.Finding, change func(f *finding.Finding)) finding.Finding { change(&f); return f }
	for name, c := range map[string]struct {
		d    Decision
		f    finding.Finding
		want bool
	}{
		"the same":        {good(), musl, true},
		"by an alias":     {good(), change(musl, func(f *finding.Finding) { f.ID, f.Aliases = "GO-1", []string{"CVE-2025-26519"} }), true},
		"another version": {good(), change(musl, func(f *finding.Finding) { f.Version = "1.2.6" }), false},
		"another id":      {good(), change(musl, func(f *finding.Finding) { f.ID = "CVE-1" }), false},
		"analysis by id":  {good(), change(musl, func(f *finding.Finding) { f.Scanner = "gosec" }), false},
		"a file":          {analysis("tools/scan/main.go"), rule, true},
		"a folder":        {analysis("tools/..."), rule, true},
		"everything":      {analysis("..."), rule, true},
		"another folder":  {analysis("sqlite/..."), rule, false},
		"a folder's name": {analysis("tools"), rule, false},
	} {
		if got := c.d.Covers(&c.f); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	f := file(analysis("..."), analysis("tools/..."))
	if d := f.For(&rule); d == nil || d.Component != "tools/..." {
		t.Errorf("the narrowest: %+v", d)
	}
}

func TestEvidence(t *testing.T) {
	program := func(name string, symbols ...string) Program {
		return Program{name, func(s string) bool { return slices.Contains(symbols, s) }}
	}
	sqlite := func(options ...string) []component.Component {
		return []component.Component{{Document: "a", ID: "s", Version: "3.54.1", PURL: "pkg:generic/sqlite@3.54.1", Options: options}}
	}
	files := func(names ...string) []component.Component {
		return []component.Component{{Document: "a", ID: "s", PURL: "pkg:generic/sqlite@3.54.1", Files: names}}
	}
	d := Decision{ID: "GO-1", Component: "pkg:generic/sqlite", Versions: []string{"3.54.1"}}
	called := []finding.Finding{{ID: "GO-1", Component: "pkg:generic/sqlite", Rank: finding.Called, Trace: []string{"main.main"}}}
	// A bill lists the component, and its programs are those of the folder x_musl_debug, when it is about a platform.
	listing := func(version, platform string, programs ...Program) Facts {
		c := sqlite()
		c[0].Version = version
		return Facts{Bills: []*component.Document{{File: "x_musl.cdx.json", Platform: platform, Components: c}}, Programs: programs}
	}
	other := program("y_musl_debug/bin/gosqlite", "qsort")
	every := Evidence{Kind: "not-linked", Symbols: []string{"iconv"}, Programs: "*_musl_debug/bin/*"}
	symbols := Evidence{Kind: "not-linked", Symbols: []string{"iconv"}, Programs: "*_musl/bin/*"}
	for name, c := range map[string]struct {
		facts Facts
		e     Evidence
		want  Verdict
	}{
		"set":                         {Facts{Components: sqlite("SQLITE_OMIT_X=1")}, Evidence{Kind: "option", Option: "SQLITE_OMIT_X"}, Holds},
		"set no more":                 {Facts{Components: sqlite("SQLITE_DQS=0")}, Evidence{Kind: "option", Option: "SQLITE_OMIT_X"}, Broken},
		"not set":                     {Facts{Components: sqlite("SQLITE_DQS=0")}, Evidence{Kind: "option", Option: "SQLITE_ENABLE_FTS3", Absent: true}, Holds},
		"set since":                   {Facts{Components: sqlite("SQLITE_ENABLE_FTS3")}, Evidence{Kind: "option", Option: "SQLITE_ENABLE_FTS3", Absent: true}, Broken},
		"not said":                    {Facts{Components: sqlite()}, Evidence{Kind: "option", Option: "SQLITE_OMIT_X"}, Unchecked},
		"not linked":                  {Facts{Programs: []Program{program("x_musl/bin/gosqlite", "qsort")}}, symbols, Holds},
		"linked since":                {Facts{Programs: []Program{program("x_musl/bin/gosqlite", "iconv")}}, symbols, Broken},
		"linked elsewhere":            {Facts{Programs: []Program{program("x/bin/gosqlite", "iconv")}}, symbols, Unchecked},
		"no program":                  {Facts{}, symbols, Unchecked},
		"one of two platforms":        {listing("3.54.1", "musl", other), every, Unchecked},
		"both platforms":              {listing("3.54.1", "musl", other, program("x_musl_debug/bin/gosqlite", "qsort")), every, Holds},
		"a program left out":          {listing("3.54.1", "musl", other, program("x_musl_debug/lib/gosqlite", "qsort")), every, Unchecked},
		"a bill of another version":   {listing("3.55.0", "musl", other), every, Holds},
		"a bill of all platforms":     {listing("3.54.1", "", other), every, Holds},
		"no object":                   {Facts{Components: files("libc.a/qsort.o")}, Evidence{Kind: "no-object", Objects: []string{"iconv.o"}}, Holds},
		"an object since":             {Facts{Components: files("libc.a/iconv.o")}, Evidence{Kind: "no-object", Objects: []string{"iconv.o"}}, Broken},
		"no files said":               {Facts{Components: sqlite()}, Evidence{Kind: "no-object", Objects: []string{"iconv.o"}}, Unchecked},
		"not called":                  {Facts{Ran: []string{"go-source"}}, Evidence{Kind: "not-called"}, Holds},
		"not called, nor in programs": {Facts{Ran: []string{"go-source", "go-binary"}, Bills: listing("1", "").Bills}, Evidence{Kind: "not-called"}, Holds},
		"programs not looked at":      {Facts{Ran: []string{"go-source"}, Bills: listing("1", "").Bills}, Evidence{Kind: "not-called"}, Unchecked},
		"source not looked at":        {Facts{Ran: []string{"go-binary"}, Bills: listing("1", "").Bills}, Evidence{Kind: "not-called"}, Unchecked},
		"called since":                {Facts{Ran: []string{"go-source"}, Findings: called}, Evidence{Kind: "not-called"}, Broken},
		"nobody looked":               {Facts{Ran: []string{"go-bill"}}, Evidence{Kind: "not-called"}, Unchecked},
		"new enough":                  {Facts{Components: sqlite()}, Evidence{Kind: "at-least", Version: "3.53.2"}, Holds},
		"too old":                     {Facts{Components: sqlite()}, Evidence{Kind: "at-least", Version: "3.55.0"}, Broken},
		"not listed":                  {Facts{}, Evidence{Kind: "at-least", Version: "3.53.2"}, Unchecked},
	} {
		got, saw := c.facts.Check(&d, &c.e)
		if got != c.want || saw == "" {
			t.Errorf("%s: %v (%s), want %v", name, got, saw, c.want)
		}
		if c.e.String() == "" {
			t.Errorf("%s: no sentence", name)
		}
	}
}

func TestDays(t *testing.T) {
	now := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	for day, want := range map[string]bool{"2026-11-25": true, "2026-11-26": false, "2026-11-27": false, "soon": true} {
		if got := Past(day, now); got != want {
			t.Errorf("Past(%q) = %v", day, got)
		}
	}
	f := file()
	for day, want := range map[string]bool{"2026-11-25": false, "2026-11-26": false, "2026-11-27": true, "soon": true} {
		if got := Later(day, now); got != want {
			t.Errorf("Later(%q) = %v", day, got)
		}
	}
	late := Decision{Confirmed: "2026-11-26", Decided: "2026-11-26", Deadline: "2026-12-20"}
	if f.Policy.Late(&late, "high") != "" || f.Policy.Late(&late, "critical") == "" {
		t.Error("24 days are allowed for high and not for critical")
	}
	// A new decision about the same gives no new time.
	late.Decided, late.Deadline = "2026-12-19", "2027-01-10"
	if f.Policy.Late(&late, "high") == "" {
		t.Error("45 days are allowed for high when it is decided again")
	}
}

// A scanner of programs calls the standard library by another name than the bill of materials that a decision is about.
func TestNotCalledStandardLibrary(t *testing.T) {
	d := good()
	d.ID, d.Component, d.Versions = "GO-1", "pkg:golang/std", []string{"1.27.4"}
	facts := Facts{Ran: []string{"go-source", "go-binary"}, Findings: []finding.Finding{{
		Scanner: "go-binary", ID: "GO-1", Component: "pkg:golang/stdlib", Version: "v1.27.4", Rank: finding.Called}}}
	if v, saw := facts.Check(&d, &Evidence{Kind: "not-called"}); v != Broken {
		t.Errorf("%v, %s", v, saw)
	}
}
