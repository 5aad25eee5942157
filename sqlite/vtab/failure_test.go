// SPDX-License-Identifier: MIT

package vtab_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/vtab"
)

var errMine = errors.New("out of cheese")

// fragile is a table of one row whose methods fail by name.
type fragile struct {
	series
	fails func(method string) error
}

func (f *fragile) connect(*sqlite.Conn, vtab.Args) (vtab.Table, string, error) {
	return f, "CREATE TABLE x(value INTEGER, stop HIDDEN)", f.fails("Connect")
}

func (f *fragile) BestIndex(x *vtab.Index) error { return f.fails("BestIndex") }

func (f *fragile) Open() (vtab.Cursor, error) { return f, f.fails("Open") }

func (f *fragile) Filter(p vtab.Plan, args []sqlite.Value) (bool, error) {
	f.now, f.stop = 1, 2
	return true, f.fails("Filter")
}

func (f *fragile) Next() (bool, error) {
	row, _ := f.series.Next()
	return row, f.fails("Next")
}

func (f *fragile) Column(i int) (sqlite.Value, error) {
	return sqlite.Int64Value(f.now), f.fails("Column")
}

func (f *fragile) RowID() (int64, error) { return f.now, f.fails("RowID") }

func (f *fragile) Insert(sqlite.Value, []sqlite.Value) (int64, error) { return 1, f.fails("Insert") }
func (f *fragile) Update(_, _ sqlite.Value, _ []sqlite.Value) error   { return f.fails("Update") }
func (f *fragile) Delete(sqlite.Value) error                          { return f.fails("Delete") }
func (f *fragile) Begin() error                                       { return f.fails("Begin") }
func (f *fragile) Sync() error                                        { return f.fails("Sync") }
func (f *fragile) Commit() error                                      { return nil }
func (f *fragile) Rollback() error                                    { return nil }
func (f *fragile) Rename(string) error                                { return f.fails("Rename") }
func (f *fragile) Destroy() error                                     { return f.fails("Destroy") }

func TestMethodsFail(t *testing.T) {
	ways := []struct {
		name string
		fail func() error
		is   func(error) bool
	}{
		{"error", func() error { return fmt.Errorf("shop: %w", errMine) }, func(err error) bool { return errors.Is(err, errMine) }},
		{"code", func() error { return sqlite.ErrIOErrSeek }, func(err error) bool { return errors.Is(err, sqlite.ErrIOErrSeek) }},
		{"panic", func() error { panic(errMine) }, func(err error) bool {
			var p *sqlite.PanicError
			return errors.As(err, &p) && errors.Is(err, errMine)
		}},
	}
	statements := map[string]string{
		"Connect":   "CREATE VIRTUAL TABLE other USING fragile",
		"BestIndex": "SELECT * FROM f WHERE value = 1",
		"Open":      "SELECT * FROM f",
		"Filter":    "SELECT * FROM f",
		"Next":      "SELECT * FROM f",
		"Column":    "SELECT * FROM f",
		"RowID":     "SELECT rowid FROM f",
		"Insert":    "INSERT INTO f VALUES(1)",
		"Update":    "UPDATE f SET value = 2",
		"Delete":    "DELETE FROM f",
		"Begin":     "DELETE FROM f",
		"Sync":      "DELETE FROM f",
		"Rename":    "ALTER TABLE f RENAME TO g",
		"Destroy":   "DROP TABLE f",
	}
	for method, sql := range statements {
		for _, way := range ways {
			c := openTest(t)
			now := ""
			f := &fragile{fails: func(m string) error {
				if m == now {
					return way.fail()
				}
				return nil
			}}
			if err := vtab.Register(c, "fragile", vtab.Module{Connect: f.connect}); err != nil {
				t.Fatal(err)
			}
			exec(t, c, "CREATE VIRTUAL TABLE f USING fragile")
			now = method
			if err := c.Exec(sql); !way.is(err) {
				t.Errorf("%s fails by %s: %v", method, way.name, err)
			}
			now = ""
			exec(t, c, "SELECT * FROM f; DELETE FROM f; SELECT 1")
		}
	}
}

func TestReadOnlyTable(t *testing.T) {
	c := openTest(t)
	if err := vtab.Register(c, "series", vtab.Module{Connect: connectSeries, Eponymous: true}); err != nil {
		t.Fatal(err)
	}
	exec(t, c, "CREATE VIRTUAL TABLE s USING series; BEGIN; SELECT * FROM s; COMMIT")
	if err := c.Exec("DELETE FROM s WHERE value = 1"); !errors.Is(err, sqlite.ErrReadOnly) {
		t.Errorf("delete: %v", err)
	}
	if err := c.Exec("ALTER TABLE s RENAME TO g"); err == nil {
		t.Error("a table that cannot be renamed was")
	}
}

func TestSchemaThatIsNone(t *testing.T) {
	c := openTest(t)
	for name, schema := range map[string]string{"syntax": "CREATE TABLE", "no_table": "SELECT 1", "nul": "CREATE TABLE x(a)\x00"} {
		m := vtab.Module{Connect: func(*sqlite.Conn, vtab.Args) (vtab.Table, string, error) { return &series{}, schema, nil }}
		if err := vtab.Register(c, name, m); err != nil {
			t.Fatal(err)
		}
		if err := c.Exec("CREATE VIRTUAL TABLE t USING " + name); err == nil {
			t.Errorf("%s: the schema %q is taken", name, schema)
		}
	}
	if err := vtab.Register(c, "", vtab.Module{}); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("an empty module: %v", err)
	}
}
