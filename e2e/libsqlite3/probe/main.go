// SPDX-License-Identifier: MIT

// Probe uses a bit of everything that a libsqlite3 may lack, and prints its
// version and options.
package main

import (
	"database/sql"
	"fmt"
	"os"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

func main() {
	if err := probe(); err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		os.Exit(1)
	}
	fmt.Println(sqlite.Version(), sqlite.CompileOptions())
}

func probe() error {
	db, err := sql.Open(driver.Name, ":memory:")
	if err != nil {
		return err
	}
	defer db.Close()
	var n int
	if err := db.QueryRow("SELECT count(*) FROM carray(?)", []int64{1, 2, 3}).Scan(&n); err != nil || n != 3 {
		return fmt.Errorf("carray: %d, %w", n, err)
	}
	if _, err := db.Exec("CREATE VIRTUAL TABLE f USING fts5(a); CREATE VIRTUAL TABLE r USING rtree(id, x0, x1)"); err != nil {
		return err
	}
	c, err := sqlite.Open(":memory:", sqlite.OpenReadWrite)
	if err != nil {
		return err
	}
	defer c.Close()
	s, err := c.NewSession("main")
	if err != nil {
		return err
	}
	return s.Close()
}
