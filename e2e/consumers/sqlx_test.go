// SPDX-License-Identifier: MIT

package consumers

import (
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
)

type place struct {
	Country string    `db:"country"`
	City    *string   `db:"city"`
	Code    int64     `db:"telcode"`
	Seen    time.Time `db:"seen"`
}

// https://jmoiron.github.io/sqlx/
func TestSqlx(t *testing.T) {
	// sqlx knows drivers by name; a new one says how it writes parameters.
	sqlx.BindDriver("gosqlite", sqlx.QUESTION)
	db := sqlx.NewDb(open(t), "gosqlite")
	isGosqlite(t, db.DB)
	db.MustExec("CREATE TABLE place(country TEXT NOT NULL, city TEXT, telcode INTEGER NOT NULL, seen DATETIME NOT NULL)")
	seen := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
	city := "Hong Kong"
	if _, err := db.NamedExec("INSERT INTO place(country, city, telcode, seen) VALUES (:country, :city, :telcode, :seen)", []place{
		{"China", &city, 852, seen}, {"Singapore", nil, 65, seen},
	}); err != nil {
		t.Fatal(err)
	}

	var places []place
	if err := db.Select(&places, "SELECT * FROM place ORDER BY telcode"); err != nil {
		t.Fatal(err)
	}
	if len(places) != 2 || places[0].City != nil || *places[1].City != city || !places[1].Seen.Equal(seen) {
		t.Errorf("selected %+v", places)
	}

	query, args, err := sqlx.In("SELECT country FROM place WHERE telcode IN (?) ORDER BY country", []int64{65, 852})
	var countries []string
	if err == nil {
		err = db.Select(&countries, db.Rebind(query), args...)
	}
	if err != nil || !slices.Equal(countries, []string{"China", "Singapore"}) {
		t.Errorf("in: %v, %v", countries, err)
	}

	tx := db.MustBegin()
	stmt, err := tx.PrepareNamed("UPDATE place SET city = :city WHERE telcode = :telcode")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stmt.Exec(map[string]any{"city": "Singapore", "telcode": 65}); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	var one place
	if err := db.Get(&one, "SELECT * FROM place WHERE telcode = $1", 65); err != nil || one.City == nil || *one.City != "Singapore" {
		t.Errorf("get: %+v, %v", one, err)
	}

	rows, err := db.Queryx("SELECT * FROM place WHERE telcode = 852")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		row := map[string]any{}
		if err := rows.MapScan(row); err != nil || row["city"] != city || row["telcode"] != int64(852) {
			t.Errorf("map: %v, %v", row, err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Error(err)
	}
}
