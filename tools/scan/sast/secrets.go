// SPDX-License-Identifier: MIT

package sast

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/gosqlite/gosqlite/tools/lint"
	"github.com/gosqlite/gosqlite/tools/scan/finding"
)

// gitleaksFiles are names of files by which gitleaks lets findings go.
var gitleaksFiles = []string{".gitleaks.toml", ".gitleaksignore"}

// secrets looks for keys and tokens in the files of the tree and nothing else: a copy of them is laid out, since gitleaks
// would also read what git ignores. What it finds is redacted before anything is written.
func secrets(ctx context.Context, e *Env) (*Result, error) {
	program, version, err := pinned(ctx, e, e.Gitleaks, "gitleaks", "github.com/zricethezav/gitleaks/v8")
	if err != nil {
		return nil, err
	}
	dir, remove, err := inTemp(e, "secrets")
	if err != nil {
		return nil, err
	}
	defer remove()
	if len(e.Tree.Files) == 0 {
		return nil, errNothing
	}
	r := &Result{Version: version, Input: fmt.Sprintf("%d files", len(e.Tree.Files))}
	for _, name := range e.Tree.Files {
		if slices.Contains(gitleaksFiles, path.Base(name)) {
			r.Findings = append(r.Findings, silence("secrets", "high", name, 1, "gitleaks would go by this file"))
			continue
		}
		data, err := e.Tree.Read(name)
		if err != nil {
			return nil, err
		}
		to := filepath.Join(dir, "tree", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(to, data, 0o600); err != nil {
			return nil, err
		}
	}
	report := filepath.Join(dir, "report.json")
	res, err := e.Runner.Run(ctx, lint.Command{Dir: filepath.Join(dir, "tree"), Env: []string{"GITLEAKS_CONFIG=", "GITLEAKS_CONFIG_TOML="}, Args: []string{
		program, "dir", "--no-banner", "--no-color", "--redact", "--ignore-gitleaks-allow", "--exit-code=0", "--report-format=json", "--report-path=" + report, ".",
	}})
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(report)
	if err != nil || res.Exit != 0 {
		return nil, fmt.Errorf("run gitleaks: it wrote no report: %s", last(res.Stderr))
	}
	var leaks []struct {
		Rule        string `json:"RuleID"`
		Description string `json:"Description"`
		File        string `json:"File"`
		Line        int    `json:"StartLine"`
	}
	if err := decode("gitleaks", text, &leaks); err != nil {
		return nil, err
	}
	for _, l := range leaks {
		r.Findings = append(r.Findings, finding.Finding{
			Scanner: "secrets", ID: l.Rule, Component: filepath.ToSlash(filepath.Clean(l.File)), Line: l.Line, Severity: "high", Rank: finding.Called, Summary: l.Description,
		})
	}
	return r, nil
}
