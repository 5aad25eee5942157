// SPDX-License-Identifier: MIT

package driver_test

import (
	"database/sql"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestColumnTypes(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, "CREATE TABLE t(id INTEGER PRIMARY KEY, n TEXT NOT NULL, v VARCHAR(20), d DECIMAL(10, 2), at DATETIME NOT NULL)")
	rows, err := db.Query("SELECT id, n, v, d, at, 1+1 FROM t")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		t.Fatal(err)
	}
	if types[1].DatabaseTypeName() != "TEXT" || types[2].DatabaseTypeName() != "VARCHAR" || types[5].DatabaseTypeName() != "" {
		t.Errorf("names %q %q %q", types[1].DatabaseTypeName(), types[2].DatabaseTypeName(), types[5].DatabaseTypeName())
	}
	if null, ok := types[1].Nullable(); null || !ok {
		t.Errorf("NOT NULL column: %v %v", null, ok)
	}
	if null, ok := types[2].Nullable(); !null || !ok {
		t.Errorf("nullable column: %v %v", null, ok)
	}
	if _, ok := types[5].Nullable(); ok {
		t.Error("an expression claims to know")
	}
	if n, ok := types[2].Length(); n != 20 || !ok {
		t.Errorf("length %d %v", n, ok)
	}
	if p, s, ok := types[3].DecimalSize(); p != 10 || s != 2 || !ok {
		t.Errorf("decimal size %d %d %v", p, s, ok)
	}
	if types[1].ScanType() != reflect.TypeFor[string]() || types[2].ScanType() != reflect.TypeFor[sql.NullString]() || types[4].ScanType() != reflect.TypeFor[time.Time]() {
		t.Errorf("scan types %v %v %v", types[1].ScanType(), types[2].ScanType(), types[4].ScanType())
	}
	outer, err := db.Query("SELECT t.n FROM (SELECT 1) LEFT JOIN t")
	if err != nil {
		t.Fatal(err)
	}
	defer outer.Close()
	if types, err = outer.ColumnTypes(); err != nil {
		t.Fatal(err)
	}
	if _, ok := types[0].Nullable(); ok {
		t.Error("a column of an outer join claims to know")
	}
}

// TestNullableIsASchemaFact asks of every kind of primary key, of views and of
// expressions.
func TestNullableIsASchemaFact(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, `CREATE TABLE a(id INTEGER PRIMARY KEY, n NOT NULL, v); CREATE TABLE d(id INTEGER PRIMARY KEY DESC);
		CREATE TABLE m(x INTEGER, y INTEGER, PRIMARY KEY(x, y)); CREATE TABLE w(x INTEGER, y, PRIMARY KEY(x)) WITHOUT ROWID;
		CREATE TABLE s(x TEXT PRIMARY KEY); CREATE VIEW view AS SELECT id AS renamed, v, n + 0 FROM a`)
	for _, tt := range []struct {
		query         string
		mayBeNull, ok bool
	}{
		{"SELECT id FROM a", false, true},
		{"SELECT rowid FROM a", false, true},
		{"SELECT n FROM a", false, true},
		{"SELECT v FROM a", true, true},
		{"SELECT id FROM d", true, true}, // SQLite's old mistake, kept for compatibility
		{"SELECT x FROM m", true, true},
		{"SELECT x FROM w", false, true},
		{"SELECT x FROM s", true, true},
		{"SELECT renamed FROM view", false, true},
		{"SELECT n + 0 FROM a", true, false},
		{"SELECT a.id FROM s LEFT JOIN a ON a.v = s.x", true, false},
		{"SELECT NULL", true, false},
	} {
		rows, err := db.Query(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		types, err := rows.ColumnTypes()
		if err != nil {
			t.Fatal(err)
		}
		if mayBeNull, ok := types[0].Nullable(); mayBeNull != tt.mayBeNull || ok != tt.ok {
			t.Errorf("%s: %v, %v; want %v, %v", tt.query, mayBeNull, ok, tt.mayBeNull, tt.ok)
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSchemaChangeRefreshesColumns(t *testing.T) {
	db := open(t, ":memory:")
	db.SetMaxOpenConns(1)
	exec(t, db, "CREATE TABLE t(a); INSERT INTO t VALUES(1)")
	for want := 1; want <= 3; want++ {
		rows, err := db.Query("SELECT * FROM t")
		if err != nil {
			t.Fatal(err)
		}
		names, err := rows.Columns()
		if err != nil || len(names) != want {
			t.Errorf("columns %v, %v", names, err)
		}
		dest := make([]any, len(names))
		for i := range dest {
			dest[i] = new(any)
		}
		if !rows.Next() || rows.Scan(dest...) != nil {
			t.Errorf("row with %d columns: %v", want, rows.Err())
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		exec(t, db, "ALTER TABLE t ADD COLUMN "+string(rune('a'+want)))
	}
}

// A run without rows compiles the statement again, too.
func TestSchemaChangeRefreshesColumnsWithoutRows(t *testing.T) {
	db := open(t, ":memory:")
	db.SetMaxOpenConns(1)
	exec(t, db, "CREATE TABLE t(a)")
	names := func() string {
		t.Helper()
		rows, err := db.Query("SELECT * FROM t")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		n, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(n, " ")
	}
	for _, step := range []struct{ change, want string }{
		{"INSERT INTO t VALUES(1)", "a"}, {"DELETE FROM t", "a"}, {"ALTER TABLE t ADD COLUMN b", "a b"}, {"ALTER TABLE t DROP COLUMN a", "b"},
	} {
		exec(t, db, step.change)
		if got := names(); got != step.want {
			t.Errorf("after %s: columns %s, want %s", step.change, got, step.want)
		}
	}
	exec(t, db, "ALTER TABLE t ADD COLUMN c")
	names()
	exec(t, db, "INSERT INTO t VALUES(1, 2)")
	var b, c int
	if err := db.QueryRow("SELECT * FROM t").Scan(&b, &c); err != nil || b != 1 || c != 2 {
		t.Errorf("%d %d, %v", b, c, err)
	}
}
