// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/lint"
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

// allScanners are the names for --only, in the order in which they run.
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
	for _, name := range unsearched {
		notes = append(notes, name+": nobody searched for records")
	}
	found, err = s.feed.Find(all)
	return found, notes, s.billsGiven(err)
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
		within := func(folder string) bool { return strings.HasPrefix(name, folder+"/") }
		inTestdata := slices.Contains(strings.Split(name, "/"), "testdata")
		if path.Base(name) == "go.mod" && !slices.ContainsFunc(sast.Outside, within) && !inTestdata {
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
	runner := s.env.system()
	tree, err := lint.Tracked(ctx, runner, s.root)
	if err != nil {
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
	v := &govuln.Scan{Database: s.database, Env: runner.Env, Temp: s.temp, Go: goVersion(pins)}
	if s.wants(govuln.BinaryScanner) {
		s.runTwins(ctx, v)
	}
	if s.wants(modulesScanner) {
		found, n, err := s.runModules(ctx, pins)
		s.add(modulesScanner, s.database.Meta.Date, fmt.Sprintf("%d requirements", n), nil, found, err)
	}
	if s.wants(govuln.SourceScanner) {
		s.runSource(ctx, v, tree)
	}
	self, err := s.env.self()
	if err != nil {
		return err
	}
	env := &sast.Env{
		Runner: runner, Tree: tree, Temp: s.temp, Self: self, Zig: s.zig,
		Tools: filepath.Join(s.root, "tools"), Gitleaks: gitleaksMod(s.root),
	}
	for _, sc := range sast.Scanners() {
		if !s.wants(sc.Name) || ctx.Err() != nil {
			continue
		}
		progress(s.env.stderr, sc.Name)
		r, err := sc.Run(ctx, env)
		if err != nil {
			r = &sast.Result{}
		}
		s.add(sc.Name, r.Version, r.Input, r.Notes, r.Findings, err)
	}
	return ctx.Err()
}

func (s *session) runTwins(ctx context.Context, v *govuln.Scan) {
	progress(s.env.stderr, govuln.BinaryScanner)
	var all []finding.Finding
	var version string
	programs := 0
	err := func() error {
		if err := s.twinsGiven(); err != nil {
			return err
		}
		for _, name := range s.twins {
			unpacked, err := twin.Unpack(name, s.temp)
			if err != nil {
				return err
			}
			s.report.Twins = append(s.report.Twins, report.Twin{File: unpacked.File, SHA256: unpacked.SHA256, Programs: len(unpacked.Programs)})
			for _, p := range unpacked.Programs {
				r, err := v.Binary(ctx, p.File, p.Name)
				if err != nil {
					return err
				}
				version = r.Version
				all = append(all, r.Findings...)
				s.facts.Programs = append(s.facts.Programs, triage.Program{Name: p.Name, Defines: p.Defines})
				programs++
			}
		}
		return nil
	}()
	s.add(govuln.BinaryScanner, version, fmt.Sprintf("%d programs of %d debug twins", programs, len(s.report.Twins)), nil, all, err)
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

func (s *session) runSource(ctx context.Context, v *govuln.Scan, tree *lint.Tree) {
	progress(s.env.stderr, govuln.SourceScanner)
	var all []finding.Finding
	var version, goVersion string
	modules, err := tree.Modules(ctx)
	scanned := 0
	for _, m := range modules {
		if err != nil || !sast.Analysed(tree, m, modules) {
			continue
		}
		var r *govuln.Result
		if r, err = v.Source(ctx, filepath.Join(s.root, filepath.FromSlash(m.Dir)), m.Path); err == nil {
			all, version, goVersion = append(all, r.Findings...), r.Version, r.GoVersion
			scanned++
		}
	}
	if err == nil && scanned == 0 {
		err = errors.New("the tree has no Go packages")
	}
	s.add(govuln.SourceScanner, version, fmt.Sprintf("%d modules, %s", scanned, goVersion), nil, all, err)
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

func (s *session) runModules(ctx context.Context, pins *component.Document) ([]finding.Finding, int, error) {
	all := slices.Clone(pins.Components)
	files, err := modFiles(ctx, s.env.system(), s.root)
	if err != nil {
		return nil, 0, err
	}
	for _, file := range files {
		name, err := filepath.Rel(s.root, file)
		if err != nil {
			return nil, 0, err
		}
		d, err := component.GoMod(filepath.ToSlash(name), file)
		if err != nil {
			return nil, 0, err
		}
		all = append(all, d.Components...)
	}
	found, err := govuln.ByComponents(s.database, all, modulesScanner)
	return found, len(all), err
}

// progress says on a terminal what runs.
func progress(w io.Writer, name string) {
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			fmt.Fprintf(w, "scan: %s\n", name)
		}
	}
}
