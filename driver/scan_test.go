// SPDX-License-Identifier: MIT

package driver_test

import (
	"database/sql"
	"math"
	"reflect"
	"testing"
	"time"
)

// TestScanIntoEveryType holds what each pair of value and destination gives;
// the same table passes with and without the direct scan of Go 1.27.
func TestScanIntoEveryType(t *testing.T) {
	db := open(t, ":memory:")
	tests := []struct {
		name string
		expr string
		dest any
		want any // nil: an error
	}{
		{name: "int64", expr: "9223372036854775807", dest: new(int64), want: int64(math.MaxInt64)},
		{name: "int", expr: "-5", dest: new(int), want: -5},
		{name: "int8 that does not fit", expr: "300", dest: new(int8)},
		{name: "uint", expr: "-1", dest: new(uint)},
		{name: "integer as text", expr: "42", dest: new(string), want: "42"},
		{name: "integer as float", expr: "42", dest: new(float64), want: 42.0},
		{name: "integer as any", expr: "42", dest: new(any), want: int64(42)},
		{name: "integer as bool", expr: "1", dest: new(bool), want: true},
		{name: "text", expr: "'a'", dest: new(string), want: "a"},
		{name: "text as bytes", expr: "'a'", dest: new([]byte), want: []byte("a")},
		{name: "text as integer", expr: "'12'", dest: new(int64), want: int64(12)},
		{name: "text that is no number", expr: "'x'", dest: new(int64)},
		{name: "text as any", expr: "'a'", dest: new(any), want: "a"},
		{name: "float", expr: "0.5", dest: new(float64), want: 0.5},
		{name: "float as any", expr: "0.5", dest: new(any), want: 0.5},
		{name: "blob", expr: "x'0102'", dest: new([]byte), want: []byte{1, 2}},
		{name: "empty blob", expr: "x''", dest: new([]byte), want: []byte{}},
		{name: "blob as text", expr: "x'41'", dest: new(string), want: "A"},
		{name: "blob as any", expr: "x'41'", dest: new(any), want: []byte("A")},
		{name: "null", expr: "NULL", dest: new(int64)},
		{name: "null as bytes", expr: "NULL", dest: new([]byte), want: []byte(nil)},
		{name: "NullInt64", expr: "7", dest: new(sql.NullInt64), want: sql.NullInt64{Int64: 7, Valid: true}},
		{name: "NullInt64 of NULL", expr: "NULL", dest: new(sql.NullInt64), want: sql.NullInt64{}},
		{name: "NullString", expr: "'s'", dest: new(sql.NullString), want: sql.NullString{String: "s", Valid: true}},
		{name: "NullFloat64 of an integer", expr: "7", dest: new(sql.NullFloat64), want: sql.NullFloat64{Float64: 7, Valid: true}},
		{name: "int32", expr: "-2147483648", dest: new(int32), want: int32(math.MinInt32)},
		{name: "int32 that does not fit", expr: "2147483648", dest: new(int32)},
		{name: "NullInt32", expr: "7", dest: new(sql.NullInt32), want: sql.NullInt32{Int32: 7, Valid: true}},
		{name: "NullInt32 that does not fit", expr: "-2147483649", dest: new(sql.NullInt32)},
		{name: "NullInt32 of NULL", expr: "NULL", dest: &sql.NullInt32{Int32: 1, Valid: true}, want: sql.NullInt32{}},
		{name: "bool that is none", expr: "2", dest: new(bool)},
		{name: "NullBool", expr: "0", dest: new(sql.NullBool), want: sql.NullBool{Valid: true}},
		{name: "NullBool that is none", expr: "-1", dest: new(sql.NullBool)},
		{name: "NullBool of NULL", expr: "NULL", dest: &sql.NullBool{Bool: true, Valid: true}, want: sql.NullBool{}},
		{name: "NullString of NULL", expr: "NULL", dest: &sql.NullString{String: "x", Valid: true}, want: sql.NullString{}},
		{name: "NullString of an integer", expr: "5", dest: new(sql.NullString), want: sql.NullString{String: "5", Valid: true}},
		{name: "NullFloat64 of NULL", expr: "NULL", dest: &sql.NullFloat64{Float64: 1, Valid: true}, want: sql.NullFloat64{}},
		{name: "sql.Null", expr: "'x'", dest: new(sql.Null[string]), want: sql.Null[string]{V: "x", Valid: true}},
		{name: "float as integer", expr: "1.5", dest: new(int64)},
		{name: "float as text", expr: "0.1", dest: new(string), want: "0.1"},
		{name: "text as bool", expr: "'true'", dest: new(bool), want: true},
		{name: "text as NullInt64", expr: "'5'", dest: new(sql.NullInt64), want: sql.NullInt64{Int64: 5, Valid: true}},
		{name: "named string type", expr: "'x'", dest: new(word), want: word("x")},
		{name: "pointer", expr: "'x'", dest: new(*string), want: &[]string{"x"}[0]},
		{name: "stored time of an expression", expr: "'2024-01-01 00:00:00.000000000Z'", dest: new(time.Time), want: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)},
		{name: "text is no time", expr: "'2024-01-01'", dest: new(time.Time)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := db.QueryRow("SELECT " + tt.expr).Scan(tt.dest)
			got := reflect.ValueOf(tt.dest).Elem().Interface()
			if (err == nil) != (tt.want != nil) || err == nil && !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %#v, %v; want %#v", got, err, tt.want)
			}
		})
	}
}

type word string

func TestBadTimeEndsTheRows(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, "CREATE TABLE t(n, d DATE); INSERT INTO t VALUES(1, '2024-01-01'), (2, 'never'), (3, '2024-01-03')")
	rows, err := db.Query("SELECT n, d FROM t")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		if err := rows.Scan(&n, new(any)); err != nil {
			t.Errorf("scan: %v", err)
		}
	}
	if n != 1 || rows.Err() == nil {
		t.Errorf("last row %d, %v", n, rows.Err())
	}
}

func TestRawBytes(t *testing.T) {
	db := open(t, ":memory:")
	rows, err := db.Query("SELECT 'one', x'02' UNION ALL SELECT 'two', x''")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var a, b sql.RawBytes
		if err := rows.Scan(&a, &b); err != nil {
			t.Fatal(err)
		}
		got = append(got, string(a)+"/"+string(b))
	}
	if want := []string{"one/\x02", "two/"}; !reflect.DeepEqual(got, want) || rows.Err() != nil {
		t.Errorf("got %q, %v", got, rows.Err())
	}
}

func TestUTF16DatabaseGivesUTF8(t *testing.T) {
	db := open(t, file(t))
	db.SetMaxOpenConns(1)
	exec(t, db, "PRAGMA encoding = 'UTF-16be'; CREATE TABLE t(x); INSERT INTO t VALUES(?)", "zwölf €")
	var got, encoding string
	if err := db.QueryRow("SELECT x, (SELECT encoding FROM pragma_encoding) FROM t WHERE x = ?", "zwölf €").Scan(&got, &encoding); err != nil || got != "zwölf €" || encoding != "UTF-16be" {
		t.Errorf("got %q in %s, %v", got, encoding, err)
	}
}

func TestJournalModeThatIsNotTakenIsAnError(t *testing.T) {
	name := file(t)
	exec(t, open(t, name), "CREATE TABLE t(x)")
	if err := open(t, "file:"+name+"?mode=ro&_journal_mode=wal").Ping(); err == nil {
		t.Error("a read-only connection claims WAL")
	}
}
