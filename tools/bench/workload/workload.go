// SPDX-License-Identifier: MIT

package workload

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// Size chooses how much one round does.
type Size int

// Sizes. Tiny is for tests, whose figures mean nothing.
const (
	Full Size = iota
	Quick
	Tiny
)

// Seen is what a round did, as far as the driver let it be seen.
type Seen struct {
	Ops int   // what the time is divided by
	Sum int64 // of everything that was read, see [Sum]
	// Late are the delays of a cancellation, one for each try. Times of such a
	// round mean nothing.
	Late  []time.Duration
	Ended int // of Late, those that ended as they should
}

// Round is one workload, prepared.
type Round struct {
	Reset func() error // before each run, not measured; may be nil
	Run   func() (Seen, error)
	Check func() (Seen, error) // after each run, not measured; may be nil
	Want  Seen                 // of Run and, when there is one, of Check; Late is not compared
	Close func() error
}

// Once resets, runs and checks, as a runner without a stopwatch.
func (r *Round) Once() (Seen, error) {
	if r.Reset != nil {
		if err := r.Reset(); err != nil {
			return Seen{}, fmt.Errorf("reset: %w", err)
		}
	}
	seen, err := r.Run()
	if err != nil {
		return seen, err
	}
	return seen, r.Judge(seen)
}

// Judge holds what a run saw against what had to be seen.
func (r *Round) Judge(seen Seen) error {
	if seen.Ops != r.Want.Ops || seen.Sum != r.Want.Sum {
		return fmt.Errorf("did other work: %d operations of sum %d, want %d of sum %d", seen.Ops, seen.Sum, r.Want.Ops, r.Want.Sum)
	}
	if r.Check == nil {
		return nil
	}
	after, err := r.Check()
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	if after.Ops != r.Want.Ops || after.Sum != r.Want.Sum {
		return fmt.Errorf("left other rows: %d of sum %d, want %d of sum %d", after.Ops, after.Sum, r.Want.Ops, r.Want.Sum)
	}
	return nil
}

// Workload is one thing to measure.
type Workload struct {
	Name    string
	What    string // one line
	Unit    string // what one operation is
	Low     bool   // below database/sql
	PerGo   bool   // depends on the version of Go, so it is measured with several
	Latency bool   // its figures are delays, not times of an operation
	Beside  string // the workload before it whose rounds it takes turns with, so that the two can be told apart
	prepare func(e *Env) (*Round, error)
}

// Env is where a workload is prepared.
type Env struct {
	Driver Driver
	Dir    string // its own, empty
	Size   Size
}

// ErrNotOffered is the error of Prepare when the driver lacks what is measured.
var ErrNotOffered = errors.New("the driver does not offer it")

// Prepare makes the database and a round.
func (w Workload) Prepare(e *Env) (*Round, error) {
	if e.Driver.Only != nil && !slices.Contains(e.Driver.Only, w.Name) {
		return nil, ErrNotOffered
	}
	if w.Low && e.Driver.OpenConn == nil || !w.Low && e.Driver.Open == nil {
		return nil, ErrNotOffered
	}
	return w.prepare(e)
}

// file is a database's path.
func (e *Env) file() string { return filepath.Join(e.Dir, "bench.db") }

// of picks a count by size.
func (e *Env) of(full, quick int) int {
	switch e.Size {
	case Quick:
		return quick
	case Tiny:
		return max(quick/100, 10)
	}
	return full
}

// All are the workloads, in the order of the report.
func All() []Workload {
	var all []Workload
	for _, family := range [][]Workload{
		scans, inserts, bulk, functions, lookups, joins, readers, simple, real, complexes, many, large, cancels,
	} {
		all = append(all, family...)
	}
	return all
}
