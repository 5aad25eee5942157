// SPDX-License-Identifier: MIT

// Command modernc measures modernc.org/sqlite.
package main

import (
	"database/sql"
	"os"

	_ "modernc.org/sqlite"

	"github.com/gosqlite/gosqlite/tools/bench/process"
	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

func main() {
	os.Exit(process.Main(workload.Driver{Name: "modernc", Module: "modernc.org/sqlite", Open: open}))
}

func open(file string, s workload.Settings) (*sql.DB, error) {
	return sql.Open("sqlite", workload.URI(file, s.Pragmas()))
}
