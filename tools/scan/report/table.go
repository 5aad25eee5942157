// SPDX-License-Identifier: MIT

package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/gosqlite/gosqlite/tools/scan/gate"
)

// Table writes the report for people. Static analysis that wants no decision is counted, not listed; so is what a
// decision about a whole rule covers.
func (r *Report) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "scan of %s, decisions as of %s\n", r.Subject, r.Day)
	fmt.Fprintf(t, "Go database of %s: %d records, sha256 %s\n", r.Database.Date, r.Database.Records, r.Database.SHA256)
	fmt.Fprintf(t, "C feed of %s: %d records, sha256 %s\n\n", r.Feed.Date, r.Feed.Records, r.Feed.SHA256)
	fmt.Fprintf(t, "SCANNER\tVERSION\tLOOKED AT\tFINDINGS\n")
	for _, s := range r.Scanners {
		count := fmt.Sprint(s.Count)
		if s.Error != "" {
			count = "did not run: " + oneLine(s.Error)
		}
		if s.Kept != "" {
			count += ", " + s.Kept
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", s.Name, s.Version, s.Input, count)
	}
	fmt.Fprintf(t, "\nWHAT\tWHERE\tREACHED\tSEVERITY\tDECISION\tDUE\n")
	hidden := map[string]int{}
	listed := 0
	for _, i := range r.Items {
		if i.Line > 0 && i.Decision != "none" {
			hidden[i.Decision]++
			continue
		}
		listed++
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", i.ID, place(&i), i.Rank, severity(&i), i.Decision, i.Due)
	}
	if listed == 0 {
		fmt.Fprintf(t, "nothing\n")
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, decision := range []string{"not_affected", "affected", "under_investigation", gate.BelowPolicy} {
		if n := hidden[decision]; n > 0 {
			fmt.Fprintf(w, "static analysis, %s: %d\n", decision, n)
		}
	}
	for _, a := range r.Asides {
		fmt.Fprintf(w, "not applicable here: %s: %s\n", a.Decision, a.Why)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(w, "%s: %s: %s\n", p.Kind, p.Subject, p.Text)
	}
	word := "PASS"
	if !r.Pass {
		word = fmt.Sprintf("NO: %d problems", len(r.Problems))
	}
	if !r.Complete {
		word += " (not every scanner was asked; no release goes out on this)"
	}
	_, err := fmt.Fprintln(w, word)
	return err
}

func place(i *gate.Item) string {
	switch {
	case i.Line > 0:
		return fmt.Sprintf("%s:%d", i.Component, i.Line)
	case i.Version != "":
		return i.Component + "@" + strings.TrimPrefix(i.Version, "v")
	}
	return i.Component
}

func severity(i *gate.Item) string {
	if i.Score > 0 {
		return fmt.Sprintf("%s %.1f", i.Severity, i.Score)
	}
	return i.Severity
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
