// SPDX-License-Identifier: MIT

package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
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

	term       *command.Terminal
	now        func() time.Time
	history    cells.History
	added      cells.History // since it was saved
	source     string        // digest
	side       ledger.Side
	system     string // distribution that build B of the variation of that name is made on
	fileSystem string
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
	if c.options = o; c.file == "" || o.release != "" || o.ledger != "" {
		return term.Fail(command.ExitUsage, errors.New("cells needs --file, and takes neither --release nor --ledger"))
	}
	if len(o.against)+len(o.logs) > 0 {
		// How the surroundings of another build differ is not for a cell's name to say.
		return term.Fail(command.ExitUsage, errors.New("cells takes neither --against nor --against-log: a cell makes both builds, which differ in its variation"))
	}
	if c.shared && c.together {
		return term.Fail(command.ExitUsage, errors.New("--share does not go with --together, which has one build A in any case"))
	}
	if o.keep {
		return term.Fail(command.ExitUsage, errors.New("cells does not take --keep: plants and cells are built one after another in one folder"))
	}
	groups, err := c.groups()
	if err != nil {
		return term.Fail(command.ExitUsage, err)
	}
	if err := c.locate(); err != nil {
		return term.Fail(command.ExitFailure, err)
	}
	if err := c.run(ctx, groups); err != nil {
		return term.Fail(failure(err), err)
	}
	if err := c.write(); err != nil {
		return term.Fail(command.ExitFailure, err)
	}
	return verdict(c.history.Rows(c.source))
}

// locate finds out where cells are made, as far as it tells them apart.
func (c *table) locate() error {
	c.written = []string{c.file, c.html}
	if c.side.Machine = cmp.Or(c.side.Machine, c.side.Boot); c.side.Machine == "" {
		return errors.New("tell this machine from others: it has neither /etc/machine-id nor an id of its boot; make cells on Linux")
	}
	if c.options.system != "" {
		c.system = c.options.side(variation.Setting{System: true}, c.term).Distribution
	}
	c.fileSystem = fileSystem(cmp.Or(c.term.From(c.work), cacheFolder(c.term)))
	return nil
}

// verdict is the exit code of a table: 3 for a difference, 1 if anything else is no pass. What no action can see counts neither
// way where it is varied alone.
func verdict(rows []cells.Row) int {
	n := cells.Count(rows)
	unseen := 0
	for _, r := range rows {
		if r.Verdict == cells.NotExercised && slices.ContainsFunc(variation.Table, func(v variation.Variation) bool { return v.Name == r.Variation && v.Unseen != "" }) {
			unseen++
		}
	}
	switch {
	case n["FAIL"] > 0:
		return report.ExitDifferent
	case n["PASS"] == 0 || n["PASS"]+unseen < len(rows):
		return report.ExitIncomplete
	}
	return report.ExitPass
}

func (c *table) run(ctx context.Context, groups [][]variation.Variation) error {
	var err error
	if c.history, err = cells.Read(c.term.From(c.file)); err != nil {
		return err
	}
	if c.source, err = c.digest(ctx); err != nil || c.reported {
		return err
	}
	platforms := c.platforms
	if len(platforms) == 0 {
		platforms = list{""}
	}
	for _, vary := range groups {
		c.tell(platforms, vary)
	}
	passed := func(vary []variation.Variation) bool { return len(c.left(platforms, vary)) == 0 }
	unseen := slices.DeleteFunc(slices.Clone(groups), func(vary []variation.Variation) bool {
		return passed(vary) && c.history.Exercised(c.at("", vary))
	})
	if err := c.plants(ctx, unseen); err != nil {
		return err
	}
	groups = slices.DeleteFunc(groups, passed)
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

// digest is that of the sources as they are now.
func (c *table) digest(ctx context.Context) (string, error) {
	source, err := c.options.source(c.term)
	if err != nil {
		return "", err
	}
	return trial.Digest(ctx, source)
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
	x := cells.Cell{Variation: strings.Join(names, "+"), Platform: platform, Distribution: c.side.Distribution, Machine: c.side.Machine, Kernel: c.side.Kernel,
		Source: c.source, Targets: strings.Join(c.targets, " "), Flags: strings.Join(c.flags, " "), FileSystem: c.fileSystem, At: c.now().UTC().Format(time.RFC3339)}
	if slices.ContainsFunc(vary, func(v variation.Variation) bool { return v.Name == variation.SystemName }) {
		x.System = c.system
	}
	return x
}

// left are the platforms for which a cell has to be run, those that have not passed.
func (c *table) left(platforms []string, vary []variation.Variation) []string {
	return slices.DeleteFunc(slices.Clone(platforms), func(p string) bool { return c.history.Done(c.at(p, vary)) })
}

// tell names the cells that are not run again.
func (c *table) tell(platforms []string, vary []variation.Variation) {
	for _, p := range platforms {
		if x := c.at(p, vary); c.history.Done(x) {
			fmt.Fprintf(c.term.Stderr, "reproduce: %s for %s passed before\n", x.Variation, x.Platform)
		}
	}
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
		return c.broken(ctx, err, vary, platform)
	}
	if err := c.unchanged(ctx); err != nil {
		return c.stopped(err, vary, platform)
	}
	err = c.add(c.at(platform, vary), r, c.now().Sub(start))
	return errors.Join(err, c.save())
}

// unchanged refuses a cell whose builds took the sources at two times, or not those that it is kept for.
func (c *table) unchanged(ctx context.Context) error {
	d, err := c.digest(ctx)
	if err == nil && d != c.source {
		err = errors.New("the sources were changed while they were built, so that this cell is of none; call the command again, on a checkout that nobody works in")
	}
	return err
}

// broken keeps that a build failed and lets the next cell have its turn: under its own variation it may not. What was
// interrupted is no cell.
func (c *table) broken(ctx context.Context, err error, vary []variation.Variation, platforms ...string) error {
	if ctx.Err() != nil {
		return c.stopped(err, vary, platforms...)
	}
	for _, p := range platforms {
		x := c.at(p, vary)
		x.Verdict, x.First, x.Shared = "INCOMPLETE", brief(err), c.shared
		c.added = append(c.added, x)
	}
	fmt.Fprintf(c.term.Stderr, "reproduce: %v\n", c.stopped(err, vary, platforms...))
	return c.save()
}

// brief is the first line of an error, and the first that Bazel calls one.
func brief(err error) string {
	const most = 400
	first, rest, _ := strings.Cut(err.Error(), "\n")
	for line := range strings.Lines(rest) {
		if strings.HasPrefix(line, "ERROR: ") {
			return fmt.Sprintf("%s %.*s", first, most, strings.TrimSpace(line))
		}
	}
	return first
}

func (c *table) stopped(err error, vary []variation.Variation, platforms ...string) error {
	return fmt.Errorf("%s for %s: %w; what was run before is in %s", c.at("", vary).Variation, strings.Join(platforms, ", "), err, c.file)
}

// add keeps what a cell's report says, and the whole report of one that did not pass in a file of its own.
func (c *table) add(x cells.Cell, r *report.Report, took time.Duration) error {
	x.Seconds, x.Verdict, x.Files, x.Ledger, x.Shared = int(took.Seconds()), r.Verdict(), len(r.Files), r.Digest, c.shared
	if r.Actions != nil {
		x.Actions = r.Actions.Total
	}
	if x.First = r.First(); x.Verdict != "PASS" {
		name := c.term.From(c.file) + "." + reportName(x)
		if err := command.WriteFile(name, r.WriteJSON); err != nil {
			c.added = append(c.added, x) // without it
			return fmt.Errorf("write report: %w", err)
		}
		x.Report = filepath.Base(name)
	}
	c.added = append(c.added, x)
	return nil
}

// reportName is a name that no other cell's report has: builds of many cells have the same ledger.
func reportName(x cells.Cell) string {
	vary := x.Variation
	if strings.Contains(vary, "+") {
		vary = "together"
	}
	_, platform, _ := strings.Cut(x.Platform, ":")
	platform = strings.ReplaceAll(cmp.Or(platform, strings.Trim(x.Platform, "/")), "/", "_")
	return strings.Join([]string{vary, platform, strings.ReplaceAll(x.At, ":", ""), "json"}, ".")
}

// save adds what is new to the file, to which other runs may add at the same time.
func (c *table) save() error {
	if err := cells.Append(c.term.From(c.file), c.added); err != nil {
		return err
	}
	c.added = nil
	h, err := cells.Read(c.term.From(c.file))
	if err == nil {
		c.history = h
	}
	return err
}

// write prints the table of this source, or its JSON, and writes the page.
func (c *table) write() error {
	if c.html != "" {
		if err := command.WriteFile(c.term.From(c.html), c.history.WriteHTML); err != nil {
			return fmt.Errorf("write page: %w", err)
		}
	}
	asJSON := func(w io.Writer) error { return c.history.WriteJSON(w, c.source) }
	switch c.json {
	case "":
	case "-":
		return asJSON(c.term.Stdout)
	default:
		if err := command.WriteFile(c.term.From(c.json), asJSON); err != nil {
			return fmt.Errorf("write table: %w", err)
		}
	}
	return c.history.WriteTable(c.term.Stdout, c.source)
}
