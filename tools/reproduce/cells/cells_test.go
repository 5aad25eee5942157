// SPDX-License-Identifier: MIT

package cells_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/reproduce/cells"
)

func cell(variation, platform, verdict string) cells.Cell {
	return cells.Cell{Variation: variation, Platform: platform, Distribution: "D 1", Machine: "m", Source: "s1", At: "2026-11-26T12:00:00Z", Verdict: verdict, Files: 7, Actions: 87}
}

// history has two plants, of which one is seen, and a cell of each kind.
func history() cells.History {
	other := cell("tz", "//platforms:linux_arm64", "PASS")
	other.Distribution = "E 2"
	return cells.History{
		cell("tz", cells.Plants, "PASS"), cell("jobs", cells.Plants, "FAIL"),
		cell("tz", "//platforms:linux_amd64", "FAIL"), cell("tz", "//platforms:linux_amd64", "PASS"),
		cell("jobs", "//platforms:linux_amd64", "PASS"), cell("home", "//platforms:linux_amd64", "PASS"), cell("tz+jobs", "//platforms:linux_amd64", "PASS"),
		cell("tz", "//platforms:darwin_arm64", "FAIL"), cell("tz", "//platforms:windows_amd64", "INCOMPLETE"), other,
	}
}

func TestRowsAreWhatWasRun(t *testing.T) {
	want := map[string]string{
		"tz //platforms:linux_amd64 D 1":      "PASS", // the later run
		"tz //platforms:darwin_arm64 D 1":     "FAIL",
		"tz //platforms:windows_amd64 D 1":    "INCOMPLETE",
		"tz //platforms:linux_arm64 E 2":      "NOT EXERCISED", // its plant was seen elsewhere
		"jobs //platforms:linux_amd64 D 1":    "NOT EXERCISED", // its plant was not seen
		"home //platforms:linux_amd64 D 1":    "NOT EXERCISED", // no plant was built
		"tz+jobs //platforms:linux_amd64 D 1": "NOT EXERCISED", // one of two
	}
	rows := history().Rows("s1")
	for _, r := range rows {
		name := r.Variation + " " + r.Platform + " " + r.Distribution
		if want[name] != r.Verdict {
			t.Errorf("%s: %s, want %q", name, r.Verdict, want[name])
		}
	}
	if len(rows) != len(want) || len(history().Rows("s2")) != 0 {
		t.Errorf("%d rows, want %d", len(rows), len(want))
	}
	var b strings.Builder
	if err := history().WriteTable(&b, "s1"); err != nil || !strings.Contains(b.String(), "7 cells run: 1 PASS, 1 FAIL, 1 INCOMPLETE, 4 NOT EXERCISED") {
		t.Errorf("%v: %s", err, b.String())
	}
}

func TestAPlantThatIsNoLongerSeen(t *testing.T) {
	h := append(history(), cell("tz", cells.Plants, "FAIL"))
	if h.Exercised(cell("tz", "p", "PASS")) || !history().Exercised(cell("tz", "p", "PASS")) {
		t.Error("the latest run of a plant does not count")
	}
}

func TestDone(t *testing.T) {
	h := history()
	other := cell("jobs", "//platforms:linux_amd64", "")
	other.Source = "s2"
	for name, c := range map[string]struct {
		cell cells.Cell
		want bool
	}{
		"passed":            {cell("jobs", "//platforms:linux_amd64", ""), true},
		"failed":            {cell("tz", "//platforms:darwin_arm64", ""), false},
		"incomplete":        {cell("tz", "//platforms:windows_amd64", ""), false},
		"not run":           {cell("umask", "//platforms:linux_amd64", ""), false},
		"of another source": {other, false},
	} {
		if h.Done(c.cell) != c.want {
			t.Errorf("%s: done %t", name, !c.want)
		}
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cells.jsonl")
	if h, err := cells.Read(path); err != nil || len(h) != 0 {
		t.Errorf("no file: %v, %v", h, err)
	}
	var b strings.Builder
	if err := history().Write(&b); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"whole": {b.String(), true}, "cut off": {b.String()[:b.Len()-20], false}, "another field": {`{"x":1}` + "\n", false},
		"no cell": {"{}\n", false}, "two on a line": {strings.Replace(b.String(), "}\n{", "} {", 1), false}, "no date": {`{"variation":"v","platform":"p","verdict":"PASS","at":"today"}` + "\n", false},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		h, err := cells.Read(path)
		if (err == nil) != c.ok || c.ok && len(h) != len(history()) {
			t.Errorf("%s: %d cells, %v", name, len(h), err)
		}
	}
}

func TestPage(t *testing.T) {
	h := history()
	bad := cell("tz", "//platforms:linux_386", "FAIL")
	bad.First, bad.Source = "<script>alert(1)</script>", "s2"
	var b strings.Builder
	if err := append(h, bad).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{"7 cells run", "source s2: 1 cells run: 0 PASS, 1 FAIL", "NOT EXERCISED", "exercised</td><td>tz", "&lt;script&gt;"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	// Nothing of another place is loaded, and the latest source is first.
	for _, no := range []string{"<script", "http", "src=", "<link"} {
		if strings.Contains(text, no) {
			t.Errorf("the page has %q", no)
		}
	}
	if strings.Index(text, "source s2") > strings.Index(text, "source s1") {
		t.Error("the latest source is not first")
	}
}
