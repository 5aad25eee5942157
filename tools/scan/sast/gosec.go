// SPDX-License-Identifier: MIT

package sast

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
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

// GosecModule runs gosec on the Go module in dir, without the folders in excluded, and writes a report for this package.
// A package that cannot be loaded is an error: it would look clean.
func GosecModule(stdout io.Writer, dir string, excluded []string) error {
	var except []*regexp.Regexp
	for _, name := range append([]string{"testdata", "vendor"}, excluded...) {
		except = append(except, regexp.MustCompile(`(^|/)`+regexp.QuoteMeta(name)+`(/|$)`))
	}
	found, err := gosec.PackagePaths(filepath.Join(dir, "..."), nil)
	if err != nil {
		return fmt.Errorf("run gosec: %w", err)
	}
	var packages []string
	for _, name := range found {
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return fmt.Errorf("run gosec: %w", err)
		}
		if !slices.ContainsFunc(except, func(r *regexp.Regexp) bool { return r.MatchString(filepath.ToSlash(rel)) }) {
			packages = append(packages, name)
		}
	}
	slices.Sort(packages)
	config := gosec.NewConfig()
	config.SetGlobal(gosec.Nosec, "true") // comments such as #nosec count for nothing
	a := gosec.NewAnalyzer(config, false, false, false, runtime.GOMAXPROCS(0), log.New(io.Discard, "", 0))
	a.LoadRules(rules.Generate(false).RulesInfo())
	a.LoadAnalyzers(analyzers.Generate(false).AnalyzersInfo())
	if err := a.Process(nil, packages...); err != nil {
		return fmt.Errorf("run gosec: %w", err)
	}
	issues, metrics, errs := a.Report()
	for _, file := range slices.Sorted(maps.Keys(errs)) {
		return fmt.Errorf("run gosec: %s: %s", file, errs[file][0].Err)
	}
	if metrics.NumFiles == 0 {
		return fmt.Errorf("run gosec: %s has no Go files", dir)
	}
	report := gosecReport{Version: linked.Version("github.com/securego/gosec/v2"), Files: metrics.NumFiles}
	for _, i := range issues {
		report.Issues = append(report.Issues, gosecIssue{i.RuleID, strings.ToLower(i.Severity.String()), i.What, i.File, i.Line})
	}
	return json.NewEncoder(stdout).Encode(report)
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
		args := []string{e.Self, GosecWorker, dir}
		for _, other := range modules {
			if other.Dir == m.Dir {
				continue
			}
			if m.Dir == "." {
				args = append(args, other.Dir)
			} else if inner, ok := strings.CutPrefix(other.Dir, m.Dir+"/"); ok {
				args = append(args, inner)
			}
		}
		res, err := e.Runner.Run(ctx, lint.Command{Dir: dir, Env: []string{"GOWORK=off", "CGO_ENABLED=1"}, Args: args})
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
