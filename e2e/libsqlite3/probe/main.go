// SPDX-License-Identifier: MIT

// Probe uses a bit of everything that a libsqlite3 may lack, shares a file with
// C code over the same library, and prints what `gosqlite version --json` prints
// of SQLite.
package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

func main() {
	err := probe()
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(map[string]any{
			"sqlite_version": sqlite.Version(), "sqlite_source_id": sqlite.SourceID(), "compile_options": sqlite.CompileOptions(),
		})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		os.Exit(1)
	}
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
	if err := s.Close(); err != nil {
		return err
	}
	return shared()
}

// shared reads through the driver what C code wrote.
func shared() error {
	dir, err := os.MkdirTemp("", "probe-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "shared.db")
	if written, err := writeInC(file); err != nil || !written {
		return err
	}
	db, err := sql.Open(driver.Name, file)
	if err != nil {
		return err
	}
	defer db.Close()
	var n int
	if err := db.QueryRow("SELECT x FROM c").Scan(&n); err != nil || n != 42 {
		return fmt.Errorf("read what C code wrote: %d, %w", n, err)
	}
	return nil
}
