// SPDX-License-Identifier: MIT

package report

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/gate"
	"github.com/gosqlite/gosqlite/tools/scan/schema"
)

func sample() *Report {
	return &Report{
		Schema: Schema, Subject: "the tree", Day: "2026-11-23", Release: true, Complete: true, Pass: true,
		Triage: "tt", Database: Database{Date: "2026-08-20", SHA256: "aa", Records: 1, Attribution: "its authors"}, Feed: Feed{Date: "2026-11-26", SHA256: "bb", Records: 1},
		Bills:    []Bill{{"a.cdx.json", "cc", "a_debug.tar.gz"}, {"whole.cdx.json", "dd", ""}},
		Twins:    []Twin{{"a_debug.tar.gz", "ee", 2}},
		Scanners: []gate.Scanner{{Name: "go-source", Version: "v1.9.0", Count: 1}, {Name: "gosec", Version: "v2.30.0", Count: 3}, {Name: "cppcheck", Error: "not installed: apt-get install cppcheck"}},
		Verdict: gate.Verdict{
			Items: []gate.Item{
				{Finding: finding.Finding{Scanner: "go-source", ID: "GO-2026-1", Aliases: []string{"CVE-2026-1"}, Component: "pkg:golang/example.org/dep", Version: "v1.0.0", Rank: finding.Called,
					Severity: "high", Score: 7.8, Summary: "<script>alert(1)</script>", Trace: []string{"main.main (main.go:5)", "dep.Bad"}, Where: []string{"tools"}}, Decision: "none"},
				{Finding: finding.Finding{Scanner: "gosec", ID: "G304", Component: "a.go", Line: 10, Rank: finding.Called, Severity: "medium", Summary: "a path"}, Decision: "not_affected", Reason: "fine"},
				{Finding: finding.Finding{Scanner: "gosec", ID: "G304", Component: "a.go", Line: 20, Rank: finding.Called, Severity: "medium", Summary: "a path"}, Decision: "not_affected", Reason: "fine"},
				{Finding: finding.Finding{Scanner: "gosec", ID: "G101", Component: "b.go", Line: 3, Rank: finding.Called, Severity: "high", Summary: "a key"}, Decision: "none"},
			},
			Problems: []gate.Problem{},
			Asides:   []gate.Aside{{Decision: "vulnerability CVE-3 in pkg:generic/musl", Why: "component absent: nobody has it"}},
		},
	}
}

func fingerprints(t *testing.T, r *Report) map[string]int {
	t.Helper()
	text, err := r.SARIF()
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Check(schema.SARIF, text); err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal(text, &log); err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != len(r.Scanners) || log.Runs[2].Invocations[0].Successful {
		t.Errorf("%d runs, the third successful: %v", len(log.Runs), log.Runs[2].Invocations[0].Successful)
	}
	all := map[string]int{}
	for _, run := range log.Runs {
		for _, res := range run.Results {
			all[res.Fingerprints["gosqlite/v1"]]++
			if (len(res.Suppressions) > 0) != (res.RuleID == "G304") {
				t.Errorf("%s: suppressions %v", res.RuleID, res.Suppressions)
			}
		}
	}
	return all
}

func TestSARIF(t *testing.T) {
	r := sample()
	first := fingerprints(t, r)
	if len(first) != 4 {
		t.Errorf("%d fingerprints for 4 findings", len(first))
	}
	for i := range r.Items {
		if r.Items[i].Line > 0 {
			r.Items[i].Line += 100 // lines were added above
		}
	}
	for f := range fingerprints(t, r) {
		if first[f] != 1 {
			t.Errorf("fingerprint %s depends on the line", f)
		}
	}
	r.Items[3].Summary = "another key"
	changed := 0
	for f := range fingerprints(t, r) {
		if first[f] == 0 {
			changed++
		}
	}
	if changed != 1 {
		t.Errorf("another finding changed %d fingerprints", changed)
	}
}

// TestHTML: the page holds all that is asked, escapes what comes from outside, and refers to nothing outside.
func TestHTML(t *testing.T) {
	page, err := sample().HTML()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"GO-2026-1", "CVE-2026-1", "example.org/dep@1.0.0", "called", "main.main (main.go:5)", "high 7.8", "none", "did not run", "2026-08-20", "its authors", "a.cdx.json", "a_debug.tar.gz, 2 programs",
		"Not applicable here", "CVE-3 in pkg:generic/musl", "component absent: nobody has it"} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if bytes.Contains(page, []byte("<script")) || regexp.MustCompile(`(?i)(src|href)=|url\(|@import`).Match(page) {
		t.Error("the page has a script or refers to something outside")
	}
}

// TestNotApplicable: the JSON has the list, also when it is empty, and the page has no word of it then.
func TestNotApplicable(t *testing.T) {
	r := sample()
	for _, want := range []string{`"not_applicable": [
    {
      "decision": "vulnerability CVE-3`, `"not_applicable": []`} {
		text, err := r.JSON()
		if err != nil || !bytes.Contains(text, []byte(want)) {
			t.Errorf("%v: %s lacks %s", err, text, want)
		}
		r.Asides = []gate.Aside{}
	}
	if page, err := r.HTML(); err != nil || bytes.Contains(page, []byte("Not applicable")) {
		t.Errorf("a list of nothing: %v", err)
	}
}

func TestTable(t *testing.T) {
	var b strings.Builder
	if err := sample().Table(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"GO-2026-1", "b.go:3", "did not run: not installed: apt-get install cppcheck", "static analysis, not_affected: 2", "PASS",
		"not applicable here: vulnerability CVE-3 in pkg:generic/musl: component absent: nobody has it\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "a.go:10") {
		t.Error("the table lists what a decision covers")
	}
}
