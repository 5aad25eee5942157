// SPDX-License-Identifier: MIT

// Command plain is a user's first program.
package main

import (
	"database/sql"
	"fmt"
	"log"

	_ "github.com/gosqlite/gosqlite/driver"
)

func main() {
	version, err := version("file::memory:")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("SQLite", version)
}

func version(dsn string) (version string, err error) {
	db, err := sql.Open("gosqlite", dsn)
	if err != nil {
		return "", err
	}
	defer db.Close()
	return version, db.QueryRow("SELECT sqlite_version()").Scan(&version)
}
