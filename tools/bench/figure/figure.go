// SPDX-License-Identifier: MIT

// Package figure turns rounds into what a report says: medians, ratios of pairs,
// and whether the targets are met.
package figure

import (
	"cmp"
	"go/version"
	"slices"
	"time"

	"github.com/gosqlite/gosqlite/tools/bench/contender"
	"github.com/gosqlite/gosqlite/tools/bench/process"
	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

// Report is everything that a run found out; in JSON it is the raw data.
type Report struct {
	Date       string      `json:"date"` // YYYY-MM-DD, UTC
	Machine    Machine     `json:"machine"`
	Rounds     int         `json:"rounds"`
	Quick      bool        `json:"quick"`
	CFlags     string      `json:"cflags"`
	Musl       string      `json:"musl,omitempty"` // command of the C compiler for musl, "" where that was not measured
	Contenders []Contender `json:"contenders"`
	Rows       []Row       `json:"workloads"`
	NotRun     []string    `json:"not_run"` // what could not be measured, each with its reason
	Notes      []string    `json:"notes"`   // what else a reader has to know
}

// Machine is described without naming it.
type Machine struct {
	CPU        string `json:"cpu"`
	Processors int    `json:"processors"`
	OS         string `json:"os"`
	Load       string `json:"load"` // of the minute before, "" where the system does not say
}

// Contender is one of those that ran.
type Contender struct {
	Name string `json:"name"`           // with the toolchain when there are several
	Main bool   `json:"main"`           // built by the first toolchain, which every workload is measured with
	Musl bool   `json:"musl,omitempty"` // linked with musl: compared in a table of its own alone
	process.About
}

// Row is one workload.
type Row struct {
	Workload string            `json:"workload"`
	What     string            `json:"what"`
	Unit     string            `json:"unit"`
	Latency  bool              `json:"latency"`
	Series   map[string]Series `json:"series"` // by the contender's name
}

// Series are a contender's rounds, in the order in which all took turns.
type Series []process.Measured

// NewRow is a row without rounds.
func NewRow(w workload.Workload) Row {
	return Row{Workload: w.Name, What: w.What, Unit: w.Unit, Latency: w.Latency, Series: map[string]Series{}}
}

// CPU and Wall choose what is compared: nanoseconds of one operation.
func CPU(m process.Measured) float64  { return float64(m.CPU) / float64(m.Ops) }
func Wall(m process.Measured) float64 { return float64(m.Wall) / float64(m.Ops) }

// Allocs is allocations of one operation.
func Allocs(m process.Measured) float64 { return float64(m.Allocs) / float64(m.Ops) }

// Median of one figure.
func (s Series) Median(of func(process.Measured) float64) float64 {
	values := make([]float64, len(s))
	for i, m := range s {
		values[i] = of(m)
	}
	return median(values)
}

// Ratio is the median of the rounds' ratios s/other: rounds that took turns saw
// the same machine.
func (s Series) Ratio(other Series, of func(process.Measured) float64) float64 {
	values := make([]float64, min(len(s), len(other)))
	for i := range values {
		values[i] = of(s[i]) / of(other[i])
	}
	return median(values)
}

// More is the median of what s takes more than other in the rounds of each pair.
func (s Series) More(other Series, of func(process.Measured) float64) time.Duration {
	values := make([]float64, min(len(s), len(other)))
	for i := range values {
		values[i] = of(s[i]) - of(other[i])
	}
	return time.Duration(median(values))
}

// Lateness is the median and the longest of all tries, and how many there were
// and ended.
func (s Series) Lateness() (middle, longest time.Duration, ended, tries int) {
	var all []time.Duration
	for _, m := range s {
		all = append(all, m.Late...)
		ended += m.Ended
	}
	if len(all) == 0 {
		return 0, 0, 0, 0
	}
	slices.Sort(all)
	return all[len(all)/2], all[len(all)-1], ended, len(all)
}

// median of the values; 0 of none.
func median(values []float64) float64 {
	slices.SortFunc(values, cmp.Compare)
	switch n := len(values); {
	case n == 0:
		return 0
	case n%2 == 0:
		return (values[n/2-1] + values[n/2]) / 2
	default:
		return values[n/2]
	}
}

// row finds a workload.
func (r *Report) row(name string) *Row {
	for i := range r.Rows {
		if r.Rows[i].Workload == name {
			return &r.Rows[i]
		}
	}
	return nil
}

// named finds the contender of a driver that a Go of the given kind built;
// newer is 1.27 and above.
func (r *Report) named(driver string, kind goKind) string {
	for _, c := range r.Contenders {
		if c.Driver != driver || c.Musl || c.Version != r.newest(driver) {
			continue
		}
		if kind.accepts(c) {
			return c.Name
		}
	}
	return ""
}

// newest is the last named version of a driver, but for those with musl.
func (r *Report) newest(driver string) (version string) {
	for _, c := range r.Contenders {
		if c.Driver == driver && !c.Musl {
			version = c.Version
		}
	}
	return version
}

// goKind is which Go a target speaks of.
type goKind int

const (
	anyGo   goKind = iota // the first toolchain
	oldGo                 // up to 1.26, where values travel boxed
	scanner               // 1.27 and above, where the driver scans by itself
)

func (k goKind) accepts(c Contender) bool {
	hasScanner := c.Driver == contender.Floor || version.Compare(c.Go, "go1.27") >= 0
	switch k {
	case oldGo:
		return !hasScanner
	case scanner:
		return hasScanner
	}
	return c.Main
}
