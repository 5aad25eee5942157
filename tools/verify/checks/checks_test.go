// SPDX-License-Identifier: MIT

package checks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
)

// TestRun: what a program says about the good and the changed release decides, and what was not run never passed.
func TestRun(t *testing.T) {
	// says answers about the whole release, and about each spoilt one in turn.
	says := func(whole error, spoilt ...error) Check {
		c := Check{Program: "p"}
		answers := map[spoil]error{"": whole}
		for i, err := range spoilt {
			c.spoils = append(c.spoils, spoil(fmt.Sprint(i)))
			answers[c.spoils[i]] = err
		}
		c.ask = func(_ context.Context, _ *Release, s spoil) error { return answers[s] }
		return c
	}
	no, setup := errors.New("no"), fmt.Errorf("%w: x", errSetup)
	before := all
	defer func() { all = before }()
	for _, test := range []struct {
		name      string
		installed bool
		check     Check
		want      State
	}{
		{"agrees", true, says(nil, no, no), Agrees},
		{"refuses a good release", true, says(no, no), Fails},
		{"accepts a changed release", true, says(nil, nil), Fails},
		{"accepts a release that is changed in another way", true, says(nil, no, nil), Fails},
		{"could not be prepared", true, says(nil, no, setup), Fails},
		{"has nothing to judge that is changed", true, says(nil, errNothing), Fails},
		{"was never seen to refuse", true, says(nil), Fails},
		{"has nothing to judge", true, says(errNothing, no), NotRun},
		{"is not installed", false, says(nil, no), NotRun},
	} {
		all = []Check{test.check}
		r := &Release{Programs: map[string]string{}}
		if test.installed {
			r.Programs["p"] = "/p"
		}
		if got := Run(context.Background(), r); len(got) != 1 || got[0].State != test.want {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
}

// TestEveryCheckCanRefuse: no check is there without a plant.
func TestEveryCheckCanRefuse(t *testing.T) {
	for _, c := range all {
		if len(c.spoils) == 0 {
			t.Errorf("%s, %q: it is asked about no spoilt release", c.Program, c.Asks)
		}
	}
}

// TestReport: what did not run never passes for right.
func TestReport(t *testing.T) {
	right, wrong, unrun := Outcome{Line: []string{"a"}, Ran: true, Right: true}, Outcome{Line: []string{"b"}, Ran: true}, Outcome{Line: []string{"c"}}
	for _, test := range []struct {
		name     string
		outcomes []Outcome
		needAll  bool
		fails    bool
	}{
		{"all right", []Outcome{right, right}, true, false},
		{"one wrong", []Outcome{right, wrong}, false, true},
		{"one not run", []Outcome{right, unrun}, false, false},
		{"one not run, and all needed", []Outcome{right, unrun}, true, true},
		{"none ran", []Outcome{unrun}, false, true},
		{"none", nil, false, true},
	} {
		if err := Report(io.Discard, test.outcomes, test.needAll); (err != nil) != test.fails {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
