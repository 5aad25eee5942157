// SPDX-License-Identifier: MIT

package cells_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
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
		"tz //platforms:linux_amd64 D 1":      "FAIL", // the earlier run; the later passed
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
	if err := history().WriteTable(&b, "s1"); err != nil || !strings.Contains(b.String(), "7 cells run: 0 PASS, 2 FAIL, 1 INCOMPLETE, 4 NOT EXERCISED") {
		t.Errorf("%v: %s", err, b.String())
	}
}

// TestCellsAreToldApart changes one fact of a cell that passed: it is another cell, which was not run.
func TestCellsAreToldApart(t *testing.T) {
	for name, edit := range map[string]func(c *cells.Cell){
		"variation": func(c *cells.Cell) { c.Variation = "home" }, "platform": func(c *cells.Cell) { c.Platform = "p" },
		"distribution": func(c *cells.Cell) { c.Distribution = "E 2" }, "machine": func(c *cells.Cell) { c.Machine = "n" },
		"targets": func(c *cells.Cell) { c.Targets = "//:release_all" }, "flags": func(c *cells.Cell) { c.Flags = "-c opt" },
		"system": func(c *cells.Cell) { c.System = "E 2" }, "file system": func(c *cells.Cell) { c.FileSystem = "tmpfs" },
	} {
		passed := cell("tz", "//platforms:linux_amd64", "PASS")
		h := cells.History{cell("tz", cells.Plants, "PASS"), passed}
		c := passed
		edit(&c)
		if !h.Done(passed) || h.Done(c) || len(append(h, c).Rows("s1")) != 2 {
			t.Errorf("%s: not told apart", name)
		}
		onOther := name == "distribution" || name == "machine" || name == "system" || name == "file system"
		if c.Variation == passed.Variation && h.Exercised(c) == onOther {
			t.Errorf("%s: exercised %t", name, !onOther)
		}
	}
}

func TestJSON(t *testing.T) {
	var b strings.Builder
	if err := history().WriteJSON(&b, "s1"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"FAIL": 2`, `"verdict": "NOT EXERCISED"`, `"runs": 2`, `"failed": 1`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in %s", want, b.String())
		}
	}
	if strings.Count(b.String(), `"verdict"`) != 7 {
		t.Errorf("verdicts: %s", b.String())
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
	var added sync.WaitGroup
	if h, err := cells.Read(path); err != nil || len(h) != 0 {
		t.Errorf("no file: %v, %v", h, err)
	}
	for _, c := range history() { // by many, at the same time
		added.Go(func() {
			if err := cells.Append(path, cells.History{c}); err != nil {
				t.Error(err)
			}
		})
	}
	added.Wait()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if h, err := cells.Read(path); err != nil || len(h) != len(history()) {
		t.Errorf("%d cells, %v", len(h), err)
	}
	whole := string(b)
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"whole": {whole, true}, "cut off": {whole[:len(whole)-20], false}, "another field": {`{"x":1}` + "\n", false},
		"no cell": {"{}\n", false}, "two on a line": {strings.Replace(whole, "}\n{", "} {", 1), false}, "no date": {`{"variation":"v","platform":"p","verdict":"PASS","at":"today"}` + "\n", false},
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
	for _, want := range []string{"7 cells run", "source s2: 1 cells run: 0 PASS, 1 FAIL", "NOT EXERCISED", "exercised</td><td>tz", "&lt;script&gt;", "2, 1 FAIL", `<td class="PASS">PASS</td><td>tz</td><td>//platforms:linux_amd64`} {
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

// A distribution is that of the variation system, and of no other that is varied beside it.
func TestExercisedBesideSystem(t *testing.T) {
	plant := func(name, system string) cells.Cell {
		c := cell(name, cells.Plants, "PASS")
		c.System = system
		return c
	}
	both := cell("system+tz", "//platforms:linux_amd64", "PASS")
	both.System = "E 2"
	for name, c := range map[string]struct {
		history cells.History
		want    bool
	}{
		"both":         {cells.History{plant("tz", ""), plant("system", "E 2")}, true},
		"one":          {cells.History{plant("tz", "")}, false},
		"of another":   {cells.History{plant("tz", ""), plant("system", "E 3")}, false},
		"of no system": {cells.History{plant("tz", ""), plant("system", "")}, false},
	} {
		if c.history.Exercised(both) != c.want {
			t.Errorf("%s: exercised %t", name, !c.want)
		}
	}
}
