// SPDX-License-Identifier: MIT

package figure

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/bench/process"
	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

// rounds are series of one operation each, of so many nanoseconds.
func rounds(ns ...int) Series {
	var s Series
	for _, n := range ns {
		s = append(s, process.Measured{Wall: time.Duration(2 * n), CPU: time.Duration(n), Ops: 1, Allocs: 4})
	}
	return s
}

func about(driver, version, gover string) process.About {
	return process.About{Driver: driver, Version: version, Go: gover, SQLite: "3.54.1"}
}

// sample has targets of each kind, met and missed.
func sample() *Report {
	row := func(name string, series map[string]Series) Row {
		return Row{Workload: name, Unit: "row", Series: series}
	}
	late := func(delays ...time.Duration) Series {
		return Series{{Late: delays, Ended: len(delays), Ops: len(delays)}}
	}
	r := &Report{
		Date: "2026-01-02", Rounds: 3, Machine: Machine{CPU: "a processor", Processors: 2, OS: "Linux"},
		Contenders: []Contender{
			{"gosqlite", true, false, about("gosqlite", "this tree", "go1.27.4")},
			{"mattn", true, false, about("mattn", "v1", "go1.27.4")},
			{"mattn@v2", true, false, about("mattn", "v2", "go1.27.4")},
			{"floor", true, false, about("floor", "this tree", "none")},
			{"nothing", true, false, about("nothing", "this tree", "go1.27.4")},
			{"gosqlite go1.26.8", false, false, about("gosqlite", "this tree", "go1.26.8")},
			{"mattn go1.26.8", false, false, about("mattn", "v2", "go1.26.8")},
		},
		Rows: []Row{
			row("scan", map[string]Series{
				"gosqlite": rounds(100, 300, 100), "mattn": rounds(110, 310, 110), "mattn@v2": rounds(200, 600, 250),
				"gosqlite go1.26.8": rounds(70), "mattn go1.26.8": rounds(100),
			}),
			row("scan-low", map[string]Series{"gosqlite": rounds(100), "floor": rounds(99)}),
			row("insert", map[string]Series{"gosqlite": rounds(1000, 2000, 1000), "mattn": rounds(2000), "nothing": rounds(500, 500, 500)}),
			row("insert-ctx", map[string]Series{"gosqlite": rounds(1400, 2450, 1500), "mattn": rounds(2000), "nothing": rounds(600, 500, 500)}),
			row("insert-ctx-fresh", map[string]Series{"gosqlite": rounds(1400, 2450, 1500), "nothing": rounds(800, 750, 700)}),
			{Workload: "cancel-running", Latency: true, Series: map[string]Series{"gosqlite": late(time.Microsecond, 2*time.Microsecond, time.Second)}},
			{Workload: "cancel-lock", Latency: true, Series: map[string]Series{"gosqlite": late(30 * time.Millisecond)}},
			{Workload: "cancel-commit", Latency: true, Series: map[string]Series{"gosqlite": {{Late: []time.Duration{time.Second}, Ops: 1}}}},
		},
	}
	return r
}

func TestVerdicts(t *testing.T) {
	got := map[string]Verdict{}
	for _, v := range sample().Verdicts() {
		got[v.What+" "+v.Against] = v
	}
	for _, want := range []Verdict{
		// Pairs: 100/200, 300/600, 100/250. The newest version of a peer counts.
		{What: "the same, Go 1.27", Against: "mattn", CPU: "0.50", Result: "missed"},
		{What: "scan through database/sql, Go 1.26", Against: "mattn", CPU: "0.70", Result: "missed"},
		{What: "scan below database/sql", Against: "floor", CPU: "1.01", Result: "met"},
		{What: "scan below database/sql", Against: "zombiezen", CPU: "-", Result: notMeasured},
		{What: "prepared insert", Against: "mattn", CPU: "-", Result: notMeasured}, // not by the newest
		{What: "running SQL ends after its context", CPU: "-", Result: "met"},
		{What: "a wait for a lock ends", CPU: "-", Result: "missed"},
		{What: "a COMMIT that waits ends", CPU: "-", Result: "missed"},
		// Pairs: 400, 450, 500, less 100, 0, 0; less 300, 250, 200.
		{What: "what one cancellable context adds to each Exec", CPU: "450ns", Result: "missed"},
		{What: "what a context of its own adds, beyond what making it and database/sql take", CPU: "200ns", Result: "met"},
	} {
		v, there := got[want.What+" "+want.Against]
		if !there || v.CPU != want.CPU || v.Result != want.Result {
			t.Errorf("%s: %+v, want %s, %s", want.What, v, want.CPU, want.Result)
		}
	}
}

// A context that seems to save time says only how rough the figures are.
func TestNoVerdictBelowZero(t *testing.T) {
	r := sample()
	r.row("insert-ctx").Series["gosqlite"] = rounds(900, 1900, 1200)
	delete(r.row("insert-ctx-fresh").Series, "nothing")
	results := map[string]string{}
	for _, v := range r.Verdicts() {
		results[v.What] = v.Result
	}
	if got := results["what one cancellable context adds to each Exec"]; got != noVerdict {
		t.Errorf("a context that adds -100ns: %s", got)
	}
	if got := results["what a context of its own adds, beyond what making it and database/sql take"]; got != notMeasured {
		t.Errorf("without the driver that does nothing: %s", got)
	}
}

func TestStretch(t *testing.T) {
	r := sample()
	r.Rows[0].Series["gosqlite"] = rounds(60, 200, 80)
	for _, v := range r.Verdicts() {
		if v.What == "the same, Go 1.27" && v.Result != "met, stretch too" {
			t.Errorf("%+v", v)
		}
	}
}

// Every target speaks of workloads and drivers that exist.
func TestTargetsExist(t *testing.T) {
	known := map[string]bool{}
	for _, w := range workload.All() {
		known[w.Name] = true
	}
	for _, target := range targets {
		if !known[target.own] || target.other != "" && !known[target.other] {
			t.Errorf("%q speaks of a workload that is not there", target.what)
		}
	}
	for _, w := range workload.All() {
		if w.Beside != "" && !known[w.Beside] {
			t.Errorf("%s takes turns with %s, which is not there", w.Name, w.Beside)
		}
	}
	for _, target := range lateTargets {
		if !known[target.own] {
			t.Errorf("%q speaks of a workload that is not there", target.what)
		}
	}
}

func TestMarkdown(t *testing.T) {
	r := sample()
	r.NotRun = []string{"many-10, ncruces: did other work"}
	r.Notes = []string{"The latest version is the one that go.mod requires."}
	text := r.Markdown()
	for _, want := range []string{
		"| mattn@v2 | v2 | 3.54.1 | go1.27.4 |",
		"| scan | row | 100 ns | 4.0 | 0.91 (0.91) | 0.50 (0.50) | |",
		"| cancel-commit | gosqlite | 1s | 1s | 0 of 1 |",
		"**missed**",
		"- many-10, ncruces: did other work",
		"\nThe latest version is the one that go.mod requires.\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the report lacks %q:\n%s", want, text)
		}
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "|") && !strings.HasSuffix(line, "|\n") {
			t.Errorf("a table's line does not end: %q", line)
		}
	}
}

func TestSVG(t *testing.T) {
	plot := sample().SVG()
	for decoder := xml.NewDecoder(strings.NewReader(plot)); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, plot)
		}
	}
	// mattn@v2 takes twice gosqlite's time.
	if !strings.Contains(plot, ">2.00</text>") || strings.Contains(plot, "go1.26.8") {
		t.Errorf("the plot is\n%s", plot)
	}
}
