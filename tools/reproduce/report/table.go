// SPDX-License-Identifier: MIT

package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
)

// maxRows bounds the table; the JSON has all.
const maxRows = 40

// WriteTable writes the report for people.
func (r *Report) WriteTable(w io.Writer) error {
	b := new(bytes.Buffer)
	t := tabwriter.NewWriter(b, 0, 8, 2, ' ', 0)
	r.variations(t)
	r.files(t)
	r.actions(t)
	if err := t.Flush(); err != nil {
		return err
	}
	if a := r.Actions; a != nil && a.First() != nil {
		fmt.Fprintf(b, "\nfirst action that differs: %s\n", describe(*a.First()))
	}
	if r.Explained != "" {
		fmt.Fprintf(b, "\n%s\n", strings.TrimRight(r.Explained, "\n"))
	}
	if r.Leaks != nil {
		fmt.Fprintln(b)
		if err := r.Leaks.WriteTable(b); err != nil {
			return err
		}
	}
	r.summary(b)
	_, err := w.Write(b.Bytes())
	return err
}

func (r *Report) variations(w io.Writer) {
	if len(r.Variations) == 0 {
		return
	}
	fmt.Fprintln(w, "VARIED\tHOW\t")
	for _, v := range r.Variations {
		state := ""
		switch {
		case v.Exercised != nil && *v.Exercised:
			state = "exercised"
		case v.Unseen != "":
			state = "NOT EXERCISED: " + v.Unseen
		case v.Exercised != nil:
			state = "NOT EXERCISED"
		}
		if len(v.Also) > 0 {
			state += ", and red as well: " + strings.Join(v.Also, " ")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", v.Name, v.Sets, state)
	}
	fmt.Fprintf(w, "not varied\t%s\t\n\n", strings.Join(r.NotVaried, "; "))
}

func (r *Report) files(w io.Writer) {
	if len(r.Files) == 0 {
		return
	}
	fmt.Fprintln(w, "STATUS\tFILE\tBYTES\tSHA-256\t")
	shown := 0
	for _, f := range r.Files {
		if f.Status == compare.Pass && shown >= maxRows {
			continue
		}
		shown++
		if f.Status == compare.Pass || f.Status == compare.Apart {
			fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", f.Status, f.Name, f.SizeA, f.HashA, f.Detail)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%d, %d\t%.12s, %.12s\t%s\n", f.Status, f.Name, f.SizeA, f.SizeB, f.HashA, f.HashB, whereOf(f))
	}
	if shown < len(r.Files) {
		fmt.Fprintf(w, "...\t%d more that passed\t\t\t\n", len(r.Files)-shown)
	}
	fmt.Fprintln(w)
}

// whereOf says how a file differs, and in which place.
func whereOf(f compare.File) string {
	if f.Place == nil {
		return f.Detail
	}
	return f.Detail + ": " + f.Place.String()
}

func (r *Report) actions(w io.Writer) {
	if r.Actions == nil || len(r.Actions.NotPassed)+len(r.Actions.Keys) == 0 {
		return
	}
	fmt.Fprintln(w, "STATUS\tCAUSE\tACTION\tTARGET\tDETAIL")
	for i, a := range append(append([]compare.Action{}, r.Actions.NotPassed...), r.Actions.Keys...) {
		if i == maxRows {
			fmt.Fprintf(w, "...\t\t%d more, see --json\t\t\n", len(r.Actions.NotPassed)+len(r.Actions.Keys)-maxRows)
			break
		}
		cause := string(a.Cause)
		if a.Status == compare.Pass {
			cause = "other key: " + cause
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", a.Status, cause, a.Mnemonic, a.Label, detail(a))
	}
}

func detail(a compare.Action) string {
	if a.Detail != "" || len(a.Outputs) == 0 {
		return a.Detail
	}
	o := a.Outputs[0]
	if o.Place != nil {
		return o.Path + ": " + o.Place.String()
	}
	return fmt.Sprintf("%s: %d bytes %.12s, %d bytes %.12s", o.Path, o.SizeA, o.HashA, o.SizeB, o.HashB)
}

func describe(a compare.Action) string {
	s := fmt.Sprintf("%s %s (%s)", a.Mnemonic, a.Label, a.Cause)
	if a.Detail != "" {
		s += ", " + a.Detail
	}
	for _, o := range a.Outputs {
		s += "\n  " + o.Path
		if o.Place != nil {
			s += "\n    " + o.Place.String()
		}
	}
	return s
}

func (r *Report) summary(w io.Writer) {
	for i, s := range r.Sides {
		fmt.Fprintf(w, "side %c: %s\n", 'A'+i, s)
	}
	if r.Relation != "" {
		fmt.Fprintf(w, "sides: %s\n", r.Relation)
	}
	for _, s := range r.Faults {
		fmt.Fprintf(w, "fault: %s\n", s)
	}
	for _, s := range r.Inputs {
		fmt.Fprintf(w, "inputs that no action made differ: %s\n", s)
	}
	if r.Digest != "" {
		fmt.Fprintf(w, "ledger: %s\n", r.Digest)
	}
	pass, fail, skip := r.counts()
	apart := ""
	if n := len(r.Files) - pass - fail - skip; n > 0 {
		apart = fmt.Sprintf(", %d APART", n)
	}
	fmt.Fprintf(w, "\n%d files: %d PASS, %d FAIL, %d SKIP%s\n", len(r.Files), pass, fail, skip, apart)
	if a := r.Actions; a != nil {
		fmt.Fprintf(w, "%d actions: %d PASS, %d FAIL, %d SKIP; %d passed under another key\n", a.Total, a.Pass, a.Fail, a.Skip, len(a.Keys))
	} else {
		fmt.Fprintln(w, "actions: not compared, there were no execution logs")
	}
	fmt.Fprintln(w, r.Verdict())
}
