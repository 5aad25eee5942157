// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/reproduce/cells"
	"github.com/gosqlite/gosqlite/tools/reproduce/command"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
	"github.com/gosqlite/gosqlite/tools/reproduce/report"
	"github.com/gosqlite/gosqlite/tools/reproduce/trial"
	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// table is a run of the command cells.
type table struct {
	*options
	file, html                 string
	together, reported, shared bool

	term    *command.Terminal
	now     func() time.Time
	history cells.History
	source  string // digest
	side    ledger.Side
}

// runCells runs the cells that were not run yet, and prints the table of those that were.
func runCells(ctx context.Context, args []string, term *command.Terminal, now func() time.Time) int {
	c := &table{term: term, now: now, side: thisSide()}
	o, code := parseBuild(false, args, term, func(fs *flag.FlagSet) {
		fs.StringVar(&c.file, "file", "", "`FILE` that keeps the cells; what passed in it for this source is not run again")
		fs.BoolVar(&c.together, "together", false, "vary all at once, one cell for each platform; by default each variation alone")
		fs.BoolVar(&c.shared, "share", false, "make build A once for all cells, and build B of a variation for all platforms one after another, with actions that they have in common run once")
		fs.BoolVar(&c.reported, "report", false, "run nothing, print what was run")
		fs.StringVar(&c.html, "html", "", "write all tables and the history as one page to `FILE`")
	})
	if o == nil {
		return code
	}
	if c.options = o; c.file == "" || o.release != "" || o.ledger != "" || o.json != "" {
		return term.Fail(command.ExitUsage, errors.New("cells needs --file, and takes neither --release nor --ledger nor --json"))
	}
	if len(o.against)+len(o.logs) > 0 {
		// How the surroundings of another build differ is not for a cell's name to say.
		return term.Fail(command.ExitUsage, errors.New("cells takes neither --against nor --against-log: a cell makes both builds, which differ in its variation"))
	}
	if c.shared && (c.together || o.keep) {
		return term.Fail(command.ExitUsage, errors.New("--share goes with neither --together, which has one build A in any case, nor --keep"))
	}
	groups, err := c.groups()
	if err != nil {
		return term.Fail(command.ExitUsage, err)
	}
	if err := c.run(ctx, groups); err != nil {
		return term.Fail(failure(err), err)
	}
	if err := c.write(); err != nil {
		return term.Fail(command.ExitFailure, err)
	}
	return verdict(c.history.Rows(c.source))
}

// verdict is the exit code of a table: 3 for a difference, 1 if anything else is no pass.
func verdict(rows []cells.Row) int {
	n := cells.Count(rows)
	switch {
	case n["FAIL"] > 0:
		return report.ExitDifferent
	case len(rows) == 0 || n["PASS"] < len(rows):
		return report.ExitIncomplete
	}
	return report.ExitPass
}

func (c *table) run(ctx context.Context, groups [][]variation.Variation) error {
	var err error
	if c.history, err = cells.Read(c.term.From(c.file)); err != nil {
		return err
	}
	source := c.term.Variable("BUILD_WORKSPACE_DIRECTORY")
	if c.source, err = trial.Digest(ctx, trial.Git(source)); err != nil || c.reported {
		return err
	}
	if err := c.plants(ctx, groups); err != nil {
		return err
	}
	platforms := c.platforms
	if len(platforms) == 0 {
		platforms = list{""}
	}
	if c.shared {
		return c.share(ctx, platforms, groups)
	}
	for _, p := range platforms {
		for _, vary := range groups {
			if err := c.cell(ctx, p, vary); err != nil {
				return err
			}
		}
	}
	return nil
}

// groups are the variations of each cell.
func (c *table) groups() ([][]variation.Variation, error) {
	if c.together {
		vary, err := c.vary(c.term)
		return [][]variation.Variation{vary}, err
	}
	vary, err := c.alone(c.term)
	if err != nil {
		return nil, err
	}
	var out [][]variation.Variation
	for _, v := range vary {
		out = append(out, []variation.Variation{v})
	}
	return out, nil
}

// at is a cell of this source and machine that is about to be run.
func (c *table) at(platform string, vary []variation.Variation) cells.Cell {
	var names []string
	for _, v := range vary {
		// What no action can see is varied, and the cell's name does not claim it; alone, the table says so.
		if v.Unseen == "" || len(vary) == 1 {
			names = append(names, v.Name)
		}
	}
	if platform == "" {
		platform = "default"
	}
	return cells.Cell{Variation: strings.Join(names, "+"), Platform: platform, Distribution: c.side.Distribution, Machine: c.side.Machine, Kernel: c.side.Kernel,
		Source: c.source, At: c.now().UTC().Format(time.RFC3339)}
}

// plants builds the planted leak of each variation that was not seen yet on this machine and distribution.
func (c *table) plants(ctx context.Context, groups [][]variation.Variation) error {
	for _, vary := range apart(groups) {
		vary = slices.DeleteFunc(vary, func(v variation.Variation) bool {
			return c.history.Exercised(c.at("", []variation.Variation{v}))
		})
		if len(vary) == 0 {
			continue
		}
		o := *c.options
		o.pack, o.targets, o.platforms, o.against, o.logs = defaultPlants, nil, nil, nil, nil
		start := c.now()
		r, err := o.trial(ctx, vary, c.term)
		if err != nil {
			return fmt.Errorf("build plants: %w", err)
		}
		for i, v := range vary {
			x := c.at(cells.Plants, []variation.Variation{v})
			x.Seconds, x.Verdict = int(c.now().Sub(start).Seconds()), "FAIL"
			if seen := r.Variations[i].Exercised; seen != nil && *seen {
				x.Verdict = "PASS"
			}
			c.history = append(c.history, x)
		}
		if err := c.save(); err != nil {
			return err
		}
	}
	return nil
}

// left are the platforms for which a cell has to be run, those that have not passed.
func (c *table) left(platforms []string, vary []variation.Variation) []string {
	var out []string
	for _, p := range platforms {
		if x := c.at(p, vary); c.history.Done(x) {
			fmt.Fprintf(c.term.Stderr, "reproduce: %s for %s passed before\n", x.Variation, x.Platform)
		} else {
			out = append(out, p)
		}
	}
	return out
}

// of are the options of builds for some platforms.
func (c *table) of(platforms ...string) *options {
	o := *c.options
	if o.platforms = nil; platforms[0] != "" {
		o.platforms = platforms
	}
	return &o
}

// cell runs one.
func (c *table) cell(ctx context.Context, platform string, vary []variation.Variation) error {
	if len(c.left([]string{platform}, vary)) == 0 {
		return nil
	}
	start := c.now()
	r, err := c.of(platform).trial(ctx, vary, c.term)
	if err != nil {
		return c.stopped(err, vary, platform)
	}
	c.add(c.at(platform, vary), r, c.now().Sub(start))
	return c.save()
}

func (c *table) stopped(err error, vary []variation.Variation, platforms ...string) error {
	return fmt.Errorf("%s for %s: %w; what was run before is in %s", c.at("", vary).Variation, strings.Join(platforms, ", "), err, c.file)
}

// add keeps what a cell's report says.
func (c *table) add(x cells.Cell, r *report.Report, took time.Duration) {
	x.Seconds, x.Verdict, x.Files, x.Ledger, x.Shared = int(took.Seconds()), r.Verdict(), len(r.Files), r.Digest, c.shared
	if r.Actions != nil {
		x.Actions = r.Actions.Total
		if f := r.Actions.First(); f != nil {
			x.First = fmt.Sprintf("%s %s (%s)", f.Mnemonic, f.Label, f.Cause)
		}
	}
	c.history = append(c.history, x)
}

func (c *table) save() error {
	if err := command.WriteFile(c.term.From(c.file), c.history.Write); err != nil {
		return fmt.Errorf("write cells: %w", err)
	}
	return nil
}

// write prints the table of this source, and the page.
func (c *table) write() error {
	if c.html != "" {
		if err := command.WriteFile(c.term.From(c.html), c.history.WriteHTML); err != nil {
			return fmt.Errorf("write page: %w", err)
		}
	}
	return c.history.WriteTable(c.term.Stdout, c.source)
}
