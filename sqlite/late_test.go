// SPDX-License-Identifier: MIT

package sqlite

import (
	"testing"
	"time"
)

// started is read as soon as began is.
var started = time.Now()

func TestWatchesThatMayWait(t *testing.T) {
	if gap := started.Sub(began); gap < closely {
		t.Errorf("a watch %v after the beginning follows one that there never was", gap)
	}
	var l late
	for i, tt := range []struct {
		now time.Duration
		may bool
	}{
		{closely, false}, // the first one
		{closely, true},  // a coarse clock
		{2*closely - 1, true},
		{3*closely - 1, false},
		{3 * closely, true},
		{2 * closely, false}, // the clock went back
		{2*closely + 1, true},
		{-25 * 365 * 24 * time.Hour, false},
		{-25*365*24*time.Hour + 1, false}, // a Sleep in a bubble
		{3 * closely, false},
		{3*closely + 1, true},
	} {
		if may := l.mayWait(tt.now); may != tt.may {
			t.Errorf("watch %d, at %v: may wait %v", i+1, tt.now, may)
		}
	}
}
