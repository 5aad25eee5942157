// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"errors"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

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
