// SPDX-License-Identifier: MIT

package lint

import (
	"context"
	"fmt"
	"io"
	"time"
)

// Exit codes of a run.
const (
	Clean  = 0
	Failed = 1 // a check could not run
	Usage  = 2
	Found  = 3 // a check found something
)

// Outcome is what became of one check.
type Outcome struct {
	Check    string
	Findings []Finding
	Err      error // why it could not run
	Elapsed  time.Duration
}

// Red says that the check found something or could not run.
func (o Outcome) Red() bool { return o.Err != nil || len(o.Findings) > 0 }

// Run runs the checks one after another, the next also after a red one. It says
// to progress which one it begins. When ctx ends it begins none any more; those
// that are left could not run.
func Run(ctx context.Context, t *Tree, checks []Check, now func() time.Time, progress io.Writer) []Outcome {
	var outcomes []Outcome
	for _, c := range checks {
		if err := ctx.Err(); err != nil {
			outcomes = append(outcomes, Outcome{Check: c.Name, Err: err})
			continue
		}
		fmt.Fprintf(progress, "lint: %s\n", c.Name)
		start := now()
		findings, err := c.Run(ctx, t)
		outcomes = append(outcomes, Outcome{c.Name, findings, err, now().Sub(start)})
	}
	return outcomes
}

// ExitCode is Failed when a check could not run, else Found when one found
// something: what was not checked weighs more.
func ExitCode(outcomes []Outcome) int {
	code := Clean
	for _, o := range outcomes {
		if o.Err != nil {
			return Failed
		}
		if o.Red() {
			code = Found
		}
	}
	return code
}

// Print writes the findings, then a table of the checks with their seconds.
func Print(w io.Writer, outcomes []Outcome) error {
	for _, o := range outcomes {
		for _, f := range o.Findings {
			if _, err := fmt.Fprintf(w, "%s [%s]\n", f, o.Check); err != nil {
				return err
			}
		}
		if o.Err != nil {
			if _, err := fmt.Fprintf(w, "lint: %s did not run: %v\n", o.Check, o.Err); err != nil {
				return err
			}
		}
	}
	if _, err := fmt.Fprintf(w, "%-12s %8s  %s\n", "check", "seconds", "result"); err != nil {
		return err
	}
	for _, o := range outcomes {
		if _, err := fmt.Fprintf(w, "%-12s %8.1f  %s\n", o.Check, o.Elapsed.Seconds(), o.result()); err != nil {
			return err
		}
	}
	return nil
}

func (o Outcome) result() string {
	switch {
	case o.Err != nil:
		return "did not run"
	case len(o.Findings) == 1:
		return "1 finding"
	case len(o.Findings) > 1:
		return fmt.Sprintf("%d findings", len(o.Findings))
	}
	return "clean"
}
