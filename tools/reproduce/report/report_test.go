// SPDX-License-Identifier: MIT

package report

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/leak"
	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
)

// good is a report of an equal pair.
func good() *Report {
	return &Report{
		Targets: []string{"//:release"}, Variations: []Variation{{Name: "tz", Sets: "TZ"}}, NotVaried: []string{"kernel"},
		Files:   []compare.File{{Name: "a.tgz", Status: compare.Pass, SizeA: 1, SizeB: 1, HashA: "aa", HashB: "aa"}},
		Actions: &compare.Actions{Total: 2, Pass: 2}, Leaks: &leak.Report{Checked: map[string]int{"elf": 1}},
	}
}

func TestVerdict(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		name string
		edit func(r *Report)
		want int
	}{
		{"equal", func(*Report) {}, ExitPass},
		{"no logs given", func(r *Report) { r.Actions = nil }, ExitPass},
		{"no leak test asked for", func(r *Report) { r.Leaks = nil }, ExitPass},
		{"file differs", func(r *Report) { r.Files[0].Status = compare.Fail }, ExitDifferent},
		{"file skipped", func(r *Report) { r.Files[0].Status = compare.Skip }, ExitIncomplete},
		{"file without verdict", func(r *Report) { r.Files[0].Status = "" }, ExitDifferent},
		{"no files", func(r *Report) { r.Files = nil }, ExitIncomplete},
		{"action differs", func(r *Report) { r.Actions.Fail = 1 }, ExitDifferent},
		{"action skipped", func(r *Report) { r.Actions.Skip = 1 }, ExitIncomplete},
		{"no actions", func(r *Report) { r.Actions = &compare.Actions{} }, ExitIncomplete},
		{"leak", func(r *Report) { r.Leaks.Findings = []leak.Finding{{Rule: "word"}} }, ExitDifferent},
		{"file not searched", func(r *Report) { r.Leaks.Failures = []leak.Failure{{}} }, ExitIncomplete},
		{"nothing searched", func(r *Report) { r.Leaks = &leak.Report{} }, ExitIncomplete},
		{"difference beats skip", func(r *Report) { r.Actions.Skip, r.Actions.Fail = 1, 1 }, ExitDifferent},
		{"plant exercised", func(r *Report) { r.Plants, r.Variations[0].Exercised, r.Actions.Fail = true, &yes, 1 }, ExitPass},
		{"plant not exercised", func(r *Report) { r.Plants, r.Variations[0].Exercised = true, &no }, ExitDifferent},
		{"plant that nothing can see", func(r *Report) {
			r.Plants, r.Variations[0].Exercised = true, &yes
			r.Variations = append(r.Variations, Variation{Name: "unseen", Exercised: &no, Unseen: "x"})
		}, ExitPass},
		{"plant that nothing can see was seen", func(r *Report) {
			r.Plants, r.Variations[0].Exercised, r.Variations[0].Unseen = true, &yes, "x"
		}, ExitDifferent},
		{"nothing but what nothing can see", func(r *Report) {
			r.Plants, r.Variations[0].Exercised, r.Variations[0].Unseen = true, &no, "x"
		}, ExitIncomplete},
		{"plant not looked at", func(r *Report) { r.Plants = true }, ExitDifferent},
		{"no variations", func(r *Report) { r.Plants, r.Variations = true, nil }, ExitIncomplete},
	} {
		r := good()
		c.edit(r)
		if got := r.ExitCode(); got != c.want {
			t.Errorf("%s: exit %d, want %d", c.name, got, c.want)
		}
	}
}

func bad() *Report {
	r := good()
	place := &compare.Place{Member: "bin/x", Where: ".rodata", Offset: 16, A: `"a"`, B: `"b"`}
	r.Files[0] = compare.File{Name: "a.tgz", Status: compare.Fail, Detail: "content differs", Place: place}
	act := compare.Action{Mnemonic: "Link", Label: "//:x", Primary: "out/x", Status: compare.Fail, Cause: compare.Culprit, Outputs: []compare.Output{{Path: "out/x", Place: place}}}
	r.Actions = &compare.Actions{Total: 3, Pass: 1, Fail: 1, Skip: 1, NotPassed: []compare.Action{act, {Mnemonic: "Pack", Status: compare.Skip, Cause: compare.FromCache}}}
	return r
}

func TestTable(t *testing.T) {
	var b strings.Builder
	if err := bad().WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"tz", "not varied", "FAIL", "bin/x: .rodata at 0x10", "culprit", "first action that differs: Link //:x (culprit)", "from cache",
		"1 files: 0 PASS, 1 FAIL, 0 SKIP", "3 actions: 1 PASS, 1 FAIL, 1 SKIP", "1 files checked", "\nFAIL\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
	b.Reset()
	r := good()
	r.Actions = nil
	if err := r.WriteTable(&b); err != nil || !strings.Contains(b.String(), "not compared") {
		t.Errorf("missing logs are not said: %v\n%s", err, b.String())
	}
}

func TestJSON(t *testing.T) {
	var b strings.Builder
	if err := bad().WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Verdict     string
		ActionCount struct{ Total, Skip int } `json:"action_count"`
		First       struct {
			Cause   string
			Outputs []struct{ Place struct{ Where string } }
		} `json:"first_difference"`
	}
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	if got.Verdict != "FAIL" || got.ActionCount.Total != 3 || got.ActionCount.Skip != 1 || got.First.Cause != "culprit" || got.First.Outputs[0].Place.Where != ".rodata" {
		t.Errorf("JSON %+v\n%s", got, b.String())
	}
}

// TestApart: a signature beside a release is listed and counts for nothing; alone it is nothing that was compared.
func TestApart(t *testing.T) {
	r := good()
	r.Files = append(r.Files, compare.File{Name: "a.sigstore.json", Status: compare.Apart, Detail: "no build makes it"})
	var b strings.Builder
	if err := r.WriteTable(&b); err != nil || r.ExitCode() != ExitPass || !strings.Contains(b.String(), "no build makes it") {
		t.Errorf("exit %d, %v: %s", r.ExitCode(), err, b.String())
	}
	r.Files = r.Files[1:]
	if r.ExitCode() != ExitIncomplete {
		t.Errorf("a signature alone: exit %d", r.ExitCode())
	}
}

func TestExplainFirst(t *testing.T) {
	r := bad()
	files := map[string]string{"a.tgz": "/x"}
	r.ExplainFirst(files, files) // nobody to ask
	asked := 0
	r.Explain = func(a, b string) (string, error) { asked++; return "it is " + a, nil }
	r.ExplainFirst(nil, files)
	if r.Explained != "" || asked != 0 {
		t.Errorf("asked about a file that is not at hand: %q", r.Explained)
	}
	r.ExplainFirst(files, files)
	r.ExplainFirst(files, files)
	var b strings.Builder
	if err := r.WriteTable(&b); err != nil || asked != 1 || !strings.Contains(b.String(), "\na.tgz:\nit is /x\n") {
		t.Errorf("asked %d times, %v: %s", asked, err, b.String())
	}
	r = good()
	r.Explain = func(a, b string) (string, error) { return "", errors.New("never") }
	if r.ExplainFirst(files, files); r.Explained != "" {
		t.Error("asked about a file that is equal")
	}
}
