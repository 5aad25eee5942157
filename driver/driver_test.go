// SPDX-License-Identifier: MIT

package driver_test

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

func open(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver.Name, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

func file(t *testing.T) string { return filepath.Join(t.TempDir(), "test.db") }

func exec(t *testing.T, db interface {
	Exec(string, ...any) (sql.Result, error)
}, query string, args ...any) sql.Result {
	t.Helper()
	res, err := db.Exec(query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return res
}

func TestValuesKeepTheirType(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, "CREATE TABLE t(v)")
	tests := []struct {
		name string
		in   any
		want any
	}{
		{name: "null", in: nil, want: nil},
		{name: "smallest integer", in: int64(math.MinInt64), want: int64(math.MinInt64)},
		{name: "largest uint64 that fits", in: uint64(math.MaxInt64), want: int64(math.MaxInt64)},
		{name: "float", in: 1.5, want: 1.5},
		{name: "infinity", in: math.Inf(-1), want: math.Inf(-1)},
		{name: "integral float stays a float", in: 3.0, want: 3.0},
		{name: "text", in: "grün", want: "grün"},
		{name: "empty text", in: "", want: ""},
		{name: "text with NUL", in: "a\x00b", want: "a\x00b"},
		{name: "text that is no UTF-8", in: "\xff\xfe", want: "\xff\xfe"},
		{name: "blob", in: []byte{0, 1, 255}, want: []byte{0, 1, 255}},
		{name: "empty blob", in: []byte{}, want: []byte{}},
		{name: "nil slice", in: []byte(nil), want: nil},
		{name: "bool", in: true, want: int64(1)},
		{name: "large text", in: strings.Repeat("x", 1<<20), want: strings.Repeat("x", 1<<20)},
		{name: "time", in: time.Date(2024, 2, 29, 12, 0, 0, 5, time.FixedZone("", 3600)), want: "2024-02-29 11:00:00.000000005Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			exec(t, db, "DELETE FROM t")
			exec(t, db, "INSERT INTO t VALUES(?)", tt.in)
			var got any
			if err := db.QueryRow("SELECT v FROM t").Scan(&got); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %#v, want %#v", got, tt.want)
			}
		})
	}
}

func TestArgumentsThatAreRefused(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, "CREATE TABLE t(a, b)")
	tests := []struct {
		name  string
		query string
		args  []any
		want  string
		ran   int // statements that took effect
	}{
		{name: "missing", query: "INSERT INTO t VALUES(?, ?)", args: []any{1}, want: "wants 2 arguments, got 1"},
		{name: "surplus", query: "INSERT INTO t VALUES(?, ?)", args: []any{1, 2, 3}, want: "wants 2 arguments, got 3"},
		{name: "surplus without parameters", query: "INSERT INTO t VALUES(1, 2)", args: []any{1}, want: "wants 0 arguments, got 1"},
		{name: "second statement", query: "INSERT INTO t VALUES(?, 1); INSERT INTO t VALUES(?, ?)", args: []any{1, 2}, want: "statement 2 wants 2 more arguments, 1 are left", ran: 1},
		{name: "unknown name", query: "INSERT INTO t VALUES(:a, 1)", args: []any{sql.Named("a", 1), sql.Named("x", 1)}, want: `no parameter is named "x"`},
		{name: "unknown name of two statements", query: "INSERT INTO t VALUES(:a, 1); INSERT INTO t VALUES(:a, 2)", args: []any{sql.Named("a", 1), sql.Named("x", 1)}, want: `no parameter is named "x"; the statements before statement 2 have run`, ran: 1},
		{name: "argument of a comment", query: "-- nothing", args: []any{1}, want: "wants 0 arguments, got 1"},
		{name: "missing name", query: "INSERT INTO t VALUES(:a, :b)", args: []any{sql.Named("a", 1)}, want: "parameter 2 (:b) has no argument"},
		{name: "missing name in the second statement", query: "INSERT INTO t VALUES(:a, 1); INSERT INTO t VALUES(:a, :b)", args: []any{sql.Named("a", 1)}, want: "statement 2: parameter 2 (:b) has no argument; the statements before it have run", ran: 1},
		{name: "name with two prefixes in the second statement", query: "INSERT INTO t VALUES(:a, 1); INSERT INTO t VALUES(:a, @a)", args: []any{sql.Named("a", 1)}, want: "statement 2: parameter name \"a\" occurs with two prefixes", ran: 1},
		{name: "kept value in the second statement", query: "INSERT INTO t VALUES(?, 1); INSERT INTO t VALUES(1, ?)", args: []any{1, sqlite.KeepValue()}, want: "statement 2: argument 1: ", ran: 1},
		{name: "NaN", query: "INSERT INTO t VALUES(?, 1)", args: []any{math.NaN()}, want: "NaN"},
		{name: "uint64", query: "INSERT INTO t VALUES(?, 1)", args: []any{uint64(math.MaxUint64)}, want: "does not fit"},
		{name: "kept value", query: "INSERT INTO t VALUES(?, 1)", args: []any{sqlite.KeepValue()}, want: "KeepValue"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			exec(t, db, "DELETE FROM t")
			if _, err := db.Exec(tt.query, tt.args...); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Exec: %v, want %q", err, tt.want)
			}
			if n := count(t, db, "SELECT count(*) FROM t"); n != tt.ran {
				t.Errorf("Exec: %d statements took effect, want %d", n, tt.ran)
			}
			exec(t, db, "DELETE FROM t")
			rows, err := db.Query(tt.query, tt.args...)
			for err == nil && rows.NextResultSet() {
			}
			if err == nil {
				err = errors.Join(rows.Err(), rows.Close())
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Query: %v, want %q", err, tt.want)
			}
			if n := count(t, db, "SELECT count(*) FROM t"); n != tt.ran {
				t.Errorf("Query: %d statements took effect, want %d", n, tt.ran)
			}
		})
	}
}

func TestNamedAndNumberedParameters(t *testing.T) {
	db := open(t, ":memory:")
	tests := []struct {
		name  string
		query string
		args  []any
		want  string
	}{
		{name: "named, twice", query: "SELECT :a || @b || :a", args: []any{sql.Named("b", "2"), sql.Named("a", "1")}, want: "121"},
		{name: "numbered", query: "SELECT ?2 || ?1", args: []any{"1", "2"}, want: "21"},
		{name: "mixed", query: "SELECT ? || :x", args: []any{"1", sql.Named("x", "2")}, want: "12"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got string
			if err := db.QueryRow(tt.query, tt.args...).Scan(&got); err != nil || got != tt.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestBoolAndTimeColumns(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, "CREATE TABLE t(b BOOLEAN, d DATETIME, z TIMESTAMP WITH TIME ZONE)")
	in := time.Date(2024, 3, 10, 1, 2, 3, 450000000, time.FixedZone("x", -5*3600))
	exec(t, db, "INSERT INTO t VALUES(?, ?, '2024-03-10T01:02:03.45-05:00')", true, in)
	exec(t, db, "INSERT INTO t VALUES(7, 1710050523, 2460379.75)")
	rows, err := db.Query("SELECT * FROM t")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got [][3]any
	for rows.Next() {
		var r [3]any
		if err := rows.Scan(&r[0], &r[1], &r[2]); err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	want := [][3]any{
		{true, in.UTC(), in.UTC()},
		{int64(7), time.Unix(1710050523, 0).UTC(), time.Date(2024, 3, 10, 6, 0, 0, 0, time.UTC)},
	}
	if !reflect.DeepEqual(got, want) || rows.Err() != nil {
		t.Errorf("got %v, %v", got, rows.Err())
	}
}

func TestBadTimeTextIsAnError(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, "CREATE TABLE t(d DATE)")
	for _, bad := range []any{"", "soon", "2024-02-30", "2024-13-01", "2024-01-01 25:00", "2024-01-01T", "2024-01-01 10:00:00+99:00", "2024-01-01 10:00:00.Z", int64(math.MaxInt64), -0.5} {
		exec(t, db, "DELETE FROM t")
		exec(t, db, "INSERT INTO t VALUES(?)", bad)
		var got any
		if err := db.QueryRow("SELECT d FROM t").Scan(&got); err == nil || !strings.Contains(err.Error(), "is no time") {
			t.Errorf("%v: %v, %v", bad, got, err)
		}
	}
}

func TestResultSets(t *testing.T) {
	db := open(t, ":memory:")
	rows, err := db.Query("CREATE TABLE t(x); INSERT INTO t VALUES(?); SELECT x FROM t; -- two\nSELECT x + ?, 2 FROM t; INSERT INTO t VALUES(9); /* end */", 1, 10)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var a, b int
	if !rows.Next() || rows.Scan(&a) != nil || a != 1 || rows.Next() {
		t.Errorf("first set: %d, %v", a, rows.Err())
	}
	if !rows.NextResultSet() || !rows.Next() || rows.Scan(&a, &b) != nil || a != 11 || b != 2 {
		t.Errorf("second set: %d, %d, %v", a, b, rows.Err())
	}
	if rows.NextResultSet() || rows.Err() != nil {
		t.Errorf("third set: %v", rows.Err())
	}
	var n int
	if err := db.QueryRow("SELECT count(*) FROM t").Scan(&n); err != nil || n != 2 {
		t.Errorf("%d rows, %v: the last statement did not run", n, err)
	}
}

func TestMemoryDatabaseIsOnePerPool(t *testing.T) {
	db, other := open(t, ":memory:"), open(t, ":memory:")
	exec(t, db, "CREATE TABLE t(x); INSERT INTO t VALUES(1)")
	ctx := context.Background()
	for i := 0; i < 3; i++ {
		conn, err := db.Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		var n int
		if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM t").Scan(&n); err != nil || n != 1 {
			t.Errorf("connection %d: %d rows, %v", i, n, err)
		}
	}
	if _, err := other.Exec("SELECT * FROM t"); err == nil {
		t.Error("another pool sees the table")
	}
}

func TestMemoryDatabaseOutlivesItsConnections(t *testing.T) {
	db := open(t, ":memory:")
	db.SetMaxIdleConns(-1)
	exec(t, db, "CREATE TABLE t(x)")
	exec(t, db, "INSERT INTO t VALUES(1)")
	a, b := open(t, "file:shared?mode=memory&cache=shared"), open(t, "file:shared?mode=memory&cache=shared")
	exec(t, a, "CREATE TABLE t(x)")
	exec(t, b, "INSERT INTO t VALUES(1)")
}

func TestConnectorInitAndRaw(t *testing.T) {
	calls := 0
	connector, err := driver.NewConnector("file:"+file(t), func(c *sqlite.Conn) error {
		calls++
		return c.Exec("PRAGMA application_id = 42")
	})
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = driver.Raw(conn, func(c *sqlite.Conn) error {
		if !strings.HasSuffix(c.Filename("main"), "test.db") {
			t.Errorf("file %q", c.Filename("main"))
		}
		return nil
	})
	if err != nil || calls != 1 {
		t.Errorf("raw: %v, %d calls of init", err, calls)
	}
	broken := errors.New("broken")
	connector, err = driver.NewConnector(":memory:", func(*sqlite.Conn) error { return broken })
	if err != nil {
		t.Fatal(err)
	}
	bad := sql.OpenDB(connector)
	defer bad.Close()
	if err := bad.Ping(); !errors.Is(err, broken) {
		t.Errorf("ping: %v", err)
	}
}

func TestStatementInUseTwice(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, "CREATE TABLE t(x); INSERT INTO t VALUES(1), (2), (3)")
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	st, err := tx.Prepare("SELECT x FROM t ORDER BY x")
	if err != nil {
		t.Fatal(err)
	}
	outer, err := st.Query()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for outer.Next() {
		var a int
		if err := outer.Scan(&a); err != nil {
			t.Fatal(err)
		}
		inner, err := st.Query()
		if err != nil {
			t.Fatal(err)
		}
		for inner.Next() {
			var b int
			if err := inner.Scan(&b); err != nil {
				t.Fatal(err)
			}
			sum += a * b
		}
		if err := inner.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := st.Close(); err != nil || sum != 36 || outer.Err() != nil {
		t.Errorf("sum %d, %v, %v", sum, err, outer.Err())
	}
}
