// SPDX-License-Identifier: MIT

package jsoncolumn_test

import (
	"database/sql"
	"fmt"
	"log"
	"reflect"
	"testing"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/driver/jsoncolumn"
)

type planet struct {
	Name  string
	Moons []string
}

func TestRoundTrip(t *testing.T) {
	db, err := sql.Open(driver.Name, ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE doc(body, n INTEGER)"); err != nil {
		t.Fatal(err)
	}
	want := planet{Name: "Mars", Moons: []string{"Phobos", "Deimos"}}
	if _, err := db.Exec("INSERT INTO doc VALUES(?, ?)", jsoncolumn.Of[planet]{V: want}, jsoncolumn.Of[int]{V: 7}); err != nil {
		t.Fatal(err)
	}
	var got jsoncolumn.Of[planet]
	var n jsoncolumn.Of[int]
	var typ, moon string
	if err := db.QueryRow("SELECT body, n, typeof(body), body->>'$.Moons[1]' FROM doc").Scan(&got, &n, &typ, &moon); err != nil || !reflect.DeepEqual(got.V, want) || n.V != 7 || typ != "text" || moon != "Deimos" {
		t.Errorf("%+v, %d, %s, %s, %v", got, n.V, typ, moon, err)
	}
	if err := db.QueryRow("SELECT NULL").Scan(&got); err != nil || got.V.Name != "" {
		t.Errorf("NULL: %+v, %v", got, err)
	}
	var null sql.Null[jsoncolumn.Of[planet]]
	if err := db.QueryRow("SELECT NULL").Scan(&null); err != nil || null.Valid {
		t.Errorf("NULL as sql.Null: %+v, %v", null, err)
	}
	got.V = want
	if err := db.QueryRow(`SELECT '{"Name": 1}'`).Scan(&got); err == nil || got.V.Name != "Mars" {
		t.Errorf("what does not fit: %+v, %v", got, err)
	}
	if _, err := db.Exec("SELECT ?", jsoncolumn.Of[func()]{}); err == nil {
		t.Error("a function has become JSON")
	}
}

func Example() {
	db, err := sql.Open(driver.Name, ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	var doc jsoncolumn.Of[map[string]int]
	arg := jsoncolumn.Of[map[string]int]{V: map[string]int{"a": 1}}
	if err := db.QueryRow("SELECT json_set(?, '$.b', 2)", arg).Scan(&doc); err != nil {
		log.Fatal(err)
	}
	fmt.Println(doc.V)
	// Output: map[a:1 b:2]
}

// A column of floats gives whole numbers back as such.
func TestWholeNumbersInARealColumn(t *testing.T) {
	db, err := sql.Open(driver.Name, ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE t(n REAL)"); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int64{0, -999999, 1000000, 1 << 53, -1 << 53} {
		if _, err := db.Exec("DELETE FROM t; INSERT INTO t VALUES(?)", jsoncolumn.Of[int64]{V: n}); err != nil {
			t.Fatal(err)
		}
		var got jsoncolumn.Of[int64]
		if err := db.QueryRow("SELECT n FROM t").Scan(&got); err != nil || got.V != n {
			t.Errorf("%d is read as %d, %v", n, got.V, err)
		}
	}
}
