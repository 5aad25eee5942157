// SPDX-License-Identifier: MIT

package lint

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// script answers commands by the last argument that it knows, as a machine
// whose tools find nothing; tests override single answers.
type script map[string]Result

func (s script) Run(_ context.Context, c Command) (Result, error) {
	for i := len(c.Args) - 1; i >= 0; i-- {
		if res, ok := s[c.Args[i]]; ok {
			return res, nil
		}
	}
	return Result{}, errors.New("run " + strings.Join(c.Args, " "))
}

// healthyMachine finds nothing in a tree that holds the named Starlark files.
func healthyMachine(t *testing.T, starlark []string) script {
	t.Helper()
	var v verdict
	for _, name := range starlark {
		v.Files = append(v.Files, judgement{Name: name, Formatted: true, Valid: true})
	}
	judged, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return script{
		"staticcheck": {Stdout: []byte("/bin/staticcheck\n")},
		"buildifier":  {Stdout: []byte("/bin/buildifier\n")},
		"json":        {}, // staticcheck -f json ./...
		"vet":         {},
		"GOVERSION":   {Stdout: []byte(OldestGo + "\n")},
		"test":        {Stdout: []byte(`{"Action":"pass","Package":"p","Test":"TestSize"}` + "\n")},

		"-format=json": {Stdout: judged},
	}
}

// plantedTree lays a plant out and lists its files.
func plantedTree(t *testing.T, p Plant) *Tree {
	t.Helper()
	dir := t.TempDir()
	if err := p.Write(dir); err != nil {
		t.Fatal(err)
	}
	tree, err := Walked(dir)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func plantNamed(t *testing.T, name string) Plant {
	t.Helper()
	for _, p := range Plants() {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("no plant is named %q", name)
	return Plant{}
}

// The programs of the Go toolchain have no place in the sandbox of a test, so
// their checks get the programs' own words here; lint --plants runs them.
func TestPlants(t *testing.T) {
	unused := Result{Exit: 4, Stdout: []byte(`{"success":false,"files":[` +
		`{"filename":"MODULE.bazel","formatted":true,"valid":true},{"filename":"platforms/BUILD.bazel","formatted":true,"valid":true},` +
		`{"filename":"platforms/matrix.bzl","formatted":true,"valid":true},{"filename":"platforms/planted.bzl","formatted":true,"valid":true,` +
		`"warnings":[{"start":{"line":6},"category":"unused-variable","message":"Variable \"unused\" is unused."}]}]}`)}
	said := map[string]struct {
		arg    string
		result Result
	}{
		"no blanks": {"-format=json", Result{Exit: 4, Stdout: []byte(`{"success":false,"files":[` +
			`{"filename":"MODULE.bazel","formatted":true,"valid":true},{"filename":"platforms/BUILD.bazel","formatted":true,"valid":true},` +
			`{"filename":"platforms/matrix.bzl","formatted":true,"valid":true},{"filename":"platforms/planted.bzl","formatted":false,"valid":true}]}`)}},
		"an unused variable": {"-format=json", unused},
		// It says this only when it is told to read no such file.
		"a file that quiets buildifier": {"-config=off", unused},
		"a copied lock":                 {"vet", Result{Exit: 1, Stderr: []byte("# github.com/gosqlite/gosqlite/tools\n./planted.go:8:16: Planted passes lock by value: sync.Mutex\n")}},
		"an unused function": {"json", Result{Exit: 1, Stdout: []byte(`{"code":"U1000","severity":"error",` +
			`"location":{"file":"driver/planted.go","line":5,"column":6},"message":"func planted is unused"}` + "\n")}},
		"a failing test": {"test", Result{Exit: 1, Stdout: []byte(`{"Action":"output","Package":"github.com/gosqlite/gosqlite/driver","Test":"TestPlanted","Output":"planted_test.go:7: planted\n"}` + "\n" +
			`{"Action":"fail","Package":"github.com/gosqlite/gosqlite/driver","Test":"TestPlanted"}` + "\n" +
			`{"Action":"fail","Package":"github.com/gosqlite/gosqlite/driver"}` + "\n")}},
	}
	seen := map[string]bool{}
	for _, p := range Plants() {
		t.Run(p.Name, func(t *testing.T) {
			tree := plantedTree(t, p)
			var starlark []string
			for _, name := range tree.Files {
				if isStarlark(name) {
					starlark = append(starlark, name)
				}
			}
			machine := healthyMachine(t, starlark)
			var runner Runner = machine
			switch s, ok := said[p.Name]; {
			case p.Check == "vet": // in the tools module alone, since the oldest Go vets the root module
				runner = vetOf{machine, filepath.Join(tree.Root, "tools"), s.result}
			case ok:
				machine[s.arg] = s.result
			}
			checks := Checks(PlantConfig(runner, "/tools"))
			outcomes := Run(context.Background(), tree, checks, time.Now, io.Discard)
			if len(outcomes) != len(checks) {
				t.Fatalf("%d of %d checks ran", len(outcomes), len(checks))
			}
			if err := p.Judge(outcomes); err != nil {
				t.Error(err)
			}
			want := Found
			if p.Check == "" {
				want = Clean
			}
			if got := ExitCode(outcomes); got != want {
				t.Errorf("exit code %d, want %d", got, want)
			}
		})
		seen[p.Check] = true
	}
	for _, c := range Checks(Config{}) {
		if !seen[c.Name] {
			t.Errorf("check %s has no plant", c.Name)
		}
	}
}

// vetOf answers go vet with res in one folder.
type vetOf struct {
	script
	dir string
	res Result
}

func (v vetOf) Run(ctx context.Context, c Command) (Result, error) {
	if c.Dir == v.dir && c.Args[0] == "go" && c.Args[1] == "vet" {
		return v.res, nil
	}
	return v.script.Run(ctx, c)
}

func TestJudgeSeesWrongPlants(t *testing.T) {
	red := Outcome{Check: "spdx", Findings: []Finding{{File: "a.go"}}}
	for _, c := range []struct {
		name     string
		plant    Plant
		outcomes []Outcome
		want     string
	}{
		{"its check stays green", Plant{Check: "spdx"}, []Outcome{{Check: "spdx"}}, "is not red"},
		{"another check is red", Plant{Check: "gofmt"}, []Outcome{{Check: "gofmt", Findings: red.Findings}, red}, "spdx is red"},
		{"red by not running", Plant{Check: "spdx"}, []Outcome{{Check: "spdx", Err: errors.New("no go")}}, "did not run"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.plant.Judge(c.outcomes); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestWriteFailsInAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := plantNamed(t, "healthy tree").Write(file); err == nil {
		t.Error("writing a tree into a file succeeded")
	}
}
