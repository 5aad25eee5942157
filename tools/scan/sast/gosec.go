// SPDX-License-Identifier: MIT

package sast

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/securego/gosec/v2"
	"github.com/securego/gosec/v2/analyzers"
	"github.com/securego/gosec/v2/rules"
	"golang.org/x/tools/go/packages"

	"github.com/gosqlite/gosqlite/tools/lint"
	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/linked"
)

// A gosecReport is what the worker writes.
type gosecReport struct {
	Version string       `json:"version"`
	Files   int          `json:"files"`
	Issues  []gosecIssue `json:"issues"`
}

type gosecIssue struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Text     string `json:"text"`
	File     string `json:"file"`
	Line     string `json:"line"` // a number, or two joined by a dash
}

// GosecWorker is the name of the subcommand that runs [GosecModule]: gosec reads its environment from its process.
const GosecWorker = "gosec"

// GosecModule runs gosec on the Go module in dir and writes a report for this package. A package that cannot be loaded, or
// that one of gosec's parts gives up on, is an error: it would look clean.
//
// All packages are loaded at once. gosec by itself loads one after the other, and has the go command find and compile what
// each of them imports: that took most of its time.
func GosecModule(stdout io.Writer, dir string) error {
	loaded, err := loadPackages(dir)
	if err != nil {
		return fmt.Errorf("run gosec: %w", err)
	}
	report := gosecReport{Version: linked.Version("github.com/securego/gosec/v2")}
	work := make(chan *packages.Package)
	done := make(chan gosecWork)
	workers := runtime.GOMAXPROCS(0)
	for range workers {
		go func() { done <- analyse(work) }()
	}
	for _, p := range loaded {
		work <- p
	}
	close(work)
	var failed []string
	for range workers {
		w := <-done
		report.Files += w.files
		report.Issues = append(report.Issues, w.issues...)
		failed = append(failed, w.failed...)
	}
	if failed != nil {
		return fmt.Errorf("run gosec: %s", slices.Min(failed))
	}
	if report.Files == 0 {
		return fmt.Errorf("run gosec: %s has no Go files", dir)
	}
	return json.NewEncoder(stdout).Encode(report)
}

func loadPackages(dir string) ([]*packages.Package, error) {
	loaded, err := packages.Load(&packages.Config{Mode: gosec.LoadMode, Dir: dir}, "./...")
	if err != nil {
		return nil, err
	}
	for _, p := range loaded {
		switch {
		case len(p.Errors) > 0:
			return nil, fmt.Errorf("load package %s: %w", p.PkgPath, p.Errors[0])
		case p.IllTyped:
			return nil, fmt.Errorf("load package %s: something that it imports cannot be loaded", p.PkgPath)
		}
	}
	return slices.DeleteFunc(loaded, func(p *packages.Package) bool { return len(p.CompiledGoFiles) == 0 }), nil // tests alone
}

// gosecWork is what one goroutine did.
type gosecWork struct {
	files  int
	issues []gosecIssue
	failed []string
}

// analyse runs all rules and analyzers of gosec over the packages, by an analyzer of its own, which keeps in itself what it
// found.
func analyse(work <-chan *packages.Package) (done gosecWork) {
	config := gosec.NewConfig()
	config.SetGlobal(gosec.Nosec, "true") // comments such as #nosec count for nothing
	var says complaints
	a := gosec.NewAnalyzer(config, false, false, false, 1, log.New(&says, "", 0))
	a.LoadRules(rules.Generate(false).RulesInfo())
	a.LoadAnalyzers(analyzers.Generate(false).AnalyzersInfo())
	for p := range work {
		a.CheckRules(p)
		a.CheckAnalyzers(p)
	}
	issues, metrics, _ := a.Report()
	done.files, done.failed = metrics.NumFiles, says
	for _, i := range issues {
		done.issues = append(done.issues, gosecIssue{i.RuleID, strings.ToLower(i.Severity.String()), i.What, i.File, i.Line})
	}
	return done
}

// complaints are the lines in which gosec tells its log, and nobody else, that it gave up on something.
type complaints []string

func (c *complaints) Write(line []byte) (int, error) {
	first, _, _ := strings.Cut(string(line), "\n")
	if slices.ContainsFunc([]string{"Panic ", "Error ", "Rule error"}, func(begin string) bool { return strings.HasPrefix(first, begin) }) {
		*c = append(*c, first)
	}
	return len(line), nil
}

// runGosec looks at each Go module by itself, with cgo: without it half of the driver would not be seen.
func runGosec(ctx context.Context, e *Env) (*Result, error) {
	modules, err := e.Tree.Modules(ctx)
	if err != nil {
		return nil, err
	}
	r := &Result{}
	files := 0
	for _, m := range modules {
		if !Analysed(e.Tree, m, modules) {
			continue
		}
		dir := filepath.Join(e.Tree.Root, filepath.FromSlash(m.Dir))
		res, err := e.Runner.Run(ctx, lint.Command{Dir: dir, Env: []string{"GOWORK=off", "CGO_ENABLED=1"}, Args: []string{e.Self, GosecWorker, dir}})
		if err != nil {
			return nil, fmt.Errorf("run gosec in %s: %w", m.Dir, err)
		}
		if res.Exit != 0 {
			return nil, fmt.Errorf("run gosec in %s: %s", m.Dir, last(res.Stderr))
		}
		var report gosecReport
		if err := decode("gosec", res.Stdout, &report); err != nil {
			return nil, err
		}
		r.Version = report.Version
		files += report.Files
		for _, i := range report.Issues {
			first, _, _ := strings.Cut(i.Line, "-")
			line, err := strconv.Atoi(first)
			if err != nil {
				return nil, fmt.Errorf("read the output of gosec: line %q of %s", i.Line, i.File)
			}
			name, ok := relative(e.Tree.Root, i.File)
			if !ok {
				name, line = cgoSource(m.Dir, i.File, line)
			}
			r.Findings = append(r.Findings, finding.Finding{
				Scanner: "gosec", ID: i.Rule, Component: name, Line: line, Severity: i.Severity, Rank: finding.Called, Summary: i.Text,
			})
		}
	}
	r.Input = fmt.Sprintf("%d Go files", files)
	r.Findings = finding.Merge(r.Findings)
	return r, nil
}

var lineDirective = regexp.MustCompile(`^//line ([^:]+):([0-9]+)`)

// cgoSource finds the file that cgo made a generated file from: gosec names the generated one, which lies in the build
// cache. Line directives say where each part came from.
func cgoSource(module, generated string, line int) (string, int) {
	text, err := os.ReadFile(generated)
	name, at := path.Join(module, "(generated by cgo)"), 0
	if err != nil {
		return name, line
	}
	n := 0
	for l := range strings.Lines(string(text)) {
		if n++; n > line {
			break
		}
		at++
		if m := lineDirective.FindStringSubmatch(l); m != nil {
			name = path.Join("internal/capi", path.Base(filepath.ToSlash(m[1])))
			at, _ = strconv.Atoi(m[2])
			at-- // the directive is about the line after it
		}
	}
	return name, at
}
