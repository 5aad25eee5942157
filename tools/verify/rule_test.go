// SPDX-License-Identifier: MIT

package verify

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// judged checks a good release by a changed table of rules.
func judged(t *testing.T, change func(rules []Rule) []Rule) *Report {
	t.Helper()
	o := optionsFor(t, releasetest.Build(keys, releasetest.Hooks{}))
	before := Rules
	defer func() { Rules = before }()
	Rules = change(slices.Clone(Rules))
	return run(t, o)
}

func notChecked(r *Report) []Fault {
	return slices.DeleteFunc(slices.Clone(r.Faults), func(f Fault) bool { return f.Class != NotChecked })
}

// TestSilentRule: a rule that says nothing about its files fails each of them.
func TestSilentRule(t *testing.T) {
	for i, rule := range Rules {
		if len(rule.Roles) == 0 {
			continue
		}
		r := judged(t, func(rules []Rule) []Rule {
			rules[i].check = func(*release, *verdicts) {}
			return rules
		})
		want := 0
		for _, f := range r.Files {
			if slices.Contains(rule.Roles, f.Role) {
				want++
			}
		}
		if got := notChecked(r); r.OK || len(got) != want || len(r.Faults) != want {
			t.Errorf("rule %s: ok %v, %d files not checked, want %d", rule.Name, r.OK, len(got), want)
		}
	}
}

// TestPanickingRule: a rule that breaks down fails the release.
func TestPanickingRule(t *testing.T) {
	for _, name := range []string{"digests", "evidence"} {
		r := judged(t, func(rules []Rule) []Rule {
			i := slices.IndexFunc(rules, func(r Rule) bool { return r.Name == name })
			rules[i].check = func(*release, *verdicts) { panic("hostile bytes") }
			return rules
		})
		if r.OK || len(notChecked(r)) == 0 || !strings.Contains(table(r), "hostile bytes") {
			t.Errorf("rule %s:\n%s", name, table(r))
		}
	}
}

// TestNoRules: without rules nothing was checked.
func TestNoRules(t *testing.T) {
	if r := judged(t, func([]Rule) []Rule { return nil }); r.OK || len(notChecked(r)) != len(r.Files) {
		t.Errorf("without rules:\n%s", table(r))
	}
}

// TestUnknownClass: a rule can't refuse in a class that the table does not list.
func TestUnknownClass(t *testing.T) {
	r := judged(t, func(rules []Rule) []Rule {
		rules[0].check = eachFile(func(*release, *file) (string, string) { return "no-such-class", "" })
		return rules
	})
	if r.OK || len(notChecked(r)) == 0 {
		t.Errorf("a class of no table:\n%s", table(r))
	}
}

// TestRuleTable: names are words, and stand once; every rule asks and reads something and has a class.
func TestRuleTable(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules {
		if seen[r.Name] || r.Name == "" || r.Asks == "" || r.Reads == "" || len(r.Classes) == 0 || r.check == nil {
			t.Errorf("rule %q is incomplete or stands twice", r.Name)
		}
		seen[r.Name] = true
		for _, class := range r.Classes {
			if strings.Trim(class, "abcdefghijklmnopqrstuvwxyz-") != "" {
				t.Errorf("class %q is no kebab-case word", class)
			}
		}
	}
}

func TestRunRefusesToStart(t *testing.T) {
	o := optionsFor(t, releasetest.Build(keys, releasetest.Hooks{}))
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, test := range []struct {
		name   string
		ctx    context.Context
		change func(o *Options)
		want   error
	}{
		{"no policy", context.Background(), func(o *Options) { o.Policy = nil }, ErrPolicy},
		{"no folder", context.Background(), func(o *Options) { o.Dir += "/none" }, os.ErrNotExist},
		{"no inputs", context.Background(), func(o *Options) { o.Inputs = o.Dir + "/none" }, os.ErrNotExist},
		{"interrupted", cancelled, func(*Options) {}, context.Canceled},
	} {
		changed := o
		test.change(&changed)
		if _, err := Run(test.ctx, changed); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	o.Dir = filepath.Join(o.Dir, "notes.md")
	if _, err := Run(context.Background(), o); err == nil || !strings.Contains(err.Error(), "not a folder") {
		t.Errorf("a file as folder: %v", err)
	}
}

// TestEmptyFolder: nothing is no release.
func TestEmptyFolder(t *testing.T) {
	o := optionsFor(t, releasetest.Build(keys, releasetest.Hooks{}))
	o.Dir = t.TempDir()
	if r := run(t, o); r.OK || !slices.Contains(r.Classes(), "missing-file") {
		t.Errorf("an empty folder:\n%s", table(r))
	}
}

// TestReportIsTheSameTwice: the report holds no clock and no order of a map.
func TestReportIsTheSameTwice(t *testing.T) {
	r := releasetest.Build(keys, releasetest.Hooks{Finished: func(files map[string][]byte) {
		for name := range files {
			files[name] = append(files[name], 'x')
		}
	}})
	o := optionsFor(t, r)
	var texts [2]string
	for i := range texts {
		text, err := json.Marshal(run(t, o))
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(text)
	}
	if texts[0] != texts[1] {
		t.Error("two reports differ")
	}
}

// TestTableIsPrintable: names from outside move no cursor.
func TestTableIsPrintable(t *testing.T) {
	r := releasetest.Build(keys, releasetest.Hooks{})
	o := optionsFor(t, r)
	if err := os.WriteFile(filepath.Join(o.Dir, "a\x1b[2Jb"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if text := table(run(t, o)); strings.Contains(text, "\x1b") || !strings.Contains(text, "a?[2Jb") {
		t.Errorf("the table holds control bytes: %q", text)
	}
}
