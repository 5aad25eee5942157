// SPDX-License-Identifier: MIT

// Package process is what happens between the runner and a driver's program: one
// line of JSON each way. The first request names a workload, each empty one
// after it is a round, and the end of input is the end of the program.
//
//	-> {"workload":"scan","size":0,"dir":"..."}
//	<- {"ready":true,"about":{...}}
//	-> {}
//	<- {"wall":61234567,"cpu":60111222,"allocs":250012,"ops":100000}
package process

import (
	"runtime"
	"time"

	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

// request asks for a workload, and then for rounds.
type request struct {
	Workload string        `json:"workload,omitempty"`
	Size     workload.Size `json:"size,omitempty"`
	Dir      string        `json:"dir,omitempty"` // for the database; empty, exists
}

// reply answers a request.
type reply struct {
	Error      string `json:"error,omitempty"`
	NotOffered bool   `json:"not_offered,omitempty"`
	About      *About `json:"about,omitempty"`
	Measured
}

// About is what a program says of itself.
type About struct {
	Driver  string   `json:"driver"`
	Version string   `json:"version"` // of its module
	Go      string   `json:"go"`
	SQLite  string   `json:"sqlite"`
	Options []string `json:"options"` // of SQLite's compilation
}

// Measured is one round.
type Measured struct {
	Wall   time.Duration   `json:"wall"`
	CPU    time.Duration   `json:"cpu"` // user and system time of the whole process
	Allocs int64           `json:"allocs"`
	Ops    int             `json:"ops"`
	Late   []time.Duration `json:"late,omitempty"`
	Ended  int             `json:"ended,omitempty"`
}

// measure runs one round with a stopwatch. What is reset and checked is not in
// its figures, and neither is garbage of earlier rounds.
func measure(r *workload.Round) (m Measured, err error) {
	if r.Reset != nil {
		if err := r.Reset(); err != nil {
			return m, err
		}
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, start := cpuTime(), time.Now()
	seen, err := r.Run()
	m.Wall, m.CPU = time.Since(start), cpuTime()-cpu
	runtime.ReadMemStats(&after)
	if err != nil {
		return m, err
	}
	m.Allocs, m.Ops, m.Late, m.Ended = int64(after.Mallocs-before.Mallocs), seen.Ops, seen.Late, seen.Ended
	return m, r.Judge(seen)
}
