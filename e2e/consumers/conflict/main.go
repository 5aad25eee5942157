// SPDX-License-Identifier: MIT

// Command conflict imports the drop-in and the driver that it stands in for, both
// of which register "sqlite3". It has to end by saying what to do.
package main

import (
	"fmt"

	_ "github.com/mattn/go-sqlite3"

	_ "github.com/gosqlite/gosqlite/driver/compat/sqlite3"
)

func main() { fmt.Println("both are registered") }
