// SPDX-License-Identifier: MIT

package vtab

import (
	"errors"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/internal/capi"
	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/internal/bridge"
)

// deaf takes a list and has cursors that cannot be given one.
type deaf struct{}

func (deaf) BestIndex(x *Index) error {
	for i := range x.Constraints {
		if x.IsList(i) {
			return x.TakeList(i, true)
		}
	}
	return nil
}

func (deaf) Open() (Cursor, error)                           { return &deafCursor{}, nil }
func (deafCursor) Filter(Plan, []sqlite.Value) (bool, error) { return true, nil }
func (deafCursor) Next() (bool, error)                       { return false, nil }
func (deafCursor) Column(int) (sqlite.Value, error)          { return sqlite.Int64Value(1), nil }
func (deafCursor) RowID() (int64, error)                     { return 1, nil }
func (deafCursor) Close() error                              { return nil }

type deafCursor struct{}

func TestListWithoutAListFilterer(t *testing.T) {
	c, err := sqlite.Open(":memory:", sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	connect := func(*sqlite.Conn, Args) (Table, string, error) { return deaf{}, "CREATE TABLE x(id)", nil }
	if err := Register(c, "deaf", Module{Connect: connect, Eponymous: true}); err != nil {
		t.Fatal(err)
	}
	err = c.Exec("SELECT * FROM deaf WHERE id IN (1, 2)")
	if !errors.Is(err, sqlite.ErrMisuse) || !strings.Contains(err.Error(), "FilterLists") {
		t.Errorf("a list that nobody is given: %v", err)
	}
	if err := c.Exec("SELECT * FROM deaf WHERE id = NULL; SELECT * FROM deaf"); err != nil {
		t.Errorf("without a list: %v", err)
	}
}

// brokenList cannot be read.
type brokenList struct{}

func (brokenList) Member(int, bool) (capi.Cell, int) { return capi.Cell{}, int(sqlite.ErrIOErrRead) }

// lastError is a Guest that keeps what a callback failed with.
type lastError struct {
	bridge.Guest
	err error
}

func (g *lastError) Call(f func() error) int {
	g.err = f()
	var code sqlite.ErrorCode
	errors.As(g.err, &code)
	return int(code)
}

// eager is a cursor that takes lists.
type eager struct{ deafCursor }

func (eager) FilterLists(Plan, []sqlite.Value, [][]sqlite.Value) (bool, error) { return true, nil }

// C shows the text of the last error, which must be this one's.
func TestListThatCannotBeRead(t *testing.T) {
	g := &lastError{}
	c := &cursor{g: g, t: &table{}, c: eager{}}
	rc := c.filter(Plan{}, []capi.Cell{{N: capi.Null}}, brokenList{})
	if rc != int(sqlite.ErrIOErrRead) || !errors.Is(g.err, sqlite.ErrIOErrRead) {
		t.Errorf("%d, told %v", rc, g.err)
	}
}
