// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

func TestBindArray(t *testing.T) {
	c := openTest(t, ":memory:")
	s := prepare(t, c, "SELECT group_concat(typeof(value) || ':' || quote(value), ' ') FROM carray(?1)")
	lists := []struct {
		name string
		bind func() error
		want string
	}{
		{"integers", func() error { return sqlite.BindArray(s, 1, []int64{1, math.MinInt64, math.MaxInt64}) },
			"integer:1 integer:-9223372036854775808 integer:9223372036854775807"},
		{"floats", func() error { return sqlite.BindArray(s, 1, []float64{0.5, -1}) }, "real:0.5 real:-1.0"},
		{"texts", func() error { return sqlite.BindArray(s, 1, []string{"", "a'b", "é"}) }, "text:'' text:'a''b' text:'é'"},
		{"blobs", func() error { return sqlite.BindArray(s, 1, [][]byte{{}, nil, {0, 0xff}}) }, "blob:X'' null:NULL blob:X'00FF'"},
		{"none", func() error { return sqlite.BindArray(s, 1, []int64{}) }, ""},
		{"nil", func() error { return sqlite.BindArray[string](s, 1, nil) }, ""},
		{"many", func() error { return sqlite.BindArray(s, 1, []string{strings.Repeat("x", 100000)}) }, "text:'" + strings.Repeat("x", 100000) + "'"},
	}
	for round := 0; round < 2; round++ {
		for _, l := range lists {
			if err := l.bind(); err != nil {
				t.Fatalf("%s: %v", l.name, err)
			}
			runtime.GC()
			if row, err := s.Step(); !row || err != nil || s.ColumnText(0) != l.want {
				t.Errorf("%s: %.80s, %v", l.name, s.ColumnText(0), err)
			}
			if _, err := s.Step(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := sqlite.BindArray(s, 1, []string{"a\x00b"}); !errors.Is(err, sqlite.ErrMismatch) {
		t.Errorf("a NUL in a text: %v", err)
	}
	if err := sqlite.BindArray(s, 1, []float64{math.NaN()}); !errors.Is(err, sqlite.ErrMismatch) {
		t.Errorf("NaN: %v", err)
	}
	if err := sqlite.BindArray(s, 2, []int64{1}); !errors.Is(err, sqlite.ErrRange) {
		t.Errorf("parameter 2 of one: %v", err)
	}
	check(t, s.Close())
	if err := sqlite.BindArray(s, 1, []int64{1}); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("use after close: %v", err)
	}
}

func TestArrayInAnINList(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(id INTEGER PRIMARY KEY, x); WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 100) INSERT INTO t SELECT i, 'n' || i FROM r")
	s := prepare(t, c, "SELECT group_concat(x) FROM t WHERE id IN carray(?) OR x = ?")
	check(t, sqlite.BindArray(s, 1, []int64{3, 5, 1000}))
	check(t, s.BindText(2, "n7"))
	if row, err := s.Step(); !row || err != nil || s.ColumnText(0) != "n3,n5,n7" {
		t.Errorf("%s, %v", s.ColumnText(0), err)
	}
}
