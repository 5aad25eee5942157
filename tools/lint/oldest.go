// SPDX-License-Identifier: MIT

package lint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
)

// OldestGo is the newest patch of the oldest Go line that the go line of go.mod
// admits. Earlier patches of that line are the same language and library with
// known holes, so nobody is asked to test with them.
const OldestGo = "go1.26.8"

type oldest struct{ runner Runner }

func (o oldest) check(ctx context.Context, t *Tree) ([]Finding, error) {
	modules, err := t.Modules(ctx)
	if err != nil {
		return nil, err
	}
	root := modules[0]
	if root.Dir != "." {
		return nil, errors.New("find the root module: the tree has no go.mod at its root")
	}
	if line := strings.TrimPrefix(OldestGo, "go"); goVersionLine(root.Go) != goVersionLine(line) {
		return []Finding{{"go.mod", 0, fmt.Sprintf("go %s, but the oldest Go that is tested is %s; change OldestGo in tools/lint/oldest.go", root.Go, line)}}, nil
	}
	if err := amalgamationThere(t, root); err != nil {
		return nil, err
	}
	env := append(slices.Clone(moduleEnv), "GOTOOLCHAIN="+OldestGo)
	res, err := o.runner.Run(ctx, Command{Dir: t.Root, Env: env, Args: []string{"go", "env", "GOVERSION"}})
	if err != nil {
		return nil, err
	}
	if got := strings.TrimSpace(string(res.Stdout)); res.Exit != 0 || got != OldestGo {
		return nil, fmt.Errorf("get %s: the go command gave %q: %s; it downloads %s from GOPROXY when the machine has another", OldestGo, got, lastLines(res.Stderr), OldestGo)
	}
	findings, err := goVet(ctx, o.runner, t, root, env)
	if err != nil || len(findings) > 0 {
		return order(findings), err
	}
	res, err = o.runner.Run(ctx, Command{Dir: t.Root, Env: env, Args: []string{"go", "test", "-json", "./..."}})
	if err != nil {
		return nil, err
	}
	findings, err = testFindings(res, root)
	return order(findings), err
}

// goVersionLine is 1.26 for 1.26.0 and 1.26.8.
func goVersionLine(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// event is one line of go test -json: https://pkg.go.dev/cmd/test2json
type event struct {
	Action, Package, ImportPath, Test, Output string
}

// testFindings has one finding for each test that failed, and for each package
// that failed without a failed test. A run in which no test passed is an error.
func testFindings(res Result, m Module) ([]Finding, error) {
	output := map[[2]string]*strings.Builder{} // by package and test
	failed := map[string][]string{}            // tests by package; "" is the package
	passed := 0
	for decoder := json.NewDecoder(bytes.NewReader(res.Stdout)); ; {
		var e event
		if err := decoder.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("read the output of go test: %w: %s", err, lastLines(res.Stderr))
		}
		if e.Action == "build-output" {
			e.Package, _, _ = strings.Cut(e.ImportPath, " ")
		}
		key := [2]string{e.Package, e.Test}
		if output[key] == nil {
			output[key] = &strings.Builder{}
		}
		output[key].WriteString(e.Output)
		switch {
		case e.Action == "pass" && e.Test != "":
			passed++
		case e.Action == "fail":
			failed[e.Package] = append(failed[e.Package], e.Test)
		}
	}
	var findings []Finding
	for _, pkg := range slices.Sorted(maps.Keys(failed)) {
		for _, test := range failed[pkg] {
			if test == "" && len(failed[pkg]) > 1 {
				continue
			}
			dir := path.Join(m.Dir, strings.TrimPrefix(strings.TrimPrefix(pkg, m.Path), "/"))
			words := lastLines([]byte(output[[2]string{pkg, test}].String()))
			findings = append(findings, Finding{dir, 0, strings.TrimSpace("go test "+test) + " with " + OldestGo + ": " + words})
		}
	}
	if len(findings) == 0 && res.Exit != 0 {
		return nil, fmt.Errorf("run go test: %s", lastLines(res.Stderr))
	}
	if len(findings) == 0 && passed == 0 {
		return nil, errors.New("run go test: no test ran")
	}
	return findings, nil
}
