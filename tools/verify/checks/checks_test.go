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
	says := func(err error) question { return func(context.Context, *Release) error { return err } }
	yes, no, setup := says(nil), says(errors.New("no")), says(fmt.Errorf("%w: x", errSetup))
	before := all
	defer func() { all = before }()
	for _, test := range []struct {
		name      string
		installed bool
		good, bad question
		want      State
	}{
		{"agrees", true, yes, no, Agrees},
		{"refuses a good release", true, no, no, Fails},
		{"accepts a changed release", true, yes, yes, Fails},
		{"could not be prepared", true, yes, setup, Fails},
		{"has nothing to judge", true, says(errNothing), no, NotRun},
		{"is not installed", false, yes, no, NotRun},
	} {
		all = []Check{{Program: "p", good: test.good, bad: test.bad}}
		r := &Release{Programs: map[string]string{}}
		if test.installed {
			r.Programs["p"] = "/p"
		}
		if got := Run(context.Background(), r); len(got) != 1 || got[0].State != test.want {
			t.Errorf("%s: %+v", test.name, got)
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
