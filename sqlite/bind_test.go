// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

// A parameter that is kept has the value of the run before, whatever else this run binds into the same memory.
func TestKeptValueIsThatOfTheEarlierRun(t *testing.T) {
	c := openTest(t, ":memory:")
	s := prepare(t, c, "SELECT ?1 || '/' || ?2 || '/' || CAST(?3 AS TEXT)")
	keep := sqlite.KeepValue()
	for _, run := range []struct {
		args []sqlite.Value
		want string
	}{
		{[]sqlite.Value{sqlite.TextValue("first"), sqlite.TextValue("second"), sqlite.BlobValue([]byte("blob"))}, "first/second/blob"},
		{[]sqlite.Value{sqlite.TextValue("FIRST LONGER"), keep, keep}, "FIRST LONGER/second/blob"},
		{[]sqlite.Value{keep, sqlite.Int64Value(7), keep}, "FIRST LONGER/7/blob"},
		{[]sqlite.Value{keep, keep, sqlite.TextValue(strings.Repeat("x", 1000))}, "FIRST LONGER/7/" + strings.Repeat("x", 1000)},
		{[]sqlite.Value{keep, keep, keep}, "FIRST LONGER/7/" + strings.Repeat("x", 1000)},
		{[]sqlite.Value{sqlite.TextValue("f"), keep, sqlite.TextValue("z")}, "f/7/z"},
	} {
		if err := s.Query(run.args); err != nil {
			t.Fatal(err)
		}
		if row, err := s.Step(); !row || err != nil || s.ColumnText(0) != run.want {
			t.Fatalf("%.60q, %v; want %.60q", s.ColumnText(0), err, run.want)
		}
	}
	exec(t, c, "CREATE TABLE t(a, b)")
	in := prepare(t, c, "INSERT INTO t VALUES(?, ?)")
	many := []sqlite.Value{
		sqlite.TextValue("long enough to cover cells and texts that come later"), sqlite.Int64Value(1),
		keep, sqlite.TextValue("two"),
		keep, sqlite.TextValue("three"),
	}
	if _, err := in.RunMany(many[:2]); err != nil {
		t.Fatal(err)
	}
	if n, err := in.RunMany(many[2:]); n != 2 || err != nil {
		t.Fatalf("%d runs, %v", n, err)
	}
	if _, n, err := one(t, c, "SELECT count(*) FROM t WHERE a = 'long enough to cover cells and texts that come later'"); n != "3" || err != nil {
		t.Errorf("%s rows keep their text, %v; want 3", n, err)
	}
}

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

// A parameter that is kept stays what it is when the next arguments need more memory.
func TestKeptParameterBesideALargerOne(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(a, b)")
	s := prepare(t, c, "INSERT INTO t VALUES(?, ?)")
	long := strings.Repeat("x", 300)
	check(t, s.Run([]sqlite.Value{sqlite.TextValue("a"), sqlite.TextValue("b")}))
	check(t, s.Run([]sqlite.Value{sqlite.KeepValue(), sqlite.TextValue(long)}))
	if _, got, err := one(t, c, "SELECT group_concat(coalesce(a, 'NULL') || length(b)) FROM t"); got != "a1,a300" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}

// An empty blob that SQLite gave is bound as one, not as NULL.
func TestEmptyBlobStaysABlob(t *testing.T) {
	c := openTest(t, ":memory:")
	var got sqlite.Value
	check(t, c.CreateFunction("keep", sqlite.Scalar1(func(v sqlite.Value) (int64, error) { got = v; return 0, nil }), 0))
	exec(t, c, "SELECT keep(x'')")
	s := prepare(t, c, "SELECT typeof(?)")
	check(t, s.BindValue(1, got))
	if row, err := s.Step(); !row || err != nil || s.ColumnText(0) != "blob" {
		t.Errorf("%s, %v", s.ColumnText(0), err)
	}
}
