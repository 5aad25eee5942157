// SPDX-License-Identifier: MIT

package identities

import (
	"crypto"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/fetch/tuf"
)

var day = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// An identity is who holds keys.
type identity struct {
	name string
	keys []crypto.Signer
}

// A job is what one identity does and no other may. do tries it with somebody's keys, and returns why it was refused.
type job struct {
	name, of string
	do       func(t *testing.T, keys []crypto.Signer) error
}

// TestNoneCanDoAnothersJob tries every job with every identity's keys: the one that it belongs to does it, and all others
// are refused.
func TestNoneCanDoAnothersJob(t *testing.T) {
	r, f := newRelease(t), newFeed(t)
	identities := []identity{{"release key", r.release}, {"reproducer", r.reproducer}}
	for _, role := range []string{"root", "targets", "stable-v1", "candidate-v1", "snapshot", "timestamp"} {
		keys := f.Keys[role]
		if role == "root" {
			keys = keys[:2] // as many as it takes
		}
		identities = append(identities, identity{"feed: " + role, keys})
	}
	jobs := slices.Concat(r.jobs(), f.jobs())
	for _, j := range jobs {
		done := false
		for _, who := range identities {
			err := j.do(t, who.keys)
			if who.name == j.of {
				done = true
			}
			if (err == nil) != (who.name == j.of) {
				t.Errorf("%s, with the keys of %s: %v", j.name, who.name, err)
			}
		}
		if !done {
			t.Errorf("%s: nobody of this test is %s", j.name, j.of)
		}
	}
	// What a user refuses is refused for the signature, and not because the test broke something else.
	for _, j := range f.userJobs() {
		if err := j.do(t, r.release); !errors.Is(err, tuf.ErrUnsigned) {
			t.Errorf("%s, with the release key: %v", j.name, err)
		}
	}
}
