// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"runtime"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

// TestReadingAheadByStatement counts calls into C: many for a statement that
// calls what could tell, few for all others of the same connection.
func TestReadingAheadByStatement(t *testing.T) {
	c := openTest(t, ":memory:")
	ran := 0
	seen := sqlite.Scalar1(func(v int64) (int64, error) { ran++; return v, nil })
	for name, flags := range map[string]sqlite.FunctionFlags{"noted": 0, "pure": sqlite.Deterministic} {
		if err := c.CreateFunction(name, seen, flags); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		column string
		ahead  bool
	}{
		{"i", true},
		{"noted(i)", false},
		{"pure(i)", true},
		{"abs(i) || random()", true},
		{"(SELECT max(value) FROM json_each('[1]'))", true},
		{"(SELECT count(*) FROM pragma_table_list)", true},
	} {
		s := prepare(t, c, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 200) SELECT "+tt.column+" FROM r")
		calls, rows := runtime.NumCgoCall(), 0
		for {
			row, err := s.Step()
			if err != nil {
				t.Fatal(err)
			}
			if !row {
				break
			}
			if rows++; tt.column == "noted(i)" && ran != rows {
				t.Fatalf("row %d was read and the function ran %d times", rows, ran)
			}
		}
		if calls = runtime.NumCgoCall() - calls; (calls < 50) != tt.ahead {
			t.Errorf("%s: %d rows took %d calls", tt.column, rows, calls)
		}
	}
	// A built-in function that is replaced after the statement was compiled.
	s := prepare(t, c, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 200) SELECT abs(i) FROM r")
	for row, err := s.Step(); row; row, err = s.Step() {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := c.CreateFunction("abs", seen, 0); err != nil {
		t.Fatal(err)
	}
	ran = 0
	for i := range 5 {
		if row, err := s.Step(); !row || err != nil || ran != i+1 {
			t.Fatalf("row %d of the replaced function: it ran %d times, %v", i+1, ran, err)
		}
	}
}
