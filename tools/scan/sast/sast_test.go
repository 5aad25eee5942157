// SPDX-License-Identifier: MIT

package sast

import (
	"slices"
	"testing"

	"github.com/gosqlite/gosqlite/tools/lint"
)

func TestAnalysed(t *testing.T) {
	all := []lint.Module{{Dir: "."}, {Dir: "e2e/sbom"}, {Dir: "tools"}, {Dir: "tools/peer"}, {Dir: "tools/plugin"}, {Dir: "tools/bench"}, {Dir: "tools/benchmark"}}
	tree := &lint.Tree{Files: []string{"e2e/sbom/main.go", "driver/driver.go", "tools/a/a.go", "tools/peer/go.mod", "tools/plugin/testdata/x.go", "tools/bench/main.go", "tools/benchmark/main.go"}}
	for i, want := range []bool{true, false, true, false, false, false, true} {
		if got := Analysed(tree, all[i], all); got != want {
			t.Errorf("%s: %v", all[i].Dir, got)
		}
	}
}

// TestLeftOut: whole names of folders count, wherever testdata lies.
func TestLeftOut(t *testing.T) {
	for name, want := range map[string]bool{
		"e2e/sbom/main.go": true, "tools/bench/x.c": true, "testdata/x.go": true, "a/testdata/b/go.mod": true,
		"driver/driver.go": false, "tools/benchmark/x.go": false, "a/testdata.go": false, "a/e2e/x.go": false,
	} {
		if got := LeftOut(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestComplaints: what gosec tells its log about something that it gave up on is not lost; the rest of what it tells is.
func TestComplaints(t *testing.T) {
	var c complaints
	for _, line := range []string{
		"Import directory: /x\n", "Checking file: Error.go\n", "Panic when running SSA analyzer on package: a. Panic: planted\nStack trace:\n...\n",
		"Error running analyzer G115: planted\n", "Rule error: *rules.x => planted (a.go:1)\n",
	} {
		if n, err := c.Write([]byte(line)); n != len(line) || err != nil {
			t.Errorf("%q: %d bytes, %v", line, n, err)
		}
	}
	if want := []string{"Panic when running SSA analyzer on package: a. Panic: planted", "Error running analyzer G115: planted", "Rule error: *rules.x => planted (a.go:1)"}; !slices.Equal(c, want) {
		t.Errorf("%q, want %q", c, want)
	}
}
