// SPDX-License-Identifier: MIT

package vtab_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/vtab"
)

// shop is a table of three rows that has all the rest: lists, functions, shadow tables, checks.
type shop struct {
	lists   [][]sqlite.Value
	updated []sqlite.Value
	asked   vtab.Distinct
	found   []string
	problem string
	at      int
}

func (s *shop) connect(*sqlite.Conn, vtab.Args) (vtab.Table, string, error) {
	return s, "CREATE TABLE x(id INTEGER, name TEXT, big TEXT)", nil
}

func (s *shop) BestIndex(x *vtab.Index) error {
	s.asked = x.Distinct()
	for i, c := range x.Constraints {
		switch {
		case c.Op == vtab.Function && c.Usable:
			s.found = append(s.found, "constraint")
		case c.Column == 0 && c.Usable && x.IsList(i):
			x.Plan.Num = 1
			return x.TakeList(i, true)
		case !x.IsList(i):
			if x.TakeList(i, true) == nil {
				return errors.New("what is no list was taken as one")
			}
		}
	}
	return nil
}

func (s *shop) Open() (vtab.Cursor, error) { return s, nil }

func (s *shop) Filter(vtab.Plan, []sqlite.Value) (bool, error) {
	return false, errors.New("Filter instead of FilterLists")
}

func (s *shop) FilterLists(plan vtab.Plan, args []sqlite.Value, lists [][]sqlite.Value) (bool, error) {
	s.lists, s.at = lists, 0
	if plan.Num == 1 {
		return s.Next()
	}
	s.at = 1
	return true, nil
}

func (s *shop) Next() (bool, error) {
	for s.at++; s.at <= 3; s.at++ {
		if len(s.lists) == 0 || slices.ContainsFunc(s.lists[0], func(v sqlite.Value) bool { return v.Int64() == int64(s.at) }) {
			return true, nil
		}
	}
	return false, nil
}

func (s *shop) Column(i int) (sqlite.Value, error) {
	if i == 0 {
		return sqlite.Int64Value(int64(s.at)), nil
	}
	return sqlite.TextValue(fmt.Sprint("n", s.at)), nil
}

func (s *shop) SkipColumn(i int) bool                              { return i == 2 }
func (s *shop) RowID() (int64, error)                              { return int64(s.at), nil }
func (s *shop) Close() error                                       { return nil }
func (s *shop) Delete(sqlite.Value) error                          { return nil }
func (s *shop) Insert(sqlite.Value, []sqlite.Value) (int64, error) { return 1, nil }

func (s *shop) Update(_, _ sqlite.Value, columns []sqlite.Value) error {
	s.updated = slices.Clone(columns)
	return nil
}

func (s *shop) CheckIntegrity(schema, table string, quick bool) (string, error) {
	if s.problem == "fail" {
		return "", errMine
	}
	if s.problem == "" {
		return "", nil
	}
	return fmt.Sprint(schema, ".", table, " ", quick, ": ", s.problem), nil
}

func (s *shop) FindFunction(nargs int, name string) (func([]sqlite.Value) (sqlite.Value, error), vtab.Op) {
	switch {
	case name == "shout" && nargs == 1:
		return func(args []sqlite.Value) (sqlite.Value, error) {
			return sqlite.TextValue(strings.ToUpper(args[0].Text())), nil
		}, 0
	case name == "near" && nargs == 2:
		return func([]sqlite.Value) (sqlite.Value, error) { return sqlite.Int64Value(1), nil }, vtab.Function
	case name == "shout":
		return func([]sqlite.Value) (sqlite.Value, error) { return sqlite.Value{}, errMine }, 0
	}
	return nil, 0
}

func openShop(t *testing.T) (*sqlite.Conn, *shop) {
	c, s := openTest(t), &shop{}
	if err := vtab.Register(c, "shop", vtab.Module{Connect: s.connect, ShadowTables: true}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"shout", "near"} {
		// A name must be known to be looked up in a table.
		for n := range 3 {
			if err := c.CreateFunction(name, unknown(n), 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	exec(t, c, "CREATE VIRTUAL TABLE s USING shop")
	return c, s
}

func unknown(n int) sqlite.Func {
	switch n {
	case 0:
		return sqlite.Scalar0(func() (int64, error) { return 0, nil })
	case 1:
		return sqlite.Scalar1(func(string) (string, error) { return "general", nil })
	}
	return sqlite.Scalar2(func(string, string) (int64, error) { return 0, nil })
}

func TestLists(t *testing.T) {
	c, s := openShop(t)
	if got := text(t, c, "SELECT group_concat(id) FROM s WHERE id IN (3, 1, NULL)"); got != "1,3" {
		t.Errorf("%s", got)
	}
	if len(s.lists) != 1 || len(s.lists[0]) < 2 {
		t.Errorf("lists %v", s.lists)
	}
	if got := text(t, c, "SELECT count(*) FROM s WHERE id IN (SELECT 7 WHERE 0)"); got != "0" {
		t.Errorf("of an empty list: %s", got)
	}
}

func TestDistinct(t *testing.T) {
	c, s := openShop(t)
	for sql, want := range map[string]vtab.Distinct{
		"SELECT name FROM s ORDER BY name":          vtab.Ordering,
		"SELECT count(*) FROM s GROUP BY name":      vtab.Grouping,
		"SELECT DISTINCT name FROM s":               vtab.DistinctRows,
		"SELECT DISTINCT name FROM s ORDER BY name": vtab.DistinctOrdering,
	} {
		exec(t, c, sql)
		if s.asked != want {
			t.Errorf("%s: %d, want %d", sql, s.asked, want)
		}
	}
}

func TestColumnsThatDoNotChange(t *testing.T) {
	c, s := openShop(t)
	exec(t, c, "UPDATE s SET name = 'new' WHERE id = 2")
	keep := sqlite.KeepValue()
	if len(s.updated) != 3 || s.updated[2] != keep || s.updated[0] == keep || s.updated[1].Text() != "new" {
		t.Errorf("columns %v", s.updated)
	}
	exec(t, c, "UPDATE s SET big = name")
	if s.updated[2] == keep {
		t.Error("a column that changes is kept")
	}
}

func TestFunctionsOfATable(t *testing.T) {
	c, s := openShop(t)
	if got := text(t, c, "SELECT shout(name) FROM s WHERE id IN (1)"); got != "N1" {
		t.Errorf("the table's function: %s", got)
	}
	if got := text(t, c, "SELECT shout('a')"); got != "general" {
		t.Errorf("the general function: %s", got)
	}
	exec(t, c, "SELECT * FROM s WHERE near(name, 'x')")
	if !slices.Contains(s.found, "constraint") {
		t.Error("the function was no constraint")
	}
	if err := c.Exec("SELECT shout(name, 'x') FROM s"); !errors.Is(err, errMine) {
		t.Errorf("a function that fails: %v", err)
	}
}

func TestIntegrityOfATable(t *testing.T) {
	c, s := openShop(t)
	for problem, want := range map[string]string{"": "ok", "rotten": "main.s false: rotten"} {
		s.problem = problem
		if got := text(t, c, "PRAGMA integrity_check"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := text(t, c, "PRAGMA quick_check"); got != "main.s true: rotten" {
		t.Errorf("quick: %q", got)
	}
	s.problem = "fail"
	if err := c.Exec("PRAGMA integrity_check"); !errors.Is(err, errMine) {
		t.Errorf("a check that fails: %v", err)
	}
}

func TestShadowTables(t *testing.T) {
	c, _ := openShop(t)
	if err := c.Exec("CREATE TABLE s_data(x)"); err == nil {
		t.Error("a defensive connection makes a shadow table")
	}
	exec(t, c, "CREATE TABLE other_data(x); INSERT INTO other_data VALUES(1)")
	if err := vtab.Register(c, "plain", vtab.Module{Connect: (&shop{}).connect}); err != nil {
		t.Fatal(err)
	}
	exec(t, c, "CREATE VIRTUAL TABLE p USING plain; CREATE TABLE p_data(x)")
}
