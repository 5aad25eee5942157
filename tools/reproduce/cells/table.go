// SPDX-License-Identifier: MIT

package cells

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"text/tabwriter"
)

// WriteTable prints the cells of a source that were run, and their number. There is no number of cells that could be run.
func (h History) WriteTable(w io.Writer, source string) error {
	rows := h.Rows(source)
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "VERDICT\tVARIATION\tPLATFORM\tDISTRIBUTION\tMACHINE\tFILES\tACTIONS\tBUILD A\tSECONDS\tAT\tFIRST DIFFERENCE")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%.12s\t%d\t%d\t%s\t%d\t%s\t%s\n", r.Verdict, r.Variation, r.Platform, r.Distribution, r.Machine, r.Files, r.Actions, r.BuildA(), r.Seconds, r.At, r.First)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n", summary(rows, source))
	return err
}

// BuildA tells whose build A is.
func (c *Cell) BuildA() string {
	if c.Shared {
		return "shared"
	}
	return "its own"
}

func summary(rows []Row, source string) string {
	n := Count(rows)
	return fmt.Sprintf("source %.12s: %d cells run: %d PASS, %d FAIL, %d INCOMPLETE, %d NOT EXERCISED", source, len(rows), n["PASS"], n["FAIL"], n["INCOMPLETE"], n[notExercised])
}

//go:embed page.html
var page string

var pageTemplate = template.Must(template.New("page").Parse(page))

// WriteHTML writes the tables of all sources, the latest first, and the plants, as one page that needs no other file.
func (h History) WriteHTML(w io.Writer) error {
	type table struct {
		Source, Summary string
		Rows            []Row
	}
	var data struct {
		Tables []table
		Plants []Cell
	}
	for _, s := range h.Sources() {
		rows := h.Rows(s)
		data.Tables = append(data.Tables, table{s, summary(rows, s), rows})
	}
	for _, c := range h {
		if c.Platform == Plants {
			data.Plants = append(data.Plants, c)
		}
	}
	return pageTemplate.Execute(w, data)
}
