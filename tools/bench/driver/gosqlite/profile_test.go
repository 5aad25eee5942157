// SPDX-License-Identifier: MIT

package main

import (
	"testing"

	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

// BenchmarkWorkload runs rounds of one workload under the profiler:
//
//	GOWORK=off go -C tools/bench test ./driver/gosqlite -run - -bench 'Workload/^insert$' -cpuprofile FILE
func BenchmarkWorkload(b *testing.B) {
	for _, w := range workload.All() {
		b.Run(w.Name, func(b *testing.B) {
			round, err := w.Prepare(&workload.Env{Driver: Driver, Dir: b.TempDir(), Size: workload.Quick})
			if err != nil {
				b.Fatal(err)
			}
			defer round.Close()
			ops := 0
			for b.Loop() {
				seen, err := round.Once()
				if err != nil {
					b.Fatal(err)
				}
				ops += seen.Ops
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(ops), "ns/operation")
		})
	}
}
