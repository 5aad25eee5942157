// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

// Slices may be part of something that holds Go pointers, which are none of C's business: the go command's checks of
// arguments must not look beyond the slice.
func TestSlicesInsideStructsWithPointers(t *testing.T) {
	c := openTest(t, ":memory:")
	var ids struct {
		owner *int
		list  [3]int64
		reals [2]float64
	}
	ids.owner, ids.list, ids.reals = new(int), [3]int64{1, 2, 3}, [2]float64{1, 2}
	s := prepare(t, c, "SELECT sum(value) FROM carray(?)")
	for want, bind := range map[string]func() error{
		"6":   func() error { return sqlite.BindArray(s, 1, ids.list[:]) },
		"3.0": func() error { return sqlite.BindArray(s, 1, ids.reals[:]) },
	} {
		check(t, bind())
		if row, err := s.Step(); !row || err != nil || s.ColumnText(0) != want {
			t.Errorf("%s, %v; want %s", s.ColumnText(0), err, want)
		}
		check(t, s.Reset())
	}

	recorded, _ := record(t, users, "UPDATE users SET age = 37 WHERE id = 1")
	var message struct {
		sender *int
		body   [512]byte
	}
	message.sender = new(int)
	cs := sqlite.Changeset(message.body[:copy(message.body[:], recorded)])
	if got := list(t, cs); got != "UPDATE users -0:1 -2:36 +2:37" {
		t.Errorf("walked: %s", got)
	}
	exec(t, c, users)
	rebase, err := c.Apply(cs, sqlite.Apply{})
	check(t, err)
	if _, err := cs.Invert(); err != nil {
		t.Error(err)
	}
	if _, err := cs.Concat(cs); err != nil {
		t.Error(err)
	}
	r, err := sqlite.NewRebaser()
	check(t, err)
	defer r.Close()
	check(t, r.Configure(message.body[:copy(message.body[:], rebase)]))
	if _, err := r.Rebase(message.body[:copy(message.body[:], recorded)]); err != nil {
		t.Error(err)
	}
	check(t, c.Deserialize("main", message.body[:0], false))
}
