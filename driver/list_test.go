// SPDX-License-Identifier: MIT

package driver_test

import (
	"database/sql"
	"testing"
)

func TestLists(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, "CREATE TABLE t(id, name, data); INSERT INTO t VALUES(1, 'a', x'01'), (2, 'b', x'02'), (3, 'c', x'03')")
	st, err := db.Prepare("SELECT count(*) FROM t WHERE id IN carray(?) AND id < ?")
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	for range 2 {
		for _, tt := range []struct {
			where string
			args  []any
			want  int
		}{
			{"id IN carray(?)", []any{[]int64{1, 3, 9}}, 2},
			{"id IN carray(:ids) AND name = :name", []any{sql.Named("name", "c"), sql.Named("ids", []int{1, 3})}, 1},
			{"id IN carray(?)", []any{[]float64{2}}, 1},
			{"name IN carray(?) AND id > ?", []any{[]string{"a", "b"}, 1}, 1},
			{"data IN carray(?)", []any{[][]byte{{1}, {2}, nil}}, 2},
			{"id IN carray(?)", []any{[]int64{}}, 0},
			{"id IN carray(?)", []any{nil}, 0},
		} {
			if n := count(t, db, "SELECT count(*) FROM t WHERE "+tt.where, tt.args...); n != tt.want {
				t.Errorf("%s of %v: %d rows, want %d", tt.where, tt.args, n, tt.want)
			}
		}
		var n int
		if err := st.QueryRow([]int64{1, 2, 3}, 3).Scan(&n); err != nil || n != 2 {
			t.Errorf("prepared: %d, %v", n, err)
		}
	}
	if _, err := db.Exec("SELECT ?", []string{"a\x00b"}); err == nil {
		t.Error("a text with NUL is in a list")
	}
}
