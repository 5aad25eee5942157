// SPDX-License-Identifier: MIT

package driver_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

func Example() {
	db, err := sql.Open(driver.Name, ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TABLE planet(name TEXT PRIMARY KEY, moons INTEGER NOT NULL)`); err != nil {
		log.Fatal(err)
	}
	if _, err := db.Exec(`INSERT INTO planet VALUES(?, ?), (?, ?)`, "Earth", 1, "Mars", 2); err != nil {
		log.Fatal(err)
	}
	_, err = db.Exec(`INSERT INTO planet VALUES(?, ?)`, "Mars", 3)
	fmt.Println("twice:", errors.Is(err, sqlite.ErrConstraintPrimaryKey))

	rows, err := db.Query(`SELECT name, moons FROM planet ORDER BY name`)
	if err != nil {
		log.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var moons int
		if err := rows.Scan(&name, &moons); err != nil {
			log.Fatal(err)
		}
		fmt.Println(name, moons)
	}
	if err := rows.Err(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// twice: true
	// Earth 1
	// Mars 2
}

func ExampleConn_SQLite() {
	db, err := sql.Open(driver.Name, ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	err = driver.Raw(conn, func(c *sqlite.Conn) error {
		fmt.Println(c.Limit(sqlite.LimitAttached, -1))
		return nil
	})
	fmt.Println(err)
	// Output:
	// 10
	// <nil>
}
