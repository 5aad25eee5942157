// SPDX-License-Identifier: MIT

package checks

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/gate"
	"github.com/gosqlite/gosqlite/tools/scan/report"
)

// measure says how the page is laid out; it is put into a copy of the page, which lets no script run by itself.
//
//go:embed testdata/measure.js
var measure string

// A layout is what measure.js says.
type layout struct {
	Wide   int // how many points the page is wider than the screen
	Tables [][]column
}

type column struct {
	Name    string
	Width   int
	Missing int // rows without this cell, or with one that is not to be seen
	Cut     int // cells whose text stands out of them
	Reached bool
}

// full is a report with something in each column, and with long words in it.
func full() *report.Report {
	long := strings.Repeat("github.com/example/", 8) + "package"
	return &report.Report{
		Subject: "a plant", Day: "2026-11-23", Release: true,
		Database: report.Database{Date: "2026-08-20", SHA256: strings.Repeat("0123456789abcdef", 4), Records: 1, Attribution: "its authors"},
		Bills:    []report.Bill{{File: "gosqlite_0.1.0_linux_amd64.cdx.json", SHA256: strings.Repeat("0123456789abcdef", 4)}},
		Twins:    []report.Twin{{File: "gosqlite_0.1.0_linux_amd64_debug.tar.gz", SHA256: strings.Repeat("0123456789abcdef", 4), Programs: 2}},
		Scanners: []gate.Scanner{{Name: "go-source", Version: "v1.9.0", Input: "2 modules", Count: 1}, {Name: "cppcheck", Version: "2.10", Input: "20 C files", Error: "not installed: apt-get install cppcheck"}},
		Verdict: gate.Verdict{
			Items: []gate.Item{
				{Finding: finding.Finding{Scanner: "go-source", ID: "GO-2026-9001", Aliases: []string{"CVE-2026-9001", "GHSA-xxxx-yyyy-zzzz"}, Component: "pkg:golang/" + long, Version: "v1.0.0", Rank: finding.Called,
					Severity: "high", Score: 7.8, Summary: "Bad is bad", Fixed: "v1.1.0", Trace: []string{"main.main (main.go:5)", long + ".Bad"}, Where: []string{"tools", "gosqlite_0.1.0_linux_amd64.cdx.json"}},
					Decision: "not_affected", Justification: "vulnerable_code_cannot_be_controlled_by_adversary", Reason: "Nothing calls it.", Due: "2027-05-26", Checked: []string{"no way to the vulnerable function was found"}},
				{Finding: finding.Finding{Scanner: "gosec", ID: "G304", Component: "tools/" + long + ".go", Line: 3, Severity: "medium", Summary: "a path"}, Decision: "none", Reason: "open", Due: "2026-12-24"},
			},
			Problems: []gate.Problem{{Kind: "evidence-not-checked", Subject: "pkg:golang/" + long, Text: "look again"}},
		},
	}
}

// lay lets a browser lay the page out on a screen of a width.
func lay(t *testing.T, browser, page, width string) layout {
	t.Helper()
	dir := t.TempDir()
	page = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`).ReplaceAllString(page, "")
	page = strings.Replace(page, "</body>", "<script>"+measure+"</script></body>", 1)
	write(t, dir, map[string]string{"scan.html": page})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--user-data-dir="+filepath.Join(dir, "profile"),
		"--window-size="+width+",900", "--dump-dom", "file://"+filepath.Join(dir, "scan.html"))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?s)<pre id="measured">(.*?)</pre>`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("nothing was measured:\n%.2000s", out)
	}
	var l layout
	if err := json.Unmarshal([]byte(html.UnescapeString(string(m[1]))), &l); err != nil {
		t.Fatal(err)
	}
	return l
}

// faults are what is wrong with a layout.
func (l layout) faults() []string {
	var wrong []string
	if l.Wide > 0 {
		wrong = append(wrong, fmt.Sprintf("the page is %d points wider than the screen", l.Wide))
	}
	for _, table := range l.Tables {
		for _, c := range table {
			if c.Width < 20 || c.Missing > 0 || c.Cut > 0 || !c.Reached {
				wrong = append(wrong, fmt.Sprintf("column %+v", c))
			}
		}
	}
	return wrong
}

// TestLayout: on a desk and on a phone nothing is wider than the screen, and every column of every table can be seen whole.
func TestLayout(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("not run: chromium is not installed: apt-get install chromium")
	}
	text, err := full().HTML()
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	want := [][]string{
		{"Kind", "About", "What to do"}, {"What", "Where", "Reached how", "Severity", "Decision", "Due"},
		{"What", "Where", "Decision", "Due"}, {"Scanner", "Version", "Looked at", "Findings"},
	}
	for _, width := range []string{"1200", "500"} {
		l := lay(t, browser, page, width)
		var have [][]string
		for _, table := range l.Tables {
			var names []string
			for _, c := range table {
				names = append(names, c.Name)
			}
			have = append(have, names)
		}
		if wrong := l.faults(); wrong != nil || !slices.EqualFunc(have, want, slices.Equal) {
			t.Errorf("width %s: %q; columns %q", width, wrong, have)
		}
	}
	for name, edit := range map[string][2]string{
		"a table that pushes the page": {".scroll { overflow-x: auto; }", ""},
		"words that are not broken":    {"td.place { overflow-wrap: anywhere;", "td.place { max-width: 12rem;"},
		"a column that is not shown":   {"td.word {", "td.word { display: none;"},
		"facts that are not broken":    {"color: GrayText; overflow-wrap: anywhere;", "white-space: nowrap;"},
	} {
		broken := strings.Replace(page, edit[0], edit[1], 1)
		if broken == page {
			t.Errorf("plant %s: the page has no %q", name, edit[0])
		} else if lay(t, browser, broken, "500").faults() == nil {
			t.Errorf("plant %s: nothing is wrong", name)
		}
	}
}
