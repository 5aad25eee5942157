// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"errors"
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

func TestRowsAsASequence(t *testing.T) {
	c := openTest(t, ":memory:")
	const count = "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT ?) SELECT i FROM r"
	s := prepare(t, c, count)
	for round := 0; round < 2; round++ {
		sum := int64(0)
		for row, err := range s.All(sqlite.Int64Value(100)) {
			check(t, err)
			sum += row.ColumnInt64(0)
		}
		if sum != 5050 {
			t.Errorf("sum %d", sum)
		}
		for row, err := range s.All(sqlite.Int64Value(100)) {
			check(t, err)
			if row.ColumnInt64(0) == 3 {
				break
			}
		}
	}
	n := 0
	for row, err := range c.Query(count, sqlite.Int64Value(7)) {
		check(t, err)
		n += int(row.ColumnInt64(0))
	}
	if n != 28 {
		t.Errorf("sum %d", n)
	}
	exec(t, c, "CREATE TABLE t(x)") // nothing is in the middle of a run
	bad := []struct {
		name string
		sql  string
		args []sqlite.Value
		code error
		rows int
	}{
		{"syntax", "SELEC 1", nil, sqlite.ErrError, 0},
		{"none", " -- nothing", nil, sqlite.ErrMisuse, 0},
		{"two", "SELECT 1; SELECT 2", nil, sqlite.ErrMisuse, 0},
		{"too few arguments", "SELECT ?, ?", []sqlite.Value{sqlite.Int64Value(1)}, sqlite.ErrRange, 0},
		{"error in row 2", "SELECT abs(x) FROM (SELECT 1 AS x UNION ALL SELECT -9223372036854775808)", nil, sqlite.ErrError, 1},
	}
	for _, tt := range bad {
		rows := 0
		var last error
		for row, err := range c.Query(tt.sql, tt.args...) {
			if last = err; row != nil {
				rows++
			}
		}
		if !errors.Is(last, tt.code) || rows != tt.rows {
			t.Errorf("%s: %d rows, then %v", tt.name, rows, last)
		}
	}
	check(t, s.Close())
	for _, err := range s.All() {
		if !errors.Is(err, sqlite.ErrMisuse) {
			t.Errorf("use after close: %v", err)
		}
	}
}

// TestWhatAKeptTextRetains measures the price of small arenas: rows that were
// read together share one allocation of text, so who keeps one text of 64 keeps
// them all, but never more than 16 KiB and a row.
func TestWhatAKeptTextRetains(t *testing.T) {
	c := openTest(t, ":memory:")
	const batches, perBatch = 400, 64
	for _, tt := range []struct {
		name  string
		bytes int // of each text
		most  float64
	}{
		{name: "24 bytes", bytes: 24, most: 24*perBatch + 256},
		{name: "240 bytes", bytes: 240, most: 240*perBatch + 2048},
		{name: "2400 bytes", bytes: 2400, most: 16<<10 + 2*2400 + 2048},
		{name: "24000 bytes", bytes: 24000, most: 24000 + 2048},
	} {
		s := prepare(t, c, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT ?) SELECT substr(printf('%0*d', ?2, i), 1, ?2) FROM r")
		for i, v := range []int64{batches * perBatch, int64(tt.bytes)} {
			if err := s.BindInt64(i+1, v); err != nil {
				t.Fatal(err)
			}
		}
		var before, after runtime.MemStats
		kept := make([]string, 0, batches)
		runtime.GC()
		runtime.ReadMemStats(&before)
		for n := 0; ; n++ {
			row, err := s.Step()
			if err != nil {
				t.Fatal(err)
			}
			if !row {
				break
			}
			// Not the first of a batch, so that its place in it varies.
			if text := s.ColumnText(0); n%perBatch == 7 {
				kept = append(kept, text)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		each := float64(after.HeapAlloc-before.HeapAlloc) / float64(len(kept))
		t.Logf("%s: a kept text retains %.0f bytes", tt.name, each)
		if len(kept) != batches || len(kept[0]) != tt.bytes || each > tt.most || each < float64(tt.bytes) {
			t.Errorf("%s: %d kept texts retain %.0f bytes each, at most %.0f wanted", tt.name, len(kept), each, tt.most)
		}
	}
}
