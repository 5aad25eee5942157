// SPDX-License-Identifier: MIT

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/manual/page"
)

// manual is the page about the train, from this folder.
const manual = "../../docs/releasing.md"

// manualRun executes the page's command of the train in a clone, whose Bazel is made up; the text is the page's.
func manualRun(t *testing.T, text string) (code int, said, beside string) {
	t.Helper()
	blocks, err := page.Blocks(text)
	if err != nil {
		t.Fatal(err)
	}
	all, err := page.Of(blocks, "", "sh")
	if err != nil {
		t.Fatal(err)
	}
	program := []string{"./bazelw", "run", "//tools/release:build_release", "--"}
	all = slices.DeleteFunc(all, func(c page.Command) bool {
		return len(c.Words) < len(program) || !slices.Equal(c.Words[:len(program)], program)
	})
	if len(all) != 1 {
		t.Fatalf("the page runs the train %d times", len(all))
	}
	m := newMachine(t)
	beside = t.TempDir()
	clone := filepath.Join(beside, "clone")
	if err := os.Rename(m.root, clone); err != nil {
		t.Fatal(err)
	}
	m.root = clone
	t.Chdir(clone)
	code, said = m.all(all[0].Words[len(program):]...)
	return code, said, beside
}

// TestManual runs the command of docs/releasing.md as it stands there, and changed ones, which have to fail.
func TestManual(t *testing.T) {
	file, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	text := string(file)
	code, said, beside := manualRun(t, text)
	if _, err := os.Stat(filepath.Join(beside, "release-v1.2.3", "dist", "manifest.json")); code != 0 || err != nil || !strings.Contains(said, "there is to publish") {
		t.Errorf("exit code %d, %v: %s", code, err, said)
	}
	for _, plant := range [][2]string{{" --out ../release-v1.2.3", " --out release-v1.2.3"}, {" --chain CHAIN", ""}, {" --policy POLICY", ""}, {"--key KEY", "--keys KEY"}, {"--version v1.2.3 --out", "--version 1.2.3 --out"}} {
		changed := strings.Replace(text, plant[0], plant[1], 1)
		if code, said, _ := manualRun(t, changed); code == 0 || changed == text {
			t.Errorf("%q in the place of %q: nothing sees it: %s", plant[1], plant[0], said)
		}
	}
}

// TestManualNamesFlags: the page names no flag and no step that the train does not have, and leaves out no flag.
func TestManualNamesFlags(t *testing.T) {
	file, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	text := string(file)
	_, help := newMachine(t).all("--help")
	table, _, _ := strings.Cut(text[strings.Index(text, "| Flag | Does |"):], "\n\n")
	for _, f := range regexp.MustCompile("`--([a-z-]+)").FindAllStringSubmatch(table, -1) {
		if !strings.Contains(help, "--"+f[1]) {
			t.Errorf("the train has no flag --%s", f[1])
		}
	}
	for _, f := range regexp.MustCompile(`(?m)--([a-z-]+)`).FindAllStringSubmatch(help, -1) {
		if !strings.Contains(text, "--"+f[1]) {
			t.Errorf("the page does not name --%s", f[1])
		}
	}
	_, steps := newMachine(t).all("--list")
	for _, s := range regexp.MustCompile("[Ss]tep `([a-z]+)`").FindAllStringSubmatch(text, -1) {
		if !regexp.MustCompile(`(?m)^` + s[1] + ` `).MatchString(steps) {
			t.Errorf("the train has no step %s", s[1])
		}
	}
}
