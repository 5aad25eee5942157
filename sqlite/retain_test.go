// SPDX-License-Identifier: MIT

//go:build !asan && !msan && !race

package sqlite_test

import (
	"runtime"
	"testing"
)

// TestWhatAKeptTextRetains measures the price of small arenas: rows that were
// read together share one allocation of text, so who keeps one text of 64 keeps
// them all, but never more than 16 KiB and a row.
func TestWhatAKeptTextRetains(t *testing.T) {
	c := openTest(t, ":memory:")
	const batches, perBatch = 400, 64
	for _, tt := range []struct {
		name  string
		bytes int // of each text
		most  float64
	}{
		{name: "24 bytes", bytes: 24, most: 24*perBatch + 256},
		{name: "240 bytes", bytes: 240, most: 240*perBatch + 2048},
		{name: "2400 bytes", bytes: 2400, most: 16<<10 + 2*2400 + 2048},
		{name: "24000 bytes", bytes: 24000, most: 24000 + 2048},
	} {
		s := prepare(t, c, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT ?) SELECT substr(printf('%0*d', ?2, i), 1, ?2) FROM r")
		for i, v := range []int64{batches * perBatch, int64(tt.bytes)} {
			if err := s.BindInt64(i+1, v); err != nil {
				t.Fatal(err)
			}
		}
		var before, after runtime.MemStats
		kept := make([]string, 0, batches)
		runtime.GC()
		runtime.ReadMemStats(&before)
		for n := 0; ; n++ {
			row, err := s.Step()
			if err != nil {
				t.Fatal(err)
			}
			if !row {
				break
			}
			// Not the first of a batch, so that its place in it varies.
			if text := s.ColumnText(0); n%perBatch == 7 {
				kept = append(kept, text)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		each := float64(after.HeapAlloc-before.HeapAlloc) / float64(len(kept))
		t.Logf("%s: a kept text retains %.0f bytes", tt.name, each)
		if len(kept) != batches || len(kept[0]) != tt.bytes || each > tt.most || each < float64(tt.bytes) {
			t.Errorf("%s: %d kept texts retain %.0f bytes each, at most %.0f wanted", tt.name, len(kept), each, tt.most)
		}
	}
}
