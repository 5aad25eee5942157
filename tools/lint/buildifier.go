// SPDX-License-Identifier: MIT

package lint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

type buildifier struct {
	runner   Runner
	toolsDir string
}

// verdict is what buildifier -format=json says:
// https://github.com/bazelbuild/buildtools/tree/main/buildifier#readme
type verdict struct {
	Files []judgement `json:"files"`
}

type judgement struct {
	Name      string    `json:"filename"`
	Formatted bool      `json:"formatted"`
	Valid     bool      `json:"valid"`
	Warnings  []warning `json:"warnings"`
}

type warning struct {
	Start    struct{ Line int } `json:"start"`
	Category string             `json:"category"`
	Message  string             `json:"message"`
}

func isStarlark(name string) bool {
	base := path.Base(name)
	return path.Ext(name) == ".bzl" || path.Ext(name) == ".BUILD" || base == "BUILD" || base == "BUILD.bazel" || strings.HasSuffix(base, "MODULE.bazel")
}

func (b buildifier) check(ctx context.Context, t *Tree) ([]Finding, error) {
	names := slices.DeleteFunc(slices.Clone(t.Files), func(name string) bool { return !isStarlark(name) })
	if len(names) == 0 {
		return nil, errors.New("find Starlark files: the tree has none")
	}
	program, err := tool(ctx, b.runner, b.toolsDir, "buildifier")
	if err != nil {
		return nil, err
	}
	// No file that says otherwise is read: neither the tree's .buildifier.json nor one that BUILDIFIER_CONFIG names.
	args := append([]string{program, "-mode=check", "-lint=warn", "-format=json", "-config=off"}, names...)
	res, err := b.runner.Run(ctx, Command{Dir: t.Root, Args: args})
	if err != nil {
		return nil, err
	}
	var v verdict
	if err := json.Unmarshal(res.Stdout, &v); err != nil {
		return nil, fmt.Errorf("read the output of buildifier: %w: %s", err, lastLines(res.Stderr))
	}
	if len(v.Files) != len(names) {
		return nil, fmt.Errorf("run buildifier: it judged %d of %d files: %s", len(v.Files), len(names), lastLines(res.Stderr))
	}
	return order(v.findings()), nil
}

func (v verdict) findings() []Finding {
	var findings []Finding
	for _, f := range v.Files {
		switch {
		case !f.Valid:
			findings = append(findings, Finding{f.Name, 0, "syntax error; go -C tools tool buildifier ../" + f.Name + " shows it"})
		case !f.Formatted:
			findings = append(findings, Finding{f.Name, 0, "not formatted; run go -C tools tool buildifier -mode=fix ../" + f.Name})
		}
		for _, w := range f.Warnings {
			first, _, _ := strings.Cut(w.Message, "\n")
			findings = append(findings, Finding{f.Name, w.Start.Line, first + " (" + w.Category + ")"})
		}
	}
	return findings
}
