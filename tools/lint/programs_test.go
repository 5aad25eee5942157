// SPDX-License-Identifier: MIT

package lint

import (
	"strings"
	"testing"
)

// A program that is not there, fails or says something else is an error and
// never a clean check.
func TestProgramsThatFail(t *testing.T) {
	passed := Result{Stdout: []byte(`{"Action":"pass","Package":"p","Test":"TestSize"}` + "\n")}
	for _, c := range []struct {
		name   string
		check  string
		change func(machine script)
		want   string
	}{
		{"no go for vet", "vet", func(m script) { delete(m, "vet") }, "run go vet"},
		{"vet fails without a finding", "vet", func(m script) { m["vet"] = Result{Exit: 1, Stderr: []byte("go: no toolchain\n")} }, "no toolchain"},
		{"staticcheck is not built", "staticcheck", func(m script) { m["staticcheck"] = Result{Exit: 1, Stderr: []byte("no such tool\n")} }, "no such tool"},
		{"staticcheck does not start", "staticcheck", func(m script) { delete(m, "json") }, "run /bin/staticcheck"},
		{"staticcheck fails without a finding", "staticcheck", func(m script) { m["json"] = Result{Exit: 1, Stderr: []byte("flag\n")} }, "run staticcheck: flag"},
		{"staticcheck speaks no JSON", "staticcheck", func(m script) { m["json"] = Result{Stdout: []byte("ok")} }, "read the output"},
		{"buildifier is not built", "buildifier", func(m script) { m["buildifier"] = Result{} }, "build buildifier"},
		{"buildifier speaks no JSON", "buildifier", func(m script) { m["-format=json"] = Result{Exit: 2, Stderr: []byte("usage\n")} }, "usage"},
		{"buildifier judges too few", "buildifier", func(m script) { m["-format=json"] = Result{Stdout: []byte(`{"files":[]}`)} }, "judged 0 of 3"},
		{"another Go", "oldest-go", func(m script) { m["GOVERSION"] = Result{Stdout: []byte("go1.27.4\n")} }, `gave "go1.27.4"`},
		{"no such Go", "oldest-go", func(m script) { m["GOVERSION"] = Result{Exit: 1, Stderr: []byte("toolchain not available\n")} }, "not available"},
		{"no test ran", "oldest-go", func(m script) { m["test"] = Result{Stdout: []byte(`{"Action":"skip","Package":"p"}`)} }, "no test ran"},
		{"go test fails without a word", "oldest-go", func(m script) { m["test"] = Result{Exit: 1, Stdout: passed.Stdout, Stderr: []byte("killed\n")} }, "run go test: killed"},
		{"go test speaks no JSON", "oldest-go", func(m script) { m["test"] = Result{Stdout: []byte("FAIL")} }, "read the output"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := plantedTree(t, plantNamed(t, "healthy tree"))
			machine := healthyMachine(t, []string{"MODULE.bazel", "platforms/BUILD.bazel", "platforms/matrix.bzl"})
			c.change(machine)
			selected, err := Select(Checks(PlantConfig(machine, "/tools")), []string{c.check})
			if err != nil {
				t.Fatal(err)
			}
			findings, err := selected[0].Run(t.Context(), tree)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("findings %v, error %v; want an error with %q", findings, err, c.want)
			}
			if got := ExitCode([]Outcome{{Err: err}}); got != Failed {
				t.Errorf("exit code %d, want %d", got, Failed)
			}
		})
	}
}

func TestAmalgamationIsMissing(t *testing.T) {
	files := map[string]string{"go.mod": healthy["go.mod"], "internal/capi/amalgamation.c": "#include \"sqlite3.c\"\n"}
	for _, name := range []string{"vet", "staticcheck", "oldest-go"} {
		selected, err := Select(Checks(PlantConfig(healthyMachine(t, nil), "/tools")), []string{name})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := selected[0].Run(t.Context(), treeOf(t, files)); err == nil || !strings.Contains(err.Error(), "./bazelw run //internal/capi:amalgamation") {
			t.Errorf("%s without the amalgamation: %v", name, err)
		}
		files["internal/capi/sqlite3.c"] = ""
		if _, err := selected[0].Run(t.Context(), treeOf(t, files)); err != nil {
			t.Errorf("%s with the amalgamation: %v", name, err)
		}
		delete(files, "internal/capi/sqlite3.c")
	}
}

func TestOldestGoFollowsGoMod(t *testing.T) {
	tree := treeOf(t, map[string]string{"go.mod": "module x\n\ngo 1.27.0\n"})
	findings, err := oldest{script{}}.check(t.Context(), tree)
	if err != nil || len(findings) != 1 || findings[0].File != "go.mod" {
		t.Errorf("findings %v, error %v; want one in go.mod", findings, err)
	}
}

func TestDiagnostics(t *testing.T) {
	tree := &Tree{Root: t.TempDir()}
	output := "# example.org/x\nvet: ./a.go:3:2: undefined: y\nb/c.go:7: no column\n" + tree.Root + "/tools/d.go:1:1: absolute\nnot a place: really\n"
	var got []string
	for _, f := range diagnostics([]byte(output), tree, Module{Dir: "tools"}) {
		got = append(got, f.String())
	}
	want := "tools/a.go:3: undefined: y\ntools/b/c.go:7: no column\ntools/d.go:1: absolute"
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

func TestPackageThatDoesNotBuild(t *testing.T) {
	res := Result{Exit: 1, Stdout: []byte(`{"ImportPath":"x/driver [x/driver.test]","Action":"build-output","Output":"driver/a.go:3:1: syntax error\n"}` + "\n" +
		`{"Action":"fail","Package":"x/driver"}` + "\n")}
	findings, err := testFindings(res, Module{Dir: ".", Path: "x"})
	if err != nil || len(findings) != 1 || findings[0].File != "driver" || !strings.Contains(findings[0].Message, "syntax error") {
		t.Errorf("findings %v, error %v", findings, err)
	}
}
