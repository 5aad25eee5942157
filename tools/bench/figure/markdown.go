// SPDX-License-Identifier: MIT

package figure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/bench/contender"
)

// Markdown is the report for people.
func (r *Report) Markdown() string {
	var b strings.Builder
	size := "full size"
	if r.Quick {
		size = "quick size: rougher figures"
	}
	fmt.Fprintf(&b, "Measured %s on %s, %d processors, %s; %d rounds, %s.", r.Date, r.Machine.CPU, r.Machine.Processors, r.Machine.OS, r.Rounds, size)
	if r.Machine.Load != "" {
		fmt.Fprintf(&b, " Load before the start: %s.", r.Machine.Load)
	}
	fmt.Fprintf(&b, " C compiled with `%s`.\n\n", r.CFlags)
	b.WriteString("Each driver is a program of its own. They take turns, round by round, and a ratio is the median over the rounds of\n" +
		"gosqlite's time by the other's in the same round: below 1 gosqlite is faster. Processor time counts the whole process,\n" +
		"its garbage collector and system calls included; wall time stands in brackets. Every round's rows are counted and summed\n" +
		"against the data's formula. All run with foreign keys on and `synchronous=FULL`, else with their defaults.\n\n")
	r.contenderTable(&b)
	r.targetTable(&b)
	r.workloadTable(&b)
	r.muslTable(&b)
	r.lateTable(&b)
	for _, line := range r.Notes {
		fmt.Fprintf(&b, "%s\n\n", line)
	}
	if len(r.NotRun) > 0 {
		b.WriteString("Not run:\n\n")
		for _, line := range r.NotRun {
			fmt.Fprintf(&b, "- %s\n", line)
		}
		b.WriteString("\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// telling are the options of SQLite that make the same SQL cheaper or dearer.
var telling = []string{"THREADSAFE=", "DEFAULT_MEMSTATUS=", "ENABLE_STAT4", "ENABLE_MEMORY_MANAGEMENT", "OMIT_SHARED_CACHE", "OMIT_DECLTYPE", "USE_ALLOCA", "COMPILER="}

func (r *Report) contenderTable(b *strings.Builder) {
	b.WriteString("| Driver | Version | SQLite | Go | SQLite's options that tell on speed |\n|---|---|---|---|---|\n")
	for _, c := range r.Contenders {
		var options []string
		for _, o := range c.Options {
			if slices.ContainsFunc(telling, func(t string) bool { return strings.HasPrefix(o, t) }) {
				options = append(options, o)
			}
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", c.Name, c.Version, c.SQLite, c.Go, strings.Join(options, ", "))
	}
	b.WriteString("\n")
}

func (r *Report) targetTable(b *strings.Builder) {
	b.WriteString("| # | Target | Against | At most (stretch) | Processor time | Wall time | |\n|---|---|---|---|---|---|---|\n")
	for _, v := range r.Verdicts() {
		result := v.Result
		if result == "missed" {
			result = "**missed**"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s |\n", v.Item, v.What, v.Against, v.Target, v.CPU, v.Wall, result)
	}
	b.WriteString("\n")
}

func (r *Report) workloadTable(b *strings.Builder) {
	for _, own := range r.Contenders {
		if own.Driver != contender.Own || own.Musl {
			continue
		}
		peers := r.peersOf(own)
		rows := slices.DeleteFunc(slices.Clone(r.Rows), func(row Row) bool { return row.Latency || len(row.Series[own.Name]) == 0 })
		if len(rows) == 0 {
			continue
		}
		fmt.Fprintf(b, "%s: processor time of one operation, and its ratio to others (wall time in brackets).\n\n", own.Name)
		b.WriteString("| Workload | of one | " + own.Name + " | allocations |")
		for _, p := range peers {
			fmt.Fprintf(b, " ÷ %s |", p)
		}
		b.WriteString("\n|---|---|---|---|" + strings.Repeat("---|", len(peers)) + "\n")
		for _, row := range rows {
			s := row.Series[own.Name]
			fmt.Fprintf(b, "| %s | %s | %s | %.1f |", row.Workload, row.Unit, nanos(s.Median(CPU)), s.Median(Allocs))
			for _, p := range peers {
				b.WriteString(ratioCell(s, row.Series[p]))
			}
			b.WriteString("\n")
		}
		b.WriteString("\n")
	}
	b.WriteString("| Workload | What it does |\n|---|---|\n")
	for _, row := range r.Rows {
		fmt.Fprintf(b, "| %s | %s |\n", row.Workload, row.What)
	}
	b.WriteString("\n")
	if r.row("readers-8") != nil {
		fmt.Fprintf(b, "Eight readers on %d processors do not run side by side: what `readers-8` compares is the processor time of one row, not\nspeed-up.\n\n", r.Machine.Processors)
	}
}

// ratioCell is s/other by processor time and, in brackets, by wall time, with what ends the cell; empty where one was not
// measured.
func ratioCell(s, other Series) string {
	if len(s) == 0 || len(other) == 0 {
		return " |"
	}
	return fmt.Sprintf(" %.2f (%.2f) |", s.Ratio(other, CPU), s.Ratio(other, Wall))
}

// peersOf are the names of those that the same Go built.
func (r *Report) peersOf(own Contender) []string {
	var peers []string
	for _, c := range r.Contenders {
		if c.Driver != contender.Own && !c.Musl && (c.Go == own.Go || c.Driver == contender.Floor && own.Main) {
			peers = append(peers, c.Name)
		}
	}
	return peers
}

func (r *Report) lateTable(b *strings.Builder) {
	header := "| After a context's end | Driver | median | longest | ended by it |\n|---|---|---|---|---|\n"
	for _, row := range r.Rows {
		if !row.Latency {
			continue
		}
		for _, c := range r.Contenders {
			if middle, longest, ended, tries := row.Series[c.Name].Lateness(); tries > 0 {
				fmt.Fprintf(b, "%s| %s | %s | %s | %s | %d of %d |\n", header, row.Workload, c.Name, short(middle), short(longest), ended, tries)
				header = ""
			}
		}
	}
	if header == "" {
		b.WriteString("\n")
	}
}

// nanos is three digits with a unit.
func nanos(ns float64) string {
	switch {
	case ns >= 1e6:
		return fmt.Sprintf("%.3g ms", ns/1e6)
	case ns >= 1e4:
		return fmt.Sprintf("%.3g µs", ns/1e3)
	}
	return fmt.Sprintf("%.0f ns", ns)
}
