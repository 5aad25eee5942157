// SPDX-License-Identifier: MIT

package leak

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// WriteTable prints the report for people: findings, failures, then counts.
func (r *Report) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	if len(r.Findings) > 0 {
		fmt.Fprintln(t, "RULE\tFILE\tWHERE\tOFFSET\tTEXT")
	}
	for _, f := range r.Findings {
		fmt.Fprintf(t, "%s\t%s\t%s\t%#x\t%q\n", f.Rule, f.File, f.Where, f.Offset, f.Text)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, f := range r.Failures {
		if _, err := fmt.Fprintf(w, "FAILED  %s: %s\n", f.File, f.Error); err != nil {
			return err
		}
	}
	var kinds []string
	for _, k := range slices.Sorted(maps.Keys(r.Checked)) {
		kinds = append(kinds, fmt.Sprintf("%d %s", r.Checked[k], k))
	}
	_, err := fmt.Fprintf(w, "%d files checked (%s), %d leaks, %d not checked\n", r.Files(), strings.Join(kinds, ", "), len(r.Findings), len(r.Failures))
	return err
}
