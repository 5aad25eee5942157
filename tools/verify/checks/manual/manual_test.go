// SPDX-License-Identifier: MIT

package manual

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	blocks, err := Parse("text\n\n```sh\nnot run\n```\n<!-- run -->\n```sh\na\nb\n```\n<!-- run, refuses, needs x, needs y -->\n```sh\nc\n```\n")
	if err != nil || len(blocks) != 2 || blocks[0].Commands != "a\nb\n" || blocks[0].Refuses || !blocks[1].Refuses || len(blocks[1].Needs) != 2 || blocks[0].Line != 8 {
		t.Errorf("Parse = %+v, %v", blocks, err)
	}
	for name, page := range map[string]string{
		"nothing to run": "```sh\na\n```\n",
		"no block":       "<!-- run -->\n\n```sh\na\n```\n",
		"no end":         "<!-- run -->\n```sh\na\n",
		"unknown word":   "<!-- run, sometimes -->\n```sh\na\n```\n",
		"open comment":   "<!-- run\n```sh\na\n```\n",
	} {
		if _, err := Parse(page); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if r := (Result{State: stateNotRun}); r.OK() || !strings.Contains(stateNotRun, "not") {
		t.Error("what was not run is not as it should be")
	}
}

func TestTests(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "a_test.go"), []byte("package a\n\nfunc TestA(t *testing.T) {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for page, want := range map[string]int{"| `x: TestA` |": 0, "`.: TestA`": 0, "no test": 0} {
		if n, err := Tests(page, root); n != want || err == nil {
			t.Errorf("%q: %d, %v", page, n, err)
		}
	}
	if err := os.Mkdir(filepath.Join(root, "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(root, "a_test.go"), filepath.Join(root, "x", "a_test.go")); err != nil {
		t.Fatal(err)
	}
	if n, err := Tests("| `x: TestA` |", root); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := Tests("| `x: TestA`, `x: TestB` |", root); err == nil {
		t.Error("a test that is not there")
	}
}
