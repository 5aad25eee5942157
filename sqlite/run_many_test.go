// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

func TestRunManyRunsEachGroup(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(a UNIQUE, b)")
	s := prepare(t, c, "INSERT INTO t VALUES(?, ?)")
	text := strings.Repeat("x", 500)
	var args []sqlite.Value
	for i := range 300 { // more than the memory that a statement keeps
		args = append(args, sqlite.Int64Value(int64(i)), sqlite.TextValue(text))
	}
	if ran, err := s.RunMany(args); ran != 300 || err != nil || s.Changes() != 300 || s.LastInsertRowID() != 300 {
		t.Fatalf("ran %d, %v; %d changes, rowid %d", ran, err, s.Changes(), s.LastInsertRowID())
	}
	q := prepare(t, c, "SELECT count(*), sum(a), count(DISTINCT b), max(length(b)) FROM t")
	if _, err := q.Step(); err != nil || q.ColumnInt64(0) != 300 || q.ColumnInt64(1) != 299*300/2 || q.ColumnInt64(2) != 1 || q.ColumnInt64(3) != 500 {
		t.Errorf("%d rows, sum %d, %v", q.ColumnInt64(0), q.ColumnInt64(1), err)
	}
	again := []sqlite.Value{
		sqlite.Int64Value(1000), sqlite.NullValue(),
		sqlite.Int64Value(7), sqlite.NullValue(),
		sqlite.Int64Value(1001), sqlite.NullValue(),
	}
	if ran, err := s.RunMany(again); ran != 1 || !errors.Is(err, sqlite.ErrConstraintUnique) || s.Changes() != 1 {
		t.Errorf("with a duplicate: ran %d, %v, %d changes", ran, err, s.Changes())
	}
	if _, err := s.RunMany(again[:3]); !errors.Is(err, sqlite.ErrRange) {
		t.Errorf("one and a half groups: %v", err)
	}
	if ran, err := s.RunMany(nil); ran != 0 || err != nil {
		t.Errorf("nothing: %d, %v", ran, err)
	}
}

// TestChangesAreTheStatements holds that a statement which changes nothing does
// not report the number of an earlier one, as sqlite3_changes64 does.
func TestChangesAreTheStatements(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(a); INSERT INTO t VALUES(1), (2), (3)")
	for _, tt := range []struct {
		sql  string
		want int64
	}{
		{"CREATE TABLE u(a)", 0},
		{"SELECT * FROM t", 0},
		{"UPDATE t SET a = a WHERE a > 1", 2},
		{"INSERT INTO t VALUES(4), (5) RETURNING a", 2},
		{"DELETE FROM t WHERE a = 99", 0},
		{"WITH x(v) AS (VALUES(8)) INSERT INTO u SELECT * FROM x", 1},
	} {
		s := prepare(t, c, tt.sql)
		for row, err := s.Step(); row || err != nil; row, err = s.Step() {
			if err != nil {
				t.Fatal(err)
			}
		}
		if s.Changes() != tt.want {
			t.Errorf("%s: %d changes, want %d", tt.sql, s.Changes(), tt.want)
		}
	}
}
