// SPDX-License-Identifier: MIT

package tamper

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// needed are the needs of all rules, found once for all tests.
var needed = sync.OnceValues(func() ([]Need, error) {
	dir, err := os.MkdirTemp("", "needs")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	b, err := NewBench(dir, time.Now)
	if err != nil {
		return nil, err
	}
	cases, err := b.Cases()
	if err != nil {
		return nil, err
	}
	return b.Needs(context.Background(), cases)
})

// withoutPeers cuts what other programs said out of the page's first table: they are not here to be asked.
func withoutPeers(page string) string {
	head, rest, _ := strings.Cut(page, "\nThe columns on the right")
	lines := strings.SplitAfter(head, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "|") {
			lines[i] = strings.Join(strings.SplitN(line, "|", 6)[:5], "|") + "\n"
		}
	}
	return strings.Join(lines, "") + rest
}

// TestPage: docs/tamper.md is what the command writes now. TestCases shows that every result is as the page has it.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../../docs/tamper.md")
	if err != nil {
		t.Fatal(err)
	}
	_, cases := bench(t)
	needs, err := needed()
	if err != nil {
		t.Fatal(err)
	}
	write := func(cases []Case, needs []Need) string {
		var results []*Result
		for _, c := range cases {
			results = append(results, &Result{Case: c, Refused: c.Kind != Control, Right: true})
		}
		b := &strings.Builder{}
		if err := Document(b, results, needs, FindPeers(func(string) (string, error) { return "", os.ErrNotExist })); err != nil {
			t.Fatal(err)
		}
		return withoutPeers(b.String())
	}
	want, have := write(cases, needs), withoutPeers(string(page))
	if want != have {
		for i, line := range strings.Split(want, "\n") {
			if lines := strings.Split(have, "\n"); i >= len(lines) || lines[i] != line {
				t.Fatalf("docs/tamper.md, line %d is not %q: write the page anew: cd tools && go run ./verify/tamper/cmd/tamper --update ../docs/tamper.md", i+1, line)
			}
		}
		t.Fatal("docs/tamper.md has lines that the command does not write")
	}
	// Plants: a case less, one of another class, a rule that another case needs.
	other := slices.Clone(cases)
	other[0].Classes = []string{"other"}
	needless := slices.Clone(needs)
	needless[0].Case = ""
	for name, text := range map[string]string{
		"a case less": write(cases[1:], needs), "another class": write(other, needs), "no need": write(cases, needless),
	} {
		if text == have {
			t.Errorf("%s is not seen on the page", name)
		}
	}
}

// TestCount: the count of a release says which one it was; a second one takes its place, and the page shows it.
func TestCount(t *testing.T) {
	b, _ := bench(t)
	cases, err := b.FolderCases()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(cases, func(c Case) bool { return c.Kind == Control })
	if i < 0 {
		t.Fatal("no control among the cases of a folder")
	}
	if slices.ContainsFunc(cases, func(c Case) bool { return c.Change == nil }) {
		t.Error("a case is not done to the folder")
	}
	var results []*Result
	for _, c := range []Case{cases[0], cases[i]} {
		r, err := b.Run(context.Background(), c)
		if err != nil || !r.Right {
			t.Fatalf("%s: %v, %v", c.Name(), r, err)
		}
		r.Peers["sha256sum"] = Refused
		results = append(results, r)
	}
	c, err := b.Count(results, time.Date(2026, 11, 27, 23, 0, 0, 0, time.UTC))
	if err != nil || c.Release != "1.2.0, 3 platforms, by key" || c.Date != "2026-11-27" {
		t.Fatalf("count of %q on %q, %v", c.Release, c.Date, err)
	}
	text := &strings.Builder{}
	older := Count{Release: c.Release, Date: "2025-01-01"}
	if err := Record(text, []Count{older, {Release: "1.1.0"}}, c); err != nil {
		t.Fatal(err)
	}
	counts, err := ParseCounts([]byte(text.String()))
	if err != nil || len(counts) != 2 || counts[0].Release != "1.1.0" || counts[1].Date != c.Date {
		t.Fatalf("recorded %+v, %v", counts, err)
	}
	page := &strings.Builder{}
	writeReal(page, counts, []Peer{{Name: "sha256sum"}, {Name: "cosign"}})
	if want := "| 1.2.0, 3 platforms, by key | 2026-11-27 | all | 1 | 1 | 1 | 1 | not run |\n"; !strings.HasSuffix(page.String(), want) {
		t.Errorf("the page ends without %q:\n%s", want, page)
	}
	b.Release = filepath.Join(b.Temp, "none")
	if _, err := b.Count(results, time.Now()); err == nil {
		t.Error("a release that is not there was counted")
	}
}
