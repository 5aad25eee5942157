// SPDX-License-Identifier: MIT

package sast

import (
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
