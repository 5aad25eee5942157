// SPDX-License-Identifier: MIT

package figure

import (
	"fmt"
	"time"

	"github.com/gosqlite/gosqlite/tools/bench/contender"
)

// target is what gosqlite set out to reach: a ratio of processor times to a
// peer's.
type target struct {
	item    int
	what    string
	own     string // workload
	peer    string // driver
	other   string // workload of the peer; "" is own
	most    float64
	stretch float64 // 0 for none
	kind    goKind
}

var targets = []target{
	{1, "scan through database/sql, Go 1.26", "scan", "mattn", "", 0.60, 0.53, oldGo},
	{2, "the same, Go 1.27", "scan", "mattn", "", 0.42, 0.37, scanner},
	{2, "scan into sql.Null types, rows kept, Go 1.27", "scan-null", "mattn", "", 0.40, 0.32, scanner},
	{2, "the same, rows not kept", "simple-query", "mattn", "", 0.40, 0.32, scanner},
	{3, "scan below database/sql", "scan-low", "mattn", "", 0.62, 0, anyGo},
	{3, "scan below database/sql", "scan-low", contender.Floor, "", 1.15, 0, anyGo},
	{3, "scan below database/sql", "scan-low", "zombiezen", "", 0.70, 0, anyGo},
	{4, "prepared insert", "insert", "mattn", "", 0.70, 0.62, anyGo},
	{4, "prepared insert, cancellable", "insert-ctx", "mattn", "", 0.45, 0, anyGo},
	{5, "bulk insert over the peer's insert", "insert-bulk", "mattn", "insert", 0.35, 0, anyGo},
	{5, "the same below database/sql, over own insert there", "insert-bulk-low", contender.Own, "insert-low", 0.90, 0, anyGo},
	{6, "repeated join with ORDER BY", "join", "mattn", "", 0.45, 0, anyGo},
	{6, "the same, prepared", "join-prepared", "mattn", "", 0.45, 0, anyGo},
	{6, "the same, after ANALYZE", "join-analyzed", "mattn", "", 0.45, 0, anyGo},
	{6, "join with an alternating boolean", "join-flag", "mattn", "", 0.45, 0, anyGo},
	{6, "point lookup, WAL", "lookup", "mattn", "", 0.85, 0, anyGo},
	{6, "point lookup, WAL, cancellable", "lookup-ctx", "mattn", "", 0.80, 0, anyGo},
	{8, "2 readers", "readers-2", "mattn", "", 0.50, 0, anyGo},
	{8, "4 readers", "readers-4", "mattn", "", 0.50, 0, anyGo},
	{8, "8 readers", "readers-8", "mattn", "", 0.50, 0, anyGo},
	{8, "2 readers below database/sql", "readers-2-low", "zombiezen", "", 0.90, 0, anyGo},
	{8, "4 readers below database/sql", "readers-4-low", "zombiezen", "", 0.90, 0, anyGo},
	{8, "8 readers below database/sql", "readers-8-low", "zombiezen", "", 0.90, 0, anyGo},
	{10, "call of a function in Go, integer", "function", "mattn", "", 0.50, 0, anyGo},
	{10, "the same, text", "function-text", "mattn", "", 0.50, 0, anyGo},
	{0, "large texts, 50,000 bytes", "large-50k", "mattn", "", 1.00, 0, anyGo},
	{0, "large texts, 200,000 bytes", "large-200k", "mattn", "", 1.00, 0, anyGo},
	{0, "real inserts", "real-insert", "mattn", "", 0.95, 0, anyGo},
}

// lateTarget is a delay that gosqlite has to stay below at the median, with
// every try ended.
type lateTarget struct {
	what, own string
	most      time.Duration
}

var lateTargets = []lateTarget{
	{"running SQL ends after its context", "cancel-running", time.Millisecond},
	{"a wait for a lock ends", "cancel-lock", 20 * time.Millisecond},
	{"a COMMIT that waits ends", "cancel-commit", 20 * time.Millisecond},
}

// contextMost is what a cancellable context may add to one Exec.
const contextMost = 250 * time.Nanosecond

// Verdict is one target, judged.
type Verdict struct {
	Item    string // of the list of targets; "parity" beyond it
	What    string
	Against string
	Target  string
	CPU     string
	Wall    string
	Result  string // met, missed, or why it is neither
}

// Verdicts judges every target by processor time.
func (r *Report) Verdicts() []Verdict {
	var all []Verdict
	for _, t := range targets {
		if t.item == 8 && t.own == "readers-2" {
			all = append(all, r.lateVerdicts()...)
		}
		all = append(all, r.verdict(t))
	}
	return all
}

func (r *Report) verdict(t target) Verdict {
	v := Verdict{Item: fmt.Sprint(t.item), What: t.what, Against: t.peer, Target: fmt.Sprintf("%.2f", t.most), CPU: "-", Wall: "-", Result: notMeasured}
	if t.item == 0 {
		v.Item = "parity"
	}
	if t.stretch > 0 {
		v.Target += fmt.Sprintf(" (%.2f)", t.stretch)
	}
	if t.other == "" {
		t.other = t.own
	}
	own, peer := r.series(t.own, contender.Own, t.kind), r.series(t.other, t.peer, t.kind)
	if len(own) == 0 || len(peer) == 0 {
		return v
	}
	cpu := own.Ratio(peer, CPU)
	v.CPU, v.Wall = fmt.Sprintf("%.2f", cpu), fmt.Sprintf("%.2f", own.Ratio(peer, Wall))
	if v.Result = "missed"; cpu <= t.most {
		v.Result = "met"
	}
	if t.stretch > 0 && cpu <= t.stretch {
		v.Result = "met, stretch too"
	}
	return v
}

const notMeasured = "not measured"

// series is what a driver did in a workload; nil when it did not.
func (r *Report) series(workload, driver string, kind goKind) Series {
	row := r.row(workload)
	if row == nil {
		return nil
	}
	return row.Series[r.named(driver, kind)]
}

func (r *Report) lateVerdicts() []Verdict {
	var all []Verdict
	for _, t := range lateTargets {
		v := Verdict{Item: "7", What: t.what, Target: fmt.Sprintf("%v, all end", t.most), CPU: "-", Wall: "-", Result: notMeasured}
		middle, _, ended, tries := r.series(t.own, contender.Own, anyGo).Lateness()
		if tries > 0 {
			v.Wall = fmt.Sprintf("%s, %d of %d", short(middle), ended, tries)
			if v.Result = "missed"; middle <= t.most && ended == tries {
				v.Result = "met"
			}
		}
		all = append(all, v)
	}
	all = append(all, r.contextVerdict("what one cancellable context adds to each Exec", "insert-ctx"))
	return append(all, r.contextVerdict("what a context of its own adds, beyond what making it and database/sql take", "insert-ctx-fresh"))
}

// contextVerdict compares rounds that took turns, and takes off what the same
// context costs a driver that does nothing. A difference below 0 says how much the
// machine's noise is, not what a context costs.
func (r *Report) contextVerdict(what, workload string) Verdict {
	v := Verdict{Item: "7", What: what, Target: contextMost.String(), CPU: "-", Wall: "-", Result: notMeasured}
	with, without := r.series(workload, contender.Own, anyGo), r.series("insert", contender.Own, anyGo)
	share, none := r.series(workload, contender.Nothing, anyGo), r.series("insert", contender.Nothing, anyGo)
	if len(with) == 0 || len(without) == 0 || len(share) == 0 || len(none) == 0 {
		return v
	}
	cpu := with.More(without, CPU) - share.More(none, CPU)
	v.CPU, v.Wall = short(cpu), short(with.More(without, Wall)-share.More(none, Wall))
	switch {
	case cpu < 0:
		v.Result = noVerdict
	case cpu <= contextMost:
		v.Result = "met"
	default:
		v.Result = "missed"
	}
	return v
}

const noVerdict = "no verdict: lost in noise"

// short is a duration of three digits.
func short(d time.Duration) string {
	for _, unit := range []time.Duration{time.Millisecond, time.Microsecond} {
		if d >= 10*unit {
			return d.Round(unit / 10).String()
		}
	}
	return d.String()
}
