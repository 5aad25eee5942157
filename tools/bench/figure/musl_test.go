// SPDX-License-Identifier: MIT

package figure

import (
	"slices"
	"strings"
	"testing"
)

// withMusl is the sample with contenders that were linked with musl, of figures that no other has.
func withMusl() *Report {
	r := sample()
	r.Musl, r.CFlags = "zig cc -target x86_64-linux-musl", "-O2 -g"
	r.Contenders = append(r.Contenders,
		Contender{"gosqlite musl", true, true, about("gosqlite", "this tree", "go1.27.4")},
		Contender{"mattn musl", true, true, about("mattn", "v3", "go1.27.4")},
	)
	r.row("scan").Series["gosqlite musl"] = rounds(200, 900, 200)
	r.row("scan").Series["mattn musl"] = rounds(1000, 4500, 1000)
	r.row("scan-low").Series["gosqlite musl"] = rounds(7)
	r.row("cancel-lock").Series["gosqlite musl"] = r.row("cancel-lock").Series["gosqlite"]
	return r
}

func TestMuslHasATableOfItsOwn(t *testing.T) {
	text := withMusl().Markdown()
	for _, want := range []string{
		"With musl: gosqlite musl (this tree, SQLite 3.54.1) and mattn musl (v3, SQLite 3.54.1), by go1.27.4.\n",
		"C compiled by `zig cc -target x86_64-linux-musl` with `-O2 -g`, linked with `-linkmode external -extldflags -static`.\n",
		"| Workload | of one | gosqlite musl | mattn musl | mattn musl ÷ gosqlite musl | the same, other libc | gosqlite musl ÷ gosqlite |\n",
		// Pairs: 1000/200, 4500/900, 1000/200; 200/100, 600/300, 250/100; 200/100, 900/300, 200/100.
		"| scan | row | 200 ns | 1000 ns | 5.00 (5.00) | 2.00 (2.00) | 2.00 (2.00) |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the report lacks %q:\n%s", want, text)
		}
	}
	if n := strings.Count(text, "| scan-low | row |"); n != 1 {
		t.Errorf("scan-low, which one of the two has run, is in %d tables of ratios", n)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "|") && !strings.HasSuffix(line, "|\n") {
			t.Errorf("a table's line does not end: %q", line)
		}
	}
	r := withMusl()
	delete(r.row("scan").Series, "mattn")
	delete(r.row("scan").Series, "mattn@v2")
	if want := "| 5.00 (5.00) | | 2.00 (2.00) |\n"; !strings.Contains(r.Markdown(), want) {
		t.Errorf("without mattn over the other libc the report lacks %q", want)
	}
	if strings.Contains(sample().Markdown(), "musl") {
		t.Error("a report without musl speaks of it")
	}
}

// What was linked with musl is in no other comparison; planted as one of the others, it changes verdicts, tables and plot.
func TestMuslChangesNothingElse(t *testing.T) {
	tables := func(r *Report) string {
		before, _, _ := strings.Cut(r.Markdown(), "\nWith musl: ")
		return before[strings.Index(before, "| # | Target |"):]
	}
	plain, with, planted := sample(), withMusl(), withMusl()
	for i := range planted.Contenders {
		planted.Contenders[i].Musl = false
	}
	for _, c := range []struct {
		name string
		same func(r *Report) bool
	}{
		{"verdicts", func(r *Report) bool { return slices.Equal(r.Verdicts(), plain.Verdicts()) }},
		{"tables", func(r *Report) bool { return strings.HasPrefix(tables(plain), tables(r)) }},
		{"plot", func(r *Report) bool { return r.SVG() == plain.SVG() }},
	} {
		if !c.same(with) {
			t.Errorf("%s are others with musl", c.name)
		}
		if c.same(planted) {
			t.Errorf("plant: %s are the same with figures of others", c.name)
		}
	}
}
