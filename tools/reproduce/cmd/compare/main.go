// SPDX-License-Identifier: MIT

// Command compare holds two ledgers, or two folders of release files, against each other: ./bazelw run //:compare -- A B.
// Package comparison says what it prints, docs/reproducing.md what a ledger is.
package main

import (
	"os"

	"github.com/gosqlite/gosqlite/tools/reproduce/command"
	"github.com/gosqlite/gosqlite/tools/reproduce/comparison"
)

func main() {
	os.Exit(comparison.Run(os.Args[1:], &command.Terminal{Program: "compare", Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ()}))
}
