// SPDX-License-Identifier: MIT

package tamper

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify"
)

func bench(t *testing.T) (*Bench, []Case) {
	t.Helper()
	b, err := NewBench(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := b.Cases()
	if err != nil {
		t.Fatal(err)
	}
	return b, cases
}

// TestCases: every case is refused by the right rule with the right class, and no control is.
func TestCases(t *testing.T) {
	b, cases := bench(t)
	for _, c := range cases {
		r, err := b.Run(context.Background(), c)
		switch {
		case err != nil:
			t.Errorf("%s: %v", c.Name(), err)
		case !r.Right:
			t.Errorf("%s (%s): refused %v, got %v, want rule %s with one of %v", c.Name(), c.Family, r.Refused, r.Got, c.Rule, c.Classes)
		}
	}
}

// TestCasesAreDistinct: no two cases have the same mutation, object and rule, and there are as many as promised.
func TestCasesAreDistinct(t *testing.T) {
	_, cases := bench(t)
	seen := map[string]bool{}
	defects := 0
	for _, c := range cases {
		key := c.Name() + ", " + c.Rule
		if seen[key] {
			t.Errorf("%s stands twice", key)
		}
		seen[key] = true
		if c.Kind != Control {
			defects++
		}
	}
	if defects < 150 {
		t.Errorf("%d cases, at least 150 are needed", defects)
	}
	t.Logf("%d cases, %d controls", defects, len(cases)-defects)
}

// TestEveryRuleIsNeeded: without any one rule, at least one case passes.
func TestEveryRuleIsNeeded(t *testing.T) {
	b, cases := bench(t)
	needs, err := needed()
	if err != nil || len(needs) != len(verify.Rules) {
		t.Fatalf("%d rules of %d, %v", len(needs), len(verify.Rules), err)
	}
	for _, n := range needs {
		if n.Case == "" {
			t.Errorf("rule %s: no case passes without it", n.Rule)
		}
	}
	idle, err := b.Needs(context.Background(), cases[:1])
	if err != nil || idle[0].Case != "" {
		t.Errorf("without cases nothing shows that a rule is needed: %v, %v", idle[0], err)
	}
}

// TestPredicatesAreRead: without the one rule that reads it, each well signed statement that says something else passes, and
// each program with something else beside its signature.
func TestPredicatesAreRead(t *testing.T) {
	b, _ := bench(t)
	for _, c := range slices.Concat(predicateCases(), buildCases(), besideCases()) {
		if passes, err := b.PassesWithout(context.Background(), c, c.Rule); err != nil || !passes {
			t.Errorf("%s: passes without %s: %v, %v", c.Name(), c.Rule, passes, err)
		}
	}
}

// TestRulesAndClassesExist: cases name rules of the table and their classes, and every class has a case.
func TestRulesAndClassesExist(t *testing.T) {
	_, cases := bench(t)
	seen := map[string]bool{}
	for _, c := range cases {
		if c.Kind == Control {
			continue
		}
		for _, class := range c.Classes {
			known := false
			for _, r := range verify.Rules {
				if slices.Contains(strings.Split(c.Rule, "|"), r.Name) && slices.Contains(r.Classes, class) {
					known = true
				}
			}
			if !known {
				t.Errorf("%s: no rule of %s has the class %s", c.Name(), c.Rule, class)
			}
			seen[class] = true
		}
	}
	for _, r := range verify.Rules {
		for _, class := range r.Classes {
			if !seen[class] {
				t.Errorf("rule %s: no case has the class %s", r.Name, class)
			}
		}
	}
}

// TestBenchTellsAFailingVerifier: a case that a verifier lets pass, and a control that it refuses, are not right.
func TestBenchTellsAFailingVerifier(t *testing.T) {
	b, cases := bench(t)
	control := cases[slices.IndexFunc(cases, func(c Case) bool { return c.Kind == Control })]
	control.Ask = func(o *verify.Options, _ *Dir) error { o.Version = "9.9.9"; return nil }
	harmless := Case{Mutation: "nothing", Object: "release", Kind: Folder, Rule: "digests", Classes: []string{"digest-mismatch"}, Change: func(*Dir) error { return nil }}
	wrong := Case{Mutation: "x", Object: "release", Kind: Folder, Rule: "digests", Classes: []string{"digest-mismatch"}, Change: func(d *Dir) error {
		return os.WriteFile(d.path("more"), nil, 0o644)
	}}
	for _, c := range []Case{control, harmless, wrong} {
		if r, err := b.Run(context.Background(), c); err != nil || r.Right {
			t.Errorf("%s: right %v, %v", c.Name(), r.Right, err)
		}
	}
}
