// SPDX-License-Identifier: MIT

package main

import (
	"testing"

	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

func TestKnowsItsWorkloads(t *testing.T) {
	ran := 0
	for _, w := range workload.All() {
		round, err := w.Prepare(&workload.Env{Driver: floor, Dir: t.TempDir(), Size: workload.Tiny})
		if err == workload.ErrNotOffered {
			continue
		}
		for range 2 {
			if err == nil {
				_, err = round.Once()
			}
		}
		if err != nil {
			t.Errorf("%s: %v", w.Name, err)
		}
		ran++
	}
	if ran != len(floor.Only) {
		t.Errorf("%d workloads of %d", ran, len(floor.Only))
	}
}
