// SPDX-License-Identifier: MIT

package cells

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// WriteTable prints the cells of a source that were run, and their number. There is no number of cells that could be run.
func (h History) WriteTable(w io.Writer, source string) error {
	rows := h.Rows(source)
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "VERDICT\tVARIATION\tPLATFORM\tTARGETS\tDISTRIBUTION\tFILE SYSTEM\tMACHINE\tFILES\tACTIONS\tBUILD A\tRUNS\tSECONDS\tAT\tFIRST DIFFERENCE")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%.12s\t%d\t%d\t%s\t%s\t%d\t%s\t%s\n",
			r.Verdict, r.Variation, r.Platform, r.Built(), r.Distributions(), r.FileSystem, r.Machine, r.Files, r.Actions, r.BuildA(), r.Count(), r.Seconds, r.At, r.First)
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

// Built are the targets and further flags.
func (c *Cell) Built() string {
	return strings.TrimSpace(cmp.Or(c.Targets, "default") + " " + c.Flags)
}

// Distributions are that of the machine and, where it is varied, that of build B.
func (c *Cell) Distributions() string {
	if c.System == "" {
		return c.Distribution
	}
	return c.Distribution + "; " + c.System
}

// Count is how often the cell was run.
func (r *Row) Count() string {
	if r.Failed > 0 && r.Runs > 1 {
		return fmt.Sprintf("%d, %d FAIL", r.Runs, r.Failed)
	}
	return fmt.Sprint(r.Runs)
}

func summary(rows []Row, source string) string {
	n := Count(rows)
	return fmt.Sprintf("source %.12s: %d cells run: %d PASS, %d FAIL, %d INCOMPLETE, %d NOT EXERCISED", source, len(rows), n["PASS"], n["FAIL"], n["INCOMPLETE"], n[NotExercised])
}

// WriteJSON writes the table of a source for machines.
func (h History) WriteJSON(w io.Writer, source string) error {
	rows := h.Rows(source)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Source string         `json:"source"`
		Counts map[string]int `json:"counts"`
		Rows   []Row          `json:"rows"`
	}{source, Count(rows), rows})
}

//go:embed page.html
var page string

var pageTemplate = template.Must(template.New("page").Parse(page))

// WriteHTML writes the tables of all sources, the latest first, and the plants, as one page that needs no other file.
func (h History) WriteHTML(w io.Writer) error {
	type table struct {
		Source, Summary string
		Rows            []Row
		Runs            []Cell // oldest first
	}
	var data struct {
		Tables []table
		Plants []Cell
	}
	for _, s := range h.Sources() {
		rows := h.Rows(s)
		runs := slices.DeleteFunc(slices.Clone(h), func(c Cell) bool { return c.Source != s || c.Platform == Plants })
		data.Tables = append(data.Tables, table{s, summary(rows, s), rows, runs})
	}
	for _, c := range h {
		if c.Platform == Plants {
			data.Plants = append(data.Plants, c)
		}
	}
	return pageTemplate.Execute(w, data)
}
