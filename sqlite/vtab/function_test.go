// SPDX-License-Identifier: MIT

package vtab_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/internal/bridge"
	"github.com/gosqlite/gosqlite/sqlite/vtab"
)

// overloader is a shop whose search for functions can be watched and can panic.
type overloader struct {
	shop
	asked  int
	panics bool
}

func (o *overloader) connect(*sqlite.Conn, vtab.Args) (vtab.Table, string, error) {
	return o, "CREATE TABLE x(id INTEGER, name TEXT, big TEXT)", nil
}

func (o *overloader) FindFunction(nargs int, name string) (func([]sqlite.Value) (sqlite.Value, error), vtab.Op) {
	if o.panics {
		panic(errMine)
	}
	if name != "shout" {
		return nil, 0
	}
	o.asked++
	return func(args []sqlite.Value) (sqlite.Value, error) {
		return sqlite.TextValue(strings.Repeat(args[0].Text(), nargs)), nil
	}, 0
}

func openOverloader(t *testing.T) (*sqlite.Conn, *overloader) {
	c, o := openTest(t), &overloader{}
	if err := vtab.Register(c, "overloader", vtab.Module{Connect: o.connect}); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 2; n++ {
		if err := c.CreateFunction("shout", unknown(n), 0); err != nil {
			t.Fatal(err)
		}
	}
	exec(t, c, "CREATE VIRTUAL TABLE o USING overloader")
	return c, o
}

// A statement is not compiled with another function because the search for the table's own one failed.
func TestSearchForAFunctionPanics(t *testing.T) {
	c, o := openOverloader(t)
	o.panics = true
	s, _, err := c.Prepare("SELECT shout(name) FROM o")
	var p *sqlite.PanicError
	if !errors.As(err, &p) || !errors.Is(err, errMine) || s != nil {
		t.Errorf("%v, %v", s, err)
	}
	o.panics = false
	if got := text(t, c, "SELECT shout(name) FROM o"); got != "n3" {
		t.Errorf("the table's function after a panic: %s", got)
	}
}

// A table that lives long is compiled into many statements: they share what it gave for the first.
func TestFunctionsOfATableAreKeptOnce(t *testing.T) {
	c, o := openOverloader(t)
	g := bridge.Of(c)
	free := func() int {
		slot := g.Add("anything")
		g.Drop(slot)
		return slot
	}
	for _, sql := range []string{"SELECT shout(name) FROM o", "SELECT shout(name, 1) FROM o"} {
		exec(t, c, sql)
	}
	before := free()
	for range 100 {
		for sql, want := range map[string]string{"SELECT shout(name) FROM o": "n3", "SELECT shout(name, 1) FROM o": "n3n3"} {
			if got := text(t, c, sql); got != want {
				t.Fatalf("%s: %s", sql, got)
			}
		}
	}
	if after := free(); after != before || o.asked != 2 {
		t.Errorf("the next slot is %d, was %d; asked %d times", after, before, o.asked)
	}
	// A slot that C gave back twice would be given out twice.
	exec(t, c, "DROP TABLE o")
	given := map[int]bool{}
	for range 20 {
		slot := g.Add("anything")
		if given[slot] {
			t.Fatalf("slot %d is given out twice", slot)
		}
		given[slot] = true
	}
	for slot := range given {
		g.Drop(slot)
	}
}

// A plan that BestIndex refuses is no failure, neither when a statement is compiled nor when it is compiled again.
func TestRefusedPlanIsNoFailure(t *testing.T) {
	c := openTest(t)
	if err := vtab.Register(c, "series", vtab.Module{Connect: connectSeries, EponymousOnly: true}); err != nil {
		t.Fatal(err)
	}
	s, _, err := c.Prepare("SELECT group_concat(b.value) FROM series(3) a, series(a.value) b")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	exec(t, c, "CREATE TABLE t(x)") // has it compiled again
	if row, err := s.Step(); !row || err != nil || s.ColumnText(0) != "1,1,2,1,2,3" {
		t.Errorf("%t, %v", row, err)
	}
}
