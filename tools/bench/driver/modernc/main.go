// SPDX-License-Identifier: MIT

// Command modernc measures modernc.org/sqlite.
package main

import (
	"database/sql"
	"database/sql/driver"
	"os"

	"modernc.org/sqlite"

	"github.com/gosqlite/gosqlite/tools/bench/process"
	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

func main() {
	os.Exit(process.Main(workload.Driver{Name: "modernc", Module: "modernc.org/sqlite", Open: open, OpenFunctions: openFunctions}))
}

func open(file string, s workload.Settings) (*sql.DB, error) {
	return sql.Open("sqlite", workload.URI(file, s.Pragmas()))
}

func openFunctions(file string, s workload.Settings) (*sql.DB, error) {
	for name, f := range map[string]func(v driver.Value) driver.Value{
		"next": func(v driver.Value) driver.Value { return v.(int64) + 1 },
		"echo": func(v driver.Value) driver.Value { return v },
	} {
		err := sqlite.RegisterDeterministicScalarFunction(name, 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			return f(args[0]), nil
		})
		if err != nil {
			return nil, err
		}
	}
	return open(file, s)
}
