// SPDX-License-Identifier: MIT

package lint

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// moduleEnv is how every Go module is checked: by its own go.mod, and with cgo,
// without which the half of the driver would not be seen.
var moduleEnv = []string{"GOWORK=off", "CGO_ENABLED=1"}

type vet struct{ runner Runner }

func (v vet) check(ctx context.Context, t *Tree) ([]Finding, error) {
	return eachModule(ctx, t, func(m Module) ([]Finding, error) {
		return goVet(ctx, v.runner, t, m, moduleEnv)
	})
}

// eachModule joins the findings in all Go modules of the tree.
func eachModule(ctx context.Context, t *Tree, check func(m Module) ([]Finding, error)) ([]Finding, error) {
	modules, err := t.Modules(ctx)
	if err != nil {
		return nil, err
	}
	var all []Finding
	for _, m := range modules {
		if err := amalgamationThere(t, m); err != nil {
			return nil, err
		}
		findings, err := check(m)
		if err != nil {
			return nil, fmt.Errorf("module %s: %w", m.Path, err)
		}
		all = append(all, findings...)
	}
	return order(all), nil
}

// amalgamationThere says what to do when SQLite's source, which is fetched and
// never committed, is not in its place: cgo would fail on every file above it.
func amalgamationThere(t *Tree, m Module) error {
	if m.Dir != "." || !slices.Contains(t.Files, "internal/capi/amalgamation.c") || exists(t, "internal/capi/sqlite3.c") {
		return nil
	}
	return errors.New("find internal/capi/sqlite3.c: it is not there; run ./bazelw run //internal/capi:amalgamation")
}

func goVet(ctx context.Context, r Runner, t *Tree, m Module, env []string) ([]Finding, error) {
	res, err := r.Run(ctx, Command{Dir: t.dir(m), Env: env, Args: []string{"go", "vet", "./..."}})
	if err != nil {
		return nil, err
	}
	findings := diagnostics(res.Stderr, t, m)
	if res.Exit != 0 && len(findings) == 0 {
		return nil, fmt.Errorf("run go vet: %s", lastLines(res.Stderr))
	}
	if res.Exit == 0 {
		// Notes of compilers and linkers, which go vet prints and lets pass.
		return nil, nil
	}
	return findings, nil
}

var diagnosticLine = regexp.MustCompile(`(?m)^(?:vet: )?(\S+?\.\w+):(\d+)(?::\d+)?: (.+)$`)

// diagnostics are the lines of the form file:line:column: message.
func diagnostics(output []byte, t *Tree, m Module) []Finding {
	var findings []Finding
	for _, d := range diagnosticLine.FindAllSubmatch(output, -1) {
		line, _ := strconv.Atoi(string(d[2])) // digits only; too many give the largest number
		findings = append(findings, Finding{t.relative(m, string(d[1])), line, string(d[3])})
	}
	return findings
}

func (t *Tree) dir(m Module) string { return filepath.Join(t.Root, filepath.FromSlash(m.Dir)) }

// relative turns what a tool that ran in a module calls a file into its name in
// the tree.
func (t *Tree) relative(m Module, name string) string {
	if filepath.IsAbs(name) {
		if rel, err := filepath.Rel(t.Root, name); err == nil && !strings.HasPrefix(rel, "..") {
			return filepath.ToSlash(rel)
		}
		return name
	}
	return path.Join(m.Dir, filepath.ToSlash(name))
}
