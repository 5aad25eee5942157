// SPDX-License-Identifier: MIT

// Package trial builds one source twice under two settings and compares what came out: every release file, every
// action by the execution logs, and every release file against the random values that stood for the machine.
package trial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/leak"
	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
	"github.com/gosqlite/gosqlite/tools/reproduce/report"
	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// Request is one build: the targets for one platform.
type Request struct {
	Targets  []string
	Platform string // label; empty leaves the default
	Results  string // folder that takes execution log, events and output
	// Store is a folder of actions' results that the builds of one side share, each from an empty output base; empty for none.
	// Each log then tells of all actions, and what several builds need runs in the first.
	Store string
}

// Product is what one build made.
type Product struct {
	ExecRoot string
	Files    map[string]string // release files: name to path
	Log      string            // compact execution log; empty if there is none
}

// Builder runs builds. The real one is Bazel.
type Builder interface {
	Build(ctx context.Context, s variation.Setting, r Request) (*Product, error)
	// Shutdown ends what Build left running for a setting.
	Shutdown(ctx context.Context, s variation.Setting) error
}

// Trial is one run.
type Trial struct {
	Builder    Builder
	Source     Source
	Random     io.Reader
	Progress   func(step string)
	Work       string // folder for all that the run makes; it must not exist or be empty
	Keep       bool   // leave Work as it is
	Targets    []string
	Platforms  []string // labels; empty for the default
	Variations []variation.Variation
	Jobs       int
	Plants     string // package of planted leaks, such as //tools/reproduce/plants; empty for a real run
	StackSize  uint64 // for the leak test
	// Against is a build made elsewhere that stands for build A; nil builds A, too.
	Against *Baseline
	// Explain is asked what differs in the first release file that does; nil asks nobody.
	Explain func(ctx context.Context, a, b string) (string, error)
	// Side tells who makes a build in a setting, for the report and for the ledger of the last build, which the report then
	// holds; nil makes none.
	Side func(s variation.Setting) ledger.Side
}

// side is one of the two builds.
type side struct {
	setting  variation.Setting
	products []*Product
	store    string // of its requests
	running  bool   // a server may be left
}

// Run builds twice, or once against another build, and compares. The folder is removed at the end, also after an error or
// interruption, unless Keep is set.
func (t *Trial) Run(ctx context.Context) (r *report.Report, err error) {
	if err := t.Against.fits(t); err != nil {
		return nil, err
	}
	if err := makeEmpty(t.Work); err != nil {
		return nil, err
	}
	settings, varied, tokens, err := t.settings()
	if err != nil {
		return nil, err
	}
	var sides []*side
	for _, s := range settings {
		sides = append(sides, &side{setting: s})
	}
	defer func() {
		if e := t.cleanUp(sides); err == nil {
			err = e
		}
	}()
	if err := t.buildAll(ctx, sides); err != nil {
		return nil, err
	}
	return t.judge(ctx, sides, varied, tokens)
}

// judge compares what was built.
func (t *Trial) judge(ctx context.Context, sides []*side, varied []variation.Variation, tokens []variation.Token) (*report.Report, error) {
	t.Progress("comparing")
	r := &report.Report{Targets: t.Targets, Platforms: t.Platforms, NotVaried: variation.NotVariedBeside(varied), Plants: t.Plants != ""}
	if t.Explain != nil {
		r.Explain = func(a, b string) (string, error) { return t.Explain(ctx, a, b) }
	}
	for _, v := range varied {
		r.Variations = append(r.Variations, report.Variation{Name: v.Name, Sets: v.Sets, Unseen: v.Unseen})
	}
	if err := t.compareAll(r, sides); err != nil {
		return nil, err
	}
	if t.Plants != "" {
		t.exercised(r)
		return r, nil
	}
	if t.Against != nil && t.Against.Judge != nil {
		// Files equal to those of a maker who never saw the random values do not hold them.
		return r, nil
	}
	return r, t.leaks(r, sides, tokens)
}

// settings are those of the builds to make.
func (t *Trial) settings() (settings []variation.Setting, varied []variation.Variation, tokens []variation.Token, err error) {
	if t.Against != nil {
		b, tokens, varied, err := variation.Against(t.Against.Setting, t.Work, t.Variations, t.Jobs, t.Random)
		return []variation.Setting{b}, varied, tokens, err
	}
	a, b, tokens, err := variation.Pair(t.Work, t.Variations, t.Jobs, t.Random)
	return []variation.Setting{a, b}, t.Variations, tokens, err
}

func (t *Trial) buildAll(ctx context.Context, sides []*side) error {
	for i, s := range sides {
		if i > 0 && s.setting.OutputRoot == sides[0].setting.OutputRoot {
			if err := sides[0].moveAway(); err != nil {
				return err
			}
		}
		if err := t.build(ctx, s); err != nil {
			return fmt.Errorf("build %s: %w", s.setting.Name, err)
		}
		// Two servers at once would take memory twice.
		if err := t.shutdown(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// moveAway leaves the place of a build's output root to another, so that what differs can be looked into.
func (s *side) moveAway() error {
	to := s.setting.OutputRoot + "-" + s.setting.Name
	if err := os.Rename(s.setting.OutputRoot, to); err != nil {
		return fmt.Errorf("move output root of build %s: %w", s.setting.Name, err)
	}
	for _, p := range s.products {
		if rest, ok := strings.CutPrefix(p.ExecRoot, s.setting.OutputRoot+"/"); ok {
			p.ExecRoot = filepath.Join(to, rest)
		}
	}
	return nil
}

// compareAll compares the two builds, and makes the ledger of the last.
func (t *Trial) compareAll(r *report.Report, sides []*side) error {
	last := sides[len(sides)-1]
	made, err := t.ledger(last)
	switch {
	case errors.Is(err, ledger.ErrUnstable):
		r.Faults = append(r.Faults, err.Error())
	case err != nil:
		return err
	}
	if t.Side != nil && t.Plants == "" {
		if err := r.SetLedger(made); err != nil {
			return err
		}
	}
	if t.Against != nil {
		return t.Against.compare(r, last.products[0], made)
	}
	if t.Side != nil {
		r.SetSides(t.Side(sides[0].setting), t.Side(last.setting))
	}
	return t.compare(r, sides)
}

// makeEmpty makes the work folder, and refuses one that holds anything: it is removed at the end.
func makeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("use work folder: %w", err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("use work folder %s: it is not empty; name another with --work, or remove it", dir)
	}
	return os.MkdirAll(dir, 0o755)
}

func (t *Trial) shutdown(ctx context.Context, s *side) error {
	if !s.running {
		return nil
	}
	if err := t.Builder.Shutdown(ctx, s.setting); err != nil {
		return fmt.Errorf("end the server of build %s: %w", s.setting.Name, err)
	}
	s.running = false
	return nil
}

func (t *Trial) build(ctx context.Context, s *side) error {
	name := s.setting.Name
	t.Progress("build " + name + ": copying the source")
	if err := removeAll(s.setting.Workspace); err != nil {
		return err
	}
	if err := copySource(ctx, t.Source, s.setting.Workspace, s.setting.Umask, s.setting.Reverse); err != nil {
		return err
	}
	for _, dir := range []string{s.setting.OutputRoot, s.setting.Home, s.setting.Temp, s.setting.Path} {
		if dir == "" {
			continue
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	platforms := t.Platforms
	if len(platforms) == 0 {
		platforms = []string{""}
	}
	for i, p := range platforms {
		step := fmt.Sprintf("build %s: %s", name, strings.Join(t.Targets, " "))
		if p != "" {
			step += " for " + p
		}
		t.Progress(step)
		results := filepath.Join(t.Work, "results", name, fmt.Sprint(i))
		if err := os.MkdirAll(results, 0o755); err != nil {
			return err
		}
		s.running = true
		product, err := t.Builder.Build(ctx, s.setting, Request{Targets: t.Targets, Platform: p, Results: results, Store: s.store})
		if err != nil {
			return err
		}
		// The next build may write to the same output folders, so the files are put aside.
		if product.Files, err = setAside(product.Files, filepath.Join(results, "files")); err != nil {
			return err
		}
		s.products = append(s.products, product)
	}
	return nil
}

func (t *Trial) compare(r *report.Report, sides []*side) error {
	for i := range sides[0].products {
		a, b := sides[0].products[i], sides[1].products[i]
		files, err := compare.Files(a.Files, b.Files)
		if err != nil {
			return fmt.Errorf("compare release files: %w", err)
		}
		one := report.Report{Files: files, Explain: r.Explain, Explained: r.Explained}
		one.ExplainFirst(a.Files, b.Files)
		r.Explained = one.Explained
		if len(t.Platforms) > 1 {
			for j := range files {
				files[j].Name = t.Platforms[i] + " " + files[j].Name
			}
		}
		r.Files = append(r.Files, files...)
		actions, err := CompareLogs(a, b)
		if err != nil {
			return err
		}
		if r.Actions == nil {
			r.Actions = &compare.Actions{}
		}
		r.Actions.Merge(actions)
	}
	return nil
}

// exercised marks each variation whose planted action differs, and names those of other facts that do.
func (t *Trial) exercised(r *report.Report) {
	red := map[string]bool{}
	for _, a := range r.Actions.NotPassed {
		if plant, ok := strings.CutPrefix(strings.TrimPrefix(a.Label, "@@"), t.Plants+":"); ok && a.Status == compare.Fail {
			red[plant] = true
		}
	}
	for i, v := range t.Variations {
		seen := red[v.Plant]
		r.Variations[i].Exercised = &seen
		delete(red, v.Plant)
	}
	delete(red, variation.ClockPlant) // two builds can't share a time
	if len(t.Variations) == 1 {
		r.Variations[0].Also = slices.Sorted(maps.Keys(red))
	}
}

// leaks gives every release file of both builds to the leak test, with the random values of both.
func (t *Trial) leaks(r *report.Report, sides []*side, tokens []variation.Token) error {
	t.Progress("searching the release files for leaks")
	allow, err := leak.DefaultAllow()
	if err != nil {
		return err
	}
	opts := leak.Options{Allow: allow, StackSize: t.StackSize}
	for _, k := range tokens {
		opts.Tokens = append(opts.Tokens, leak.Token(k))
	}
	c, err := leak.New(opts)
	if err != nil {
		return err
	}
	for _, s := range sides {
		for _, p := range s.products {
			for _, name := range sortedKeys(p.Files) {
				checkOne(c, s.setting.Name+":"+name, p.Files[name])
			}
		}
	}
	found := c.Report()
	r.Leaks = &found
	return nil
}

// cleanUp ends servers and removes the work folder. It has a time of its own, since the run's may be over.
func (t *Trial) cleanUp(sides []*side) error {
	const patience = time.Minute
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var errs []error
	for _, s := range sides {
		errs = append(errs, t.shutdown(ctx, s))
	}
	if !t.Keep {
		t.Progress("removing " + t.Work)
		errs = append(errs, removeAll(t.Work))
	}
	return errors.Join(errs...)
}
