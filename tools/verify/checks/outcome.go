// SPDX-License-Identifier: MIT

package checks

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// An Outcome is what became of one check, as a line of a table.
type Outcome struct {
	Line  []string // the columns
	Ran   bool
	Right bool
}

// Report prints the table. It refuses when a check that ran was not right, when none ran, and with needAll when one did not
// run.
func Report(w io.Writer, outcomes []Outcome, needAll bool) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	bad, ran := 0, 0
	for _, o := range outcomes {
		fmt.Fprintln(tw, strings.Join(o.Line, "\t"))
		if o.Ran {
			ran++
		}
		if o.Ran && !o.Right || !o.Ran && needAll {
			bad++
		}
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "%d checks, %d ran, %d wrong\n", len(outcomes), ran, bad)
	if bad > 0 || ran == 0 {
		return action.Reject(errors.New("a check went wrong, or was not run"))
	}
	return nil
}
