// SPDX-License-Identifier: MIT

package figure

import (
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/tools/bench/contender"
)

// muslTable compares the two that were linked with musl, and tells beside it what the machine's own libc changes. It has a row
// for each workload that both have run.
func (r *Report) muslTable(b *strings.Builder) {
	own, peer := r.withMusl(contender.Own), r.withMusl("mattn")
	if own == nil || peer == nil {
		return
	}
	fmt.Fprintf(b, "With musl: %s (%s, SQLite %s) and %s (%s, SQLite %s), by %s.\n", own.Name, own.Version, own.SQLite, peer.Name, peer.Version, peer.SQLite, own.Go)
	fmt.Fprintf(b, "C compiled by `%s` with `%s`, linked with `%s`.\n", r.Musl, r.CFlags, contender.MuslLDFlags)
	b.WriteString("The first two ratios are mattn's time by gosqlite's, so that above 1 gosqlite is faster: with musl, and with the libc of the\n" +
		"other tables. The last one is gosqlite's time with musl by that with the other libc.\n\n")
	fmt.Fprintf(b, "| Workload | of one | %s | %s | %[2]s ÷ %[1]s | the same, other libc | %[1]s ÷ gosqlite |\n|---|---|---|---|---|---|---|\n", own.Name, peer.Name)
	mainOwn, mainPeer := r.named(contender.Own, anyGo), r.named("mattn", anyGo)
	for _, row := range r.Rows {
		s, p := row.Series[own.Name], row.Series[peer.Name]
		if row.Latency || len(s) == 0 || len(p) == 0 {
			continue
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |%s%s%s\n", row.Workload, row.Unit, nanos(s.Median(CPU)), nanos(p.Median(CPU)),
			ratioCell(p, s), ratioCell(row.Series[mainPeer], row.Series[mainOwn]), ratioCell(s, row.Series[mainOwn]))
	}
	b.WriteString("\n")
}

// withMusl is a driver's contender, nil where there is none.
func (r *Report) withMusl(driver string) *Contender {
	for i, c := range r.Contenders {
		if c.Musl && c.Driver == driver {
			return &r.Contenders[i]
		}
	}
	return nil
}
