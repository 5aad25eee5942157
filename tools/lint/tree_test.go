// SPDX-License-Identifier: MIT

package lint

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTracked(t *testing.T) {
	there := treeOf(t, map[string]string{"b.go": "", "a/c.go": "", "ignored": ""})
	if err := os.Symlink("b.go", filepath.Join(there.Root, "link.go")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		runner Runner
		files  string
		err    string
	}{
		{"sorted, once, without gone files, links apart", script{"ls-files": {Stdout: []byte("b.go\x00a/c.go\x00b.go\x00gone.go\x00link.go\x00")}}, "a/c.go b.go", ""},
		{"no git", script{}, "", "run git"},
		{"no clone", script{"ls-files": {Exit: 128, Stderr: []byte("fatal: not a git repository\n")}}, "", "not a git repository"},
		{"an empty clone", script{"ls-files": {}}, "", "git knows none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree, err := Tracked(t.Context(), c.runner, there.Root)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(tree.Files, " "); got != c.files {
				t.Errorf("files %q, want %q", got, c.files)
			}
			if got := tree.Links["link.go"]; len(tree.Links) != 1 || got != "b.go" {
				t.Errorf("links %q, want link.go to b.go", tree.Links)
			}
		})
	}
}

func TestFindRoot(t *testing.T) {
	tree := treeOf(t, map[string]string{"MODULE.bazel": "", "a/b/c.go": ""})
	if got, err := FindRoot(filepath.Join(tree.Root, "a", "b")); err != nil || got != tree.Root {
		t.Errorf("FindRoot = %q, %v; want %q", got, err, tree.Root)
	}
	if _, err := FindRoot("/"); err == nil {
		t.Error("a root was found outside any repository")
	}
}

func TestReadLimits(t *testing.T) {
	tree := treeOf(t, map[string]string{"big.go": ""})
	if err := os.Truncate(filepath.Join(tree.Root, "big.go"), maxFile+1); err != nil {
		t.Fatal(err)
	}
	if _, err := checkFormat(t.Context(), tree); err == nil || !strings.Contains(err.Error(), "larger than 16 MiB") {
		t.Errorf("a huge file: %v", err)
	}
	tree.Files = []string{"gone.go"}
	if _, err := checkFormat(t.Context(), tree); err == nil || !strings.Contains(err.Error(), "gone.go") {
		t.Errorf("a file that vanished: %v", err)
	}
}

func TestModules(t *testing.T) {
	for _, c := range []struct {
		name, file, content, err string
	}{
		{"a module", "go.mod", "module x\n\ngo 1.26.0\n", ""},
		{"no go line", "go.mod", "module x\n", "lacks"},
		{"test data only", "a/testdata/go.mod", "module x\n\ngo 1.26.0\n", "no go.mod"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := treeOf(t, map[string]string{c.file: c.content}).Modules(t.Context())
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("error %v, want %q", err, c.err)
			}
		})
	}
}

func TestFormatNamesTheLine(t *testing.T) {
	findings, err := checkFormat(t.Context(), treeOf(t, map[string]string{
		"a.go": "package a\n\nvar  x = 1\n", "b.go": "package b\n\nfunc {\n", "c.go": "package c\n",
	}))
	if err != nil || len(findings) != 2 || findings[0].Line != 3 || findings[1].Line != 3 || !strings.HasPrefix(findings[1].Message, "syntax: ") {
		t.Errorf("findings %v, error %v", findings, err)
	}
}

func TestLicence(t *testing.T) {
	findings, err := checkLicence(t.Context(), treeOf(t, map[string]string{
		"run":   "#!/bin/sh\n# " + licence + "\n",
		"walk":  "#!/bin/sh\n",
		"a.c":   "/* one */\n/* two */\n/* three */\n// " + licence + "\n",
		"a.md":  "prose\n",
		"b.go":  "// " + licence,
		"a.bzl": "# " + licence + "\n",

		"b/BUILD.bazel": "load(\":a.bzl\", \"a\")\n# " + licence + "\n",
	}))
	if err != nil || filesOf(findings) != "a.c b/BUILD.bazel walk" {
		t.Errorf("findings %v, error %v", findings, err)
	}
}

func TestSelect(t *testing.T) {
	all := Checks(Config{})
	for _, c := range []struct {
		name  string
		names []string
		want  int
		err   string
	}{
		{"all but those on request", nil, len(all) - 1, ""},
		{"on request", []string{"oldest-go"}, 1, ""},
		{"twice", []string{"spdx", "spdx"}, 1, ""},
		{"unknown", []string{"spdx", "spelling"}, 0, `"spelling"; there are gofmt`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Select(all, c.names)
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Fatalf("error %v, want %q", err, c.err)
			}
			if err == nil && len(got) != c.want {
				t.Errorf("%d checks, want %d", len(got), c.want)
			}
		})
	}
}

// A check may not notice an interrupt; what comes after it has not run, and is not clean.
func TestRunInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var ran []string
	check := func(name string) Check {
		return Check{Name: name, Run: func(context.Context, *Tree) ([]Finding, error) {
			ran = append(ran, name)
			if name == "second" {
				cancel()
			}
			return nil, nil
		}}
	}
	outcomes := Run(ctx, &Tree{}, []Check{check("first"), check("second"), check("third"), check("fourth")}, time.Now, io.Discard)
	if strings.Join(ran, " ") != "first second" || ExitCode(outcomes) != Failed {
		t.Fatalf("ran %q, exit code %d", ran, ExitCode(outcomes))
	}
	if len(outcomes) != 4 || outcomes[1].Red() || outcomes[2].Err == nil || outcomes[3].Err == nil {
		t.Errorf("outcomes %+v", outcomes)
	}
}

func TestPrint(t *testing.T) {
	outcomes := []Outcome{
		{Check: "gofmt", Elapsed: 1500 * time.Millisecond},
		{Check: "spdx", Findings: []Finding{{"a.go", 0, "its first lines lack it"}}},
		{Check: "vet", Err: context.DeadlineExceeded},
	}
	var b strings.Builder
	if err := Print(&b, outcomes); err != nil {
		t.Fatal(err)
	}
	want := "a.go:1: its first lines lack it [spdx]\n" +
		"lint: vet did not run: context deadline exceeded\n" +
		"check         seconds  result\n" +
		"gofmt             1.5  clean\n" +
		"spdx              0.0  1 finding\n" +
		"vet               0.0  did not run\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	if got := ExitCode(outcomes); got != Failed {
		t.Errorf("exit code %d, want %d", got, Failed)
	}
	if got := ExitCode(outcomes[:2]); got != Found {
		t.Errorf("exit code %d, want %d", got, Found)
	}
}

func TestLinks(t *testing.T) {
	tree := &Tree{Links: map[string]string{
		"link.go": "b.go", "a/up.go": "../b.go", "a/root": "..", "a/odd": "..b.go",
		"out": "..", "a/out": "../../elsewhere", "a/absolute": "/planted",
	}}
	findings, err := checkLinks(t.Context(), tree)
	if err != nil || filesOf(findings) != "a/absolute a/out out" {
		t.Errorf("findings %v, error %v", findings, err)
	}
	if strings.Contains(findings[0].Message, "/planted") {
		t.Errorf("the finding repeats a path of the machine: %s", findings[0])
	}
}
