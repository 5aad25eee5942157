// SPDX-License-Identifier: MIT

// Package lint holds the rules that the whole tree keeps, each as one Check:
// format, static analysis, licence lines, sizes, words and import arrows.
//
// A check reads a Tree (the files that git tracks or would track) and returns
// findings. It returns an error only when it could not run, which is a failure
// too: what was not checked is not clean.
package lint

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// Finding is one place that breaks a rule.
type Finding struct {
	File    string // slash-separated, relative to the tree's root
	Line    int    // from 1; 0 when the finding is about the whole file
	Message string
}

// String is file:line: message, which editors can jump to.
func (f Finding) String() string {
	return fmt.Sprintf("%s:%d: %s", f.File, max(f.Line, 1), f.Message)
}

// Check is one rule.
type Check struct {
	Name string
	Doc  string // one line for --list
	// OnRequest keeps a check out of a run that names none.
	OnRequest bool
	Run       func(ctx context.Context, t *Tree) ([]Finding, error)
}

// Config is what the checks need beside the tree.
type Config struct {
	Runner   Runner
	ToolsDir string                                      // folder of the Go module that pins staticcheck and buildifier
	Machine  []Secret                                    // paths that name this machine, looked for by words
	Hosts    func(ctx context.Context) ([]Secret, error) // hosts of package registries, looked for by words
	Allowed  []Allowance                                 // exceptions of words
	Oversize []Oversize                                  // exceptions of size
}

// Checks are all checks, in the order in which they run: the quick ones first.
func Checks(c Config) []Check {
	return []Check{
		{Name: "gofmt", Doc: "Go files are formatted as gofmt does it", Run: checkFormat},
		{Name: "spdx", Doc: "source files name their licence in their first lines", Run: checkLicence},
		{Name: "size", Doc: "Go files hold at most 400 lines, .bzl files 200, BUILD files 120", Run: size{c.Oversize}.check},
		{Name: "words", Doc: "no file names a path of this machine or the host of a package mirror", Run: words{c.Machine, c.Hosts, c.Allowed}.check},
		{Name: "links", Doc: "no link leads out of the tree", Run: checkLinks},
		{Name: "pages", Doc: "links of Markdown files lead to files of the tree", Run: checkPages},
		{Name: "snippets", Doc: "docs/snippets.json says by what each block of a page is executed", Run: checkSnippets},
		{Name: "names", Doc: "targets, programs and files that commands on pages name are in the tree", Run: checkNames},
		{Name: "threats", Doc: "each row of docs/threat-model.md names a test or command of the tree, and so does each past mistake", Run: checkThreats},
		{Name: "arrows", Doc: "imports, loads and includes go the one way that the layout allows", Run: checkArrows},
		{Name: "references", Doc: "each function of package sqlite names SQLite's page about it", Run: checkReferences},
		{Name: "buildifier", Doc: "BUILD and .bzl files are formatted and free of buildifier's warnings", Run: buildifier{c.Runner, c.ToolsDir}.check},
		{Name: "vet", Doc: "go vet, in each Go module", Run: vet{c.Runner}.check},
		{Name: "staticcheck", Doc: "staticcheck, in each Go module", Run: staticcheck{c.Runner, c.ToolsDir}.check},
		{Name: "oldest-go", Doc: "go vet and go test of the root module with " + OldestGo + " (only when named)", OnRequest: true, Run: oldest{c.Runner}.check},
	}
}

// Select keeps the checks that are named; without names, those that need no
// request. An unknown name is an error that lists the known ones.
func Select(checks []Check, names []string) ([]Check, error) {
	if len(names) == 0 {
		return slices.DeleteFunc(slices.Clone(checks), func(c Check) bool { return c.OnRequest }), nil
	}
	var selected []Check
	var known []string
	for _, c := range checks {
		known = append(known, c.Name)
		if slices.Contains(names, c.Name) {
			selected = append(selected, c)
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("no check is named %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	return selected, nil
}

// order makes the output of a check independent of the order of its work.
func order(findings []Finding) []Finding {
	slices.SortFunc(findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(findings)
}
