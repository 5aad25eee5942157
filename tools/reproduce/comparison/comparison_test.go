// SPDX-License-Identifier: MIT

package comparison_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/reproduce/command"
	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/comparison"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
	lt "github.com/gosqlite/gosqlite/tools/reproduce/execlog/execlogtest"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
)

func runs(dir string, args ...string) (code int, stdout, stderr string) {
	var out, err strings.Builder
	code = comparison.Run(args, &command.Terminal{Program: "compare", Stdout: &out, Stderr: &err, Environ: []string{"BUILD_WORKING_DIRECTORY=" + dir}})
	return code, out.String(), err.String()
}

func file(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// side makes dir/NAME, a release folder and an execution root, and dir/NAME.json, their ledger.
func side(t *testing.T, dir, name, content string, s ledger.Side) {
	t.Helper()
	root := filepath.Join(dir, name)
	file(t, filepath.Join(root, "x"), content)
	log, err := execlog.Read(bytes.NewReader(lt.Log(lt.Spawn{Mnemonic: "Link", Label: "//:x", Inputs: map[string]string{"x.c": "c"}, Outputs: map[string]string{"x": content}},
		lt.Spawn{Mnemonic: "Early", Label: "//:e", Outputs: map[string]string{"e": "e"}})))
	if err != nil {
		t.Fatal(err)
	}
	files, err := compare.Tree(root)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.New(files, []*execlog.Log{log}, s)
	if err != nil {
		t.Fatal(err)
	}
	text, err := l.Encode()
	if err != nil {
		t.Fatal(err)
	}
	file(t, root+".json", string(text))
}

func TestCompareLedgers(t *testing.T) {
	dir := t.TempDir()
	one := ledger.Side{Kernel: "6.1", Boot: "b", Machine: "m", Distribution: "D 1"}
	side(t, dir, "a", "made 1", one)
	side(t, dir, "same", "made 1", ledger.Side{Kernel: "6.1", Boot: "b", Machine: "n", Distribution: "E 2"})
	side(t, dir, "other", "made 2", ledger.Side{Kernel: "6.9", Boot: "c", Machine: "o"})
	file(t, filepath.Join(dir, "text"), "no ledger")
	for _, c := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string
	}{
		{"equal", []string{"a.json", "same.json"}, 0, "2 actions: 2 PASS", ""},
		{"another root", []string{"a.json", "same.json"}, 0, "sides: other root, same machine", ""},
		{"another machine", []string{"a.json", "other.json"}, 3, "sides: other machine", ""},
		{"different: the action", []string{"a.json", "other.json"}, 3, "first action that differs: Link //:x (culprit)", ""},
		{"different: the output's place", []string{"--root-a", "a", "--root-b", "other", "a.json", "other.json"}, 3, `byte at 0x5: A "made 1", B "made 2"`, ""},
		{"different: the file's place", []string{"--files-a", "a", "--files-b", "other", "a.json", "other.json"}, 3, `content differs: byte at 0x5`, ""},
		{"a ledger and an equal folder", []string{"a.json", "same"}, 0, "actions: not compared", ""},
		{"a folder and a different ledger", []string{"a", "other.json"}, 3, "content differs", ""},
		{"no ledger", []string{"a.json", "text"}, 1, "", "read ledger"},
		{"not there", []string{"a.json", "none"}, 1, "", "none"},
		{"a ledger with a log", []string{"--log-a", "text", "--log-b", "text", "a.json", "same.json"}, 1, "", "go with folders"},
		{"a folder with files", []string{"--files-a", "a", "a", "same"}, 1, "", "go with ledgers"},
		{"one side", []string{"a.json"}, 2, "", "two folders or ledgers"},
	} {
		code, stdout, stderr := runs(dir, c.args...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%s: exit %d, want %d\nstdout: %s\nstderr: %s", c.name, code, c.code, stdout, stderr)
		}
	}
}

// TestDiffoscope has a program of that name that says which files it was given.
func TestDiffoscope(t *testing.T) {
	dir := t.TempDir()
	side(t, dir, "a", "made 1", ledger.Side{})
	side(t, dir, "other", "made 2", ledger.Side{})
	if err := os.WriteFile(filepath.Join(dir, "diffoscope"), []byte("#!/bin/sh\necho \"differs: $6\"; exit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	code, stdout, stderr := runs(dir, "a", "other")
	if code != 3 || !strings.Contains(stdout, "differs: "+filepath.Join(dir, "other", "x")) {
		t.Errorf("exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
	}
	if _, stdout, _ := runs(dir, "a", "a"); strings.Contains(stdout, "differs: ") {
		t.Errorf("asked about equal files: %s", stdout)
	}
}

// BenchmarkLedgers compares two ledgers of the size that the whole matrix has.
func BenchmarkLedgers(b *testing.B) {
	var spawns []lt.Spawn
	for i := range 4000 {
		outputs := map[string]string{}
		for j := range 8 {
			outputs[fmt.Sprintf("bazel-out/cfg/bin/p%d/o%d", i, j)] = fmt.Sprint(i, j)
		}
		spawns = append(spawns, lt.Spawn{Mnemonic: "GoCompile", Label: fmt.Sprintf("//p:%d", i), Outputs: outputs})
	}
	log, err := execlog.Read(bytes.NewReader(lt.Log(spawns...)))
	if err != nil {
		b.Fatal(err)
	}
	l, err := ledger.New(nil, []*execlog.Log{log}, ledger.Side{})
	if err != nil {
		b.Fatal(err)
	}
	text, err := l.Encode()
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.json"), text, 0o644); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if code, stdout, stderr := runs(dir, "a.json", "a.json"); code != 1 { // there are no files in it
			b.Fatalf("exit %d: %s %s", code, stdout, stderr)
		}
	}
	b.ReportMetric(float64(len(text)), "ledger-bytes")
}
