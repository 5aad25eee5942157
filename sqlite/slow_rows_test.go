// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

// TestSlowRowsAreNotReadAhead holds that a row which is at hand waits for one slow
// row at most, wherever the slow ones begin. Opcodes tell how far SQLite has read.
func TestSlowRowsAreNotReadAhead(t *testing.T) {
	c := openTest(t, ":memory:")
	// Rows from ?1 to ?2 count to 20,000, some 300,000 opcodes each.
	s := prepare(t, c, `WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 100)
		SELECT i, iif(i BETWEEN ?1 AND ?2, (WITH RECURSIVE s(k) AS (SELECT i UNION ALL SELECT k+1 FROM s LIMIT 20000) SELECT count(*) FROM s), 0) FROM r`)
	for _, slow := range []span{{1, 100}, {2, 100}, {5, 30}, {40, 70}, {73, 75}} {
		cost := opcodes(t, s, 1, slow)
		for k, n := range opcodes(t, s, 64, slow) {
			if read := slow.within(k+1, rowsFor(cost, n)); read > 1 {
				t.Errorf("slow rows %d to %d: at row %d, %d slow ones were read ahead", slow.first, slow.last, k+1, read)
			}
		}
	}
	// The same measure sees fast rows read ahead, before slow ones and after them.
	for _, slow := range []span{{200, 200}, {5, 8}} {
		cost, most := opcodes(t, s, 1, slow), 0
		for try := 0; most < 16 && try < 50; try++ { // a machine at work elsewhere makes rows slow
			for k, n := range opcodes(t, s, 64, slow) {
				if k > 10 {
					most = max(most, rowsFor(cost, n)-(k+1))
				}
			}
		}
		if most < 16 {
			t.Errorf("plant: slow rows %d to %d: at most %d fast ones were read ahead", slow.first, slow.last, most)
		}
	}
}

// span are rows, counted from 1.
type span struct{ first, last int }

// within counts rows of the span after row at, up to row end.
func (s span) within(at, end int) int { return max(0, min(end, s.last)-max(at, s.first-1)) }

// opcodes runs s and gives how many opcodes had run when each row was there.
func opcodes(t *testing.T, s *sqlite.Stmt, ahead int, slow span) (ran []int) {
	t.Helper()
	s.SetReadAhead(ahead)
	s.Status(sqlite.StmtStatusVMStep, true)
	check(t, s.Query([]sqlite.Value{sqlite.Int64Value(int64(slow.first)), sqlite.Int64Value(int64(slow.last))}))
	for {
		row, err := s.Step()
		check(t, err)
		if !row {
			return ran
		}
		ran = append(ran, s.Status(sqlite.StmtStatusVMStep, false))
	}
}

// rowsFor is how many rows take n opcodes.
func rowsFor(cost []int, n int) int {
	rows := 0
	for rows < len(cost) && cost[rows] <= n {
		rows++
	}
	return rows
}

// TestSlowFunctionIsNotReadAhead is the same for time that no opcode shows.
func TestSlowFunctionIsNotReadAhead(t *testing.T) {
	c := openTest(t, ":memory:")
	called := 0
	check(t, c.CreateFunction("nap", sqlite.Scalar1(func(v int64) (int64, error) {
		called++
		if v >= 20 && v < 40 {
			time.Sleep(time.Millisecond)
		}
		return v, nil
	}), sqlite.Deterministic))
	s := prepare(t, c, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 60) SELECT nap(i) FROM r")
	most := 0
	for k := 1; ; k++ {
		row, err := s.Step()
		check(t, err)
		if !row {
			break
		}
		ahead := called - k
		if most = max(most, ahead); k >= 20 && k < 39 && ahead > 1 {
			t.Errorf("at row %d, %d slow ones were read ahead", k, ahead)
		}
	}
	if called != 60 {
		t.Errorf("called %d times for 60 rows", called)
	}
	if most < 2 {
		t.Error("plant: no row was read ahead, not even a fast one")
	}
}

// TestSlowLargeRowsAreNotReadAhead holds that a row whose value goes by address
// counts as any other: the rows after it are not read ahead where it was slow. What
// makes these slow is one opcode, which no tick shows.
func TestSlowLargeRowsAreNotReadAhead(t *testing.T) {
	c := openTest(t, ":memory:")
	s := prepare(t, c, fmt.Sprintf(largeRows, 2000000))
	large := span{1, 20}
	cost := opcodes(t, s, 1, large)
	for k, n := range opcodes(t, s, 64, large) {
		if read := rowsFor(cost, n) - (k + 1); k >= 10 && read > 1 {
			t.Errorf("at row %d, %d slow ones were read ahead", k+1, read)
		}
	}
	// The same measure sees rows read ahead where the large ones are fast.
	fast := prepare(t, c, fmt.Sprintf(largeRows, 2))
	cost = opcodes(t, fast, 1, large)
	most := 0
	for try := 0; most < 8 && try < 50; try++ { // a machine at work elsewhere makes rows slow
		for k, n := range opcodes(t, fast, 64, large) {
			if k >= 10 {
				most = max(most, rowsFor(cost, n)-(k+1))
			}
		}
	}
	if most < 8 {
		t.Errorf("plant: at most %d fast rows were read ahead", most)
	}
}

// largeRows are 40 rows, of which those from ?1 to ?2 have a large value. The time
// that each takes grows with a number of bytes.
const largeRows = `WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 40)
	SELECT length(hex(zeroblob(%d + i))), iif(i BETWEEN ?1 AND ?2, zeroblob(10000), 0) FROM r`

// TestSlowFunctionIsNotReadAheadAfterAnother is the same for a statement that did
// not read ahead before it was compiled again.
func TestSlowFunctionIsNotReadAheadAfterAnother(t *testing.T) {
	c := openTest(t, ":memory:")
	called := 0
	nap := func(d time.Duration) sqlite.Func {
		return sqlite.Scalar1(func(v int64) (int64, error) {
			called++
			time.Sleep(d)
			return v, nil
		})
	}
	check(t, c.CreateFunction("nap", nap(0), 0))
	s := prepare(t, c, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 60) SELECT nap(i) FROM r")
	rows := func() (most int) {
		called = 0
		for k := 1; ; k++ {
			row, err := s.Step()
			check(t, err)
			if !row {
				break
			}
			most = max(most, called-k)
		}
		if called != 60 {
			t.Errorf("called %d times for 60 rows", called)
		}
		return most
	}
	if most := rows(); most > 1 {
		t.Errorf("a function that is not deterministic was called for %d rows ahead", most)
	}
	check(t, c.CreateFunction("nap", nap(time.Millisecond), sqlite.Deterministic))
	if most := rows(); most > 1 {
		t.Errorf("%d slow rows were read ahead", most)
	}
	// The same measure sees fast rows read ahead, after slow ones and after others.
	check(t, c.CreateFunction("nap", nap(0), sqlite.Deterministic))
	most := 0
	for try := 0; most < 2 && try < 50; try++ { // a machine at work elsewhere makes rows slow
		most = rows()
	}
	if most < 2 {
		t.Error("plant: no row was read ahead, not even a fast one")
	}
}
