// SPDX-License-Identifier: MIT

// Package sizing says from one profile and two builds how long a build would take with other numbers of workers.
//
// A build of A actions with W seconds of work, of which C are on the critical path, takes with n workers
//
//	T(n) = start + C + (W - C + A * each) / n
//
// that is: what cannot be done side by side, and the rest divided among the workers (R. P. Brent's bound, Journal of the
// ACM 21, 1974). `each` is what an action costs beside its own work: staging of inputs, upload of outputs, the queue;
// `start` is Bazel's own time and the upload of what no worker has. Both are fitted to measured times with one and with two
// workers, so T(1) and T(2) are those times. Everything beyond is extrapolation: the model knows nothing of a network that
// becomes full, or of a server that becomes slow.
package sizing

import (
	"errors"
	"fmt"
	"time"
)

// Model is fitted to a profile and two builds.
type Model struct {
	Profile Profile
	// Start is what every build takes; Each what every action costs beside its own work.
	Start, Each time.Duration
}

// Fit makes the model in which one and two workers take as long as they took. It fails when no model does: a second
// worker that made nothing faster, or more than twice as fast.
func Fit(p Profile, one, two time.Duration) (Model, error) {
	if p.Actions <= 0 || p.Critical > p.Work {
		return Model{}, fmt.Errorf("fit: %d actions with %v of work cannot have a critical path of %v", p.Actions, p.Work, p.Critical)
	}
	if one <= two {
		return Model{}, fmt.Errorf("fit: two workers took %v, one took %v: nothing was gained, so nothing can be said of more", two, one)
	}
	divided := 2 * (one - two)
	m := Model{Profile: p, Each: (divided - (p.Work - p.Critical)) / time.Duration(p.Actions), Start: one - divided - p.Critical}
	if m.Start < 0 {
		return Model{}, errors.New("fit: two workers gained more than the work allows: measure again on a quiet machine")
	}
	return m, nil
}

// Time is how long n workers take.
func (m Model) Time(n int) time.Duration {
	divided := m.Profile.Work - m.Profile.Critical + time.Duration(m.Profile.Actions)*m.Each
	return m.Start + m.Profile.Critical + divided/time.Duration(n)
}

// Measured says whether a number of workers is one of those that were measured.
func Measured(n int) bool { return n == 1 || n == 2 }
