// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gosqlite/gosqlite/tools/bench/contender"
	"github.com/gosqlite/gosqlite/tools/bench/figure"
	"github.com/gosqlite/gosqlite/tools/bench/process"
	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

// entrant is a contender that was built, by the main toolchain or another.
type entrant struct {
	contender.Contender
	name string // in the report
	main bool
}

// measure builds the programs, lets them take turns and gives the report.
func measure(ctx context.Context, o options, env []string, now func() time.Time, talk io.Writer) (*figure.Report, error) {
	report := &figure.Report{
		Date: now().UTC().Format(time.DateOnly), Machine: figure.ThisMachine(), Rounds: o.rounds,
		Quick: o.size != workload.Full, CFlags: contender.CFlags, Musl: contender.CompilerName(o.musl),
	}
	work, err := os.MkdirTemp("", "gosqlite-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	entrants, err := build(ctx, o, env, work, report, talk)
	if err != nil {
		return nil, err
	}
	start := now()
	done := 0
	for _, group := range groups(o.workloads) {
		done += len(group)
		fmt.Fprintf(talk, "bench: %3.0f s  %d/%d %s\n", now().Sub(start).Seconds(), done, len(o.workloads), group[0].Name)
		rows, err := turns(ctx, group, o, entrants, filepath.Join(work, "data"), report)
		if err != nil {
			return nil, err
		}
		report.Rows = append(report.Rows, rows...)
	}
	fmt.Fprintf(talk, "bench: %3.0f s\n", now().Sub(start).Seconds())
	return report, nil
}

// build makes every program; one that cannot be built is noted and left out.
func build(ctx context.Context, o options, env []string, work string, report *figure.Report, talk io.Writer) ([]entrant, error) {
	builder := contender.Builder{Module: ".", Out: work, Env: env}
	var entrants []entrant
	for t, toolchain := range o.toolchains {
		var seen []contender.Contender
		for _, c := range o.all() {
			if t > 0 && (c.Driver == contender.Floor || c.Musl != "") {
				continue // no Go in it; what a libc changes is the same for each Go
			}
			c.Go = toolchain
			fmt.Fprintf(talk, "bench: build %s by %s\n", c.Name(), toolchain)
			c, err := builder.Latest(ctx, c)
			if err == nil && slices.Contains(seen, c) {
				if t == 0 {
					report.Notes = append(report.Notes, fmt.Sprintf("The latest version of %s is the one that go.mod requires: it was measured once.", c.Driver))
				}
				continue
			}
			seen = append(seen, c)
			if err == nil {
				c, err = builder.Build(ctx, c)
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err != nil {
				report.NotRun = append(report.NotRun, err.Error())
				continue
			}
			e := entrant{Contender: c, name: c.Name(), main: t == 0}
			if t > 0 {
				e.name += " " + toolchain
			}
			entrants = append(entrants, e)
		}
	}
	if len(entrants) == 0 {
		return nil, fmt.Errorf("build drivers: none could be built: %v", report.NotRun)
	}
	return entrants, nil
}

// latencyRounds is the most rounds of a workload whose figures are delays; each
// has several tries.
const latencyRounds = 3

// groups puts workloads together whose rounds take turns.
func groups(all []workload.Workload) (groups [][]workload.Workload) {
	for _, w := range all {
		if n := len(groups); n > 0 && w.Beside != "" && w.Beside == groups[n-1][0].Name {
			groups[n-1] = append(groups[n-1], w)
			continue
		}
		groups = append(groups, []workload.Workload{w})
	}
	return groups
}

// running is an entrant that has prepared a workload.
type running struct {
	entrant
	*process.Client
	row *figure.Row
}

// turns measures a group of workloads: everybody prepares, and then runs in turn.
func turns(ctx context.Context, group []workload.Workload, o options, entrants []entrant, data string, report *figure.Report) ([]figure.Row, error) {
	rows := make([]figure.Row, len(group))
	var all []*running
	defer func() {
		for _, r := range all {
			r.Close()
		}
		os.RemoveAll(data)
	}()
	drop := func(row *figure.Row, name string, err error) {
		report.NotRun = append(report.NotRun, fmt.Sprintf("%s, %s: %v", row.Workload, name, err))
		delete(row.Series, name)
	}
	for k, w := range group {
		rows[k] = figure.NewRow(w)
		for i, e := range entrants {
			if !e.main && !w.PerGo {
				continue
			}
			dir := filepath.Join(data, fmt.Sprint(k), fmt.Sprint(i))
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return rows, err
			}
			client, err := process.Start(ctx, e.Program, w.Name, o.size, dir)
			if errors.Is(err, workload.ErrNotOffered) {
				continue
			}
			if err != nil {
				drop(&rows[k], e.name, err)
				continue
			}
			all = append(all, &running{e, client, &rows[k]})
			note(report, e, client.About)
		}
	}
	// The first round warms up. Delays need no warmth, and those of drivers that wait on are long.
	cold, rounds := 1, o.rounds
	if group[0].Latency {
		cold, rounds = 0, min(o.rounds, latencyRounds)
	}
	for round := range cold + rounds {
		for i := range all {
			// Another begins each time.
			at := (i + round) % len(all)
			r := all[at]
			m, err := r.Round()
			if ctx.Err() != nil {
				return rows, ctx.Err()
			}
			switch {
			case err != nil:
				drop(r.row, r.name, err)
				r.Close()
				all[at] = nil
			case round >= cold:
				r.row.Series[r.name] = append(r.row.Series[r.name], m)
			}
		}
		all = slices.DeleteFunc(all, func(r *running) bool { return r == nil })
	}
	return rows, nil
}

// note adds an entrant to the report when it first appears.
func note(report *figure.Report, e entrant, about process.About) {
	if slices.ContainsFunc(report.Contenders, func(c figure.Contender) bool { return c.Name == e.name }) {
		return
	}
	report.Contenders = append(report.Contenders, figure.Contender{Name: e.name, Main: e.main, Musl: e.Musl != "", About: about})
}
