// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/lint"
	"github.com/gosqlite/gosqlite/tools/scan/cache"
	"github.com/gosqlite/gosqlite/tools/scan/component"
	"github.com/gosqlite/gosqlite/tools/scan/feed"
	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/govuln"
	"github.com/gosqlite/gosqlite/tools/scan/report"
	"github.com/gosqlite/gosqlite/tools/scan/sast"
	"github.com/gosqlite/gosqlite/tools/scan/triage"
	"github.com/gosqlite/gosqlite/tools/scan/twin"
)

// modulesScanner looks at everything that go.mod files and pins name, also what only builds and tests: tools, their
// dependencies, rule modules, the Go SDK.
const modulesScanner = "go-modules"

// allScanners are the names for --only, in the order of the report.
func allScanners() []string {
	names := []string{feed.Scanner, govuln.BillScanner, govuln.BinaryScanner, modulesScanner, govuln.SourceScanner}
	for _, s := range sast.Scanners() {
		names = append(names, s.Name)
	}
	return names
}

// required are the scanners without which the gate does not open. Bills of materials and twins exist for a release only.
func (s *session) required() []string {
	switch {
	case s.release != "":
		return []string{feed.Scanner, govuln.BillScanner}
	case s.only != "":
		return split(s.only)
	}
	return allScanners()
}

// wants says whether a scanner was asked.
func (s *session) wants(name string) bool { return slices.Contains(s.required(), name) }

// runBills looks at bills of materials, and at the tools that the tree builds with.
func (s *session) runBills(tools []component.Component) error {
	input := fmt.Sprintf("%d bills of materials", len(s.bills))
	if s.wants(feed.Scanner) {
		if len(tools) > 0 {
			input += fmt.Sprintf(", %d build tools", len(tools))
		}
		found, notes, err := s.lookUpC(tools)
		input += fmt.Sprintf("; %d components not searched", len(notes))
		s.add(feed.Scanner, s.feed.Collection.Date, input, notes, found, err)
	}
	if s.wants(govuln.BillScanner) {
		found, err := govuln.ByComponents(s.database, s.facts.Components, govuln.BillScanner)
		s.add(govuln.BillScanner, s.database.Meta.Date, input, nil, found, s.billsGiven(err))
	}
	return nil
}

func (s *session) lookUpC(tools []component.Component) (found []finding.Finding, notes []string, err error) {
	for _, c := range s.facts.Components {
		resolved, err := s.feed.Resolve(c)
		if err != nil {
			return nil, nil, err
		}
		s.resolved = append(s.resolved, resolved...)
	}
	all := slices.Concat(s.facts.Components, tools)
	unsearched, err := s.feed.Looked(all)
	if err != nil {
		return nil, nil, err
	}
	found, err = s.feed.Find(all)
	return found, unsearched, s.billsGiven(err)
}

func (s *session) billsGiven(err error) error {
	if err == nil && len(s.bills) == 0 {
		return errors.New("no bill of materials was given: --sbom FILE")
	}
	return err
}

// modFiles are the go.mod files that git tracks or would track, and that of a program that is run and never linked. Those
// outside of what is released are left out.
func modFiles(ctx context.Context, runner lint.Runner, root string) ([]string, error) {
	tree, err := lint.Tracked(ctx, runner, root)
	if err != nil {
		return nil, err
	}
	files := []string{gitleaksMod(root)}
	for _, name := range tree.Files {
		if path.Base(name) == "go.mod" && !sast.LeftOut(name) {
			files = append(files, filepath.Join(root, filepath.FromSlash(name)))
		}
	}
	slices.Sort(files)
	return files, nil
}

func gitleaksMod(root string) string {
	return filepath.Join(root, "tools", "scan", "programs", "gitleaks.mod")
}

func (s *session) runTree(ctx context.Context) error {
	begin := s.env.now()
	system := s.env.system()
	r := &runner{cache: s.openCache(), self: s.self, sum: s.env.sum, workers: processors(), now: s.env.now, stderr: s.env.stderr}
	r.inputs = func(ctx context.Context) (*cache.Inputs, error) {
		tree, err := lint.Tracked(ctx, system, s.root)
		if err != nil {
			return nil, err
		}
		return cache.Digest(s.root, tree.Files, tree.Links)
	}
	// Before the tree is listed for the scanners, so that a file that comes in between is in the second digest alone.
	var err error
	if r.read, err = r.inputs(ctx); err != nil {
		return err
	}
	self, err := s.env.self()
	if err != nil {
		return err
	}
	tree, err := lint.Tracked(ctx, system, s.root)
	if err != nil {
		return err
	}
	if s.rows, err = tree.Rows(); err != nil {
		return err
	}
	text, err := tree.Read("pins/pins.json")
	if err != nil {
		return err
	}
	pins, err := component.Pins("pins/pins.json", text)
	if err != nil {
		return err
	}
	debs, err := tree.Read("pins/debs.sha256")
	if err != nil {
		return err
	}
	java, err := component.Java("pins/debs.sha256", debs)
	if err != nil {
		return err
	}
	if err := s.runBills(append(slices.Clone(pins.Components), java)); err != nil {
		return err
	}
	env := &sast.Env{
		Runner: system, Tree: tree, Temp: s.temp, Self: self, Zig: s.zig, Environ: s.env.environ,
		Tools: filepath.Join(s.root, "tools"), Gitleaks: gitleaksMod(s.root),
	}
	tasks := s.tasks(env, r, pins)
	outcomes := r.all(ctx, tasks)
	if err := ctx.Err(); err != nil {
		return err
	}
	first := len(s.report.Scanners)
	for i, o := range outcomes {
		s.add(tasks[i].name, o.Version, o.Input, o.Notes, o.Findings, o.err)
		switch {
		case o.kept:
			s.report.Scanners[first+i].Kept = keptWords
		case tasks[i].name == govuln.BinaryScanner && s.keptPrograms > 0:
			s.report.Scanners[first+i].Kept = fmt.Sprintf("%d programs %s", s.keptPrograms, keptWords)
		}
	}
	r.times(s.report.Scanners[first:], outcomes, s.env.now().Sub(begin))
	return nil
}

// tasks are the wanted scanners of the tree, in the order of the report.
func (s *session) tasks(env *sast.Env, r *runner, pins *component.Document) []task {
	v := &govuln.Scan{Database: s.database, Env: s.env.system().Env, Temp: s.temp, Go: goVersion(pins)}
	all := []task{
		{name: govuln.BinaryScanner, cost: 25, run: func(ctx context.Context) (*sast.Result, error) { return s.runTwins(ctx, v, r) }},
		{name: modulesScanner, run: func(ctx context.Context) (*sast.Result, error) { return s.runModules(ctx, pins) }},
		{
			name: govuln.SourceScanner, cost: 25,
			depends: func(ctx context.Context, in *cache.Inputs) ([]string, error) {
				said, err := sast.Go(ctx, env)
				return []string{s.root, in.Go(), said, s.database.Meta.SHA256, v.Go}, err
			},
			run: func(ctx context.Context) (*sast.Result, error) { return s.runSource(ctx, v, env.Tree) },
		},
	}
	for _, sc := range sast.Scanners() {
		all = append(all, task{
			name: sc.Name, cost: sc.Cost,
			depends: func(ctx context.Context, in *cache.Inputs) ([]string, error) { return sc.Depends(ctx, env, in) },
			run:     func(ctx context.Context) (*sast.Result, error) { return sc.Run(ctx, env) },
		})
	}
	return slices.DeleteFunc(all, func(t task) bool { return !s.wants(t.name) })
}

// runTwins reads every twin anew, because evidence is held against the symbols of its programs, and keeps what the database
// says of each program.
func (s *session) runTwins(ctx context.Context, v *govuln.Scan, r *runner) (*sast.Result, error) {
	if err := s.twinsGiven(); err != nil {
		return nil, err
	}
	out := &sast.Result{}
	programs := 0
	for _, name := range s.twins {
		unpacked, err := twin.Unpack(name, s.temp)
		if err != nil {
			return nil, err
		}
		s.report.Twins = append(s.report.Twins, report.Twin{File: unpacked.File, SHA256: unpacked.SHA256, Programs: len(unpacked.Programs)})
		for _, p := range unpacked.Programs {
			found := r.one(ctx, &task{
				name: govuln.BinaryScanner + "-program",
				depends: func(context.Context, *cache.Inputs) ([]string, error) {
					return []string{p.Name, p.SHA256, s.database.Meta.SHA256}, nil
				},
				run: func(ctx context.Context) (*sast.Result, error) {
					found, err := v.Binary(ctx, p.File, p.Name)
					if err != nil {
						return nil, err
					}
					return &sast.Result{Version: found.Version, Findings: found.Findings}, nil
				},
			})
			if found.err != nil {
				return nil, found.err
			}
			switch {
			case found.kept:
				s.keptPrograms++
			case found.key != nil:
				r.copies = append(r.copies, about{govuln.BinaryScanner + "-program", found})
			}
			out.Version, out.Findings = found.Version, append(out.Findings, found.Findings...)
			s.facts.Programs = append(s.facts.Programs, triage.Program{Name: p.Name, Defines: p.Defines})
			programs++
		}
	}
	out.Input = fmt.Sprintf("%d programs of %d debug twins", programs, len(s.report.Twins))
	return out, nil
}

// twinsGiven wants the debug twin of each bill of materials: what is linked on one platform says nothing about another.
func (s *session) twinsGiven() error {
	given := map[string]bool{}
	for _, name := range s.twins {
		base := filepath.Base(name)
		if given[base] {
			return fmt.Errorf("two debug twins have the name %s", base)
		}
		given[base] = true
	}
	if len(given) == 0 {
		return errors.New("no debug twin was given: --twin FILE")
	}
	var missing []string
	for _, b := range s.report.Bills {
		if b.Twin != "" && !given[b.Twin] {
			missing = append(missing, b.Twin)
		}
	}
	if missing != nil {
		return fmt.Errorf("%d bills of materials have no debug twin: --twin %s", len(missing), strings.Join(missing, ", "))
	}
	return nil
}

func (s *session) runSource(ctx context.Context, v *govuln.Scan, tree *lint.Tree) (*sast.Result, error) {
	modules, err := tree.Modules(ctx)
	if err != nil {
		return nil, err
	}
	out := &sast.Result{}
	var goVersion string
	scanned := 0
	for _, m := range modules {
		if !sast.Analysed(tree, m, modules) {
			continue
		}
		r, err := v.Source(ctx, filepath.Join(s.root, filepath.FromSlash(m.Dir)), m.Path)
		if err != nil {
			return nil, err
		}
		out.Version, out.Findings, goVersion = r.Version, append(out.Findings, r.Findings...), r.GoVersion
		scanned++
	}
	if scanned == 0 {
		return nil, errors.New("the tree has no Go packages")
	}
	out.Input = fmt.Sprintf("%d modules, %s", scanned, goVersion)
	return out, nil
}

// goVersion is the Go that releases are built with, whatever Go runs here.
func goVersion(pins *component.Document) string {
	for _, c := range pins.Components {
		if c.Name == "stdlib" {
			return "go" + c.Version
		}
	}
	return ""
}

func (s *session) runModules(ctx context.Context, pins *component.Document) (*sast.Result, error) {
	all := slices.Clone(pins.Components)
	files, err := modFiles(ctx, s.env.system(), s.root)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		name, err := filepath.Rel(s.root, file)
		if err != nil {
			return nil, err
		}
		d, err := component.GoMod(filepath.ToSlash(name), file)
		if err != nil {
			return nil, err
		}
		all = append(all, d.Components...)
	}
	found, err := govuln.ByComponents(s.database, all, modulesScanner)
	return &sast.Result{Version: s.database.Meta.Date, Input: fmt.Sprintf("%d requirements", len(all)), Findings: found}, err
}
