// SPDX-License-Identifier: MIT

package vtab

import (
	"github.com/gosqlite/gosqlite/internal/capi"
	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/internal/bridge"
)

// ListFilterer is a Cursor that takes lists whole. FilterLists stands in for
// Filter: lists[i] are the members of argument i when [Index.TakeList] took it,
// else nil. Where there are members there is no value in args[i].
//
// https://sqlite.org/c3ref/vtab_in_first.html
type ListFilterer interface {
	FilterLists(plan Plan, args []sqlite.Value, lists [][]sqlite.Value) (row bool, err error)
}

// lister is capi.Lists.
type lister interface {
	Member(i int, next bool) (capi.Cell, int)
}

// members reads the lists among the arguments, which C shows as NULL.
func members(args []capi.Cell, in lister) ([][]sqlite.Value, error) {
	lists := make([][]sqlite.Value, len(args))
	for i := range args {
		if args[i].N != capi.Null {
			continue
		}
		cell, rc := in.Member(i, false)
		if rc == noList {
			continue
		}
		lists[i] = []sqlite.Value{}
		for ; rc == 0; cell, rc = in.Member(i, true) {
			lists[i] = append(lists[i], bridge.Values([]capi.Cell{cell}).([]sqlite.Value)...)
		}
		if rc != done {
			return nil, sqlite.ErrorCode(rc)
		}
	}
	return lists, nil
}

// noList is SQLITE_ERROR.
const noList = 1

// ColumnSkipper is a Cursor that need not read what an UPDATE leaves alone:
// SkipColumn says for column i, which the statement does not change, that
// Column is not wanted. Update is given a KeepValue for it.
//
// https://sqlite.org/c3ref/vtab_nochange.html
type ColumnSkipper interface{ SkipColumn(i int) bool }

// IntegrityChecker is a Table that PRAGMA integrity_check looks into, quick_check
// if quick. It returns what is wrong, "" if nothing is; an error ends the check.
//
// https://sqlite.org/vtab.html#xintegrity
type IntegrityChecker interface {
	CheckIntegrity(schema, table string, quick bool) (problem string, err error)
}

// Integrity is called by C.
func (t *table) Integrity(schema, name string, quick bool) int {
	problem := ""
	rc := t.g.Call(func() (err error) {
		if c, ok := t.t.(IntegrityChecker); ok {
			problem, err = c.CheckIntegrity(schema, name, quick)
		}
		return err
	})
	if rc == 0 {
		text := sqlite.TextValue(problem)
		t.g.Result(&text)
	}
	return rc
}

// FunctionFinder is a Table with functions for its own columns: a call whose
// first argument is one of them runs f. op is 0, or an operator from Function
// on: then a term of WHERE that is such a call of two arguments is a constraint
// of BestIndex with that Op. f is nil for a function that the table does not have.
// What it has is asked for once and stays its own until the connection lets go of
// the table. A panic fails the statement.
//
// https://sqlite.org/vtab.html#xfindfunction
type FunctionFinder interface {
	FindFunction(nargs int, name string) (f func(args []sqlite.Value) (sqlite.Value, error), op Op)
}

// Function is called by C.
func (t *table) Function(nargs int, name string) (slot, answer int) {
	finder, ok := t.t.(FunctionFinder)
	if !ok {
		return 0, 0
	}
	asked := signature{nargs, name}
	if a, ok := t.functions[asked]; ok {
		return a.slot, a.op
	}
	var f func([]sqlite.Value) (sqlite.Value, error)
	var op Op
	if rc := t.g.Call(func() error { f, op = finder.FindFunction(nargs, name); return nil }); rc != 0 || f == nil {
		return 0, 0
	}
	a := found{t.g.Add(&function{t.g, f}), int(max(op, 1))}
	if t.functions == nil {
		t.functions = map[signature]found{}
	}
	t.functions[asked] = a
	return a.slot, a.op
}

// signature is what a table is asked for, found what SQLite was told.
type (
	signature struct {
		nargs int
		name  string
	}
	found struct{ slot, op int }
)

// function is a function of a table as capi sees it.
type function struct {
	g bridge.Guest
	f func([]sqlite.Value) (sqlite.Value, error)
}

// Call is called by C.
func (f *function) Call(_ capi.Context, args []capi.Cell) {
	var v sqlite.Value
	values := bridge.Values(args).([]sqlite.Value)
	rc := f.g.Call(func() (err error) {
		v, err = f.f(values)
		return err
	})
	if rc == 0 {
		f.g.Result(&v)
	}
}
