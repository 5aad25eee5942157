// SPDX-License-Identifier: MIT

// Sbom writes, checks and shows bills of materials. It reads graphs, which the build gathers; package graph has their
// format. It reads no clock and no network; package action has the exit codes.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

const usage = `usage: sbom COMMAND FLAGS

  merge    make the graph of a whole release out of those of its platforms
  write    write a graph in formats
  check    hold a graph and its documents against schemas, profiles, licenses, lists and files
  expect   print the list of components that a document has, as check --expect reads it
  score    measure documents by the sbomqs formula, with each lost point and its reason
  table    print a graph's components
  tree     print what a graph's subject contains, links and was made with
  treemap  draw the bytes of a program by component
  diff     print what changed between two releases
  bill     print what a release was made of, for the notes of the next one

sbom COMMAND --help has the flags of a command.
`

// A command parses its arguments and does its work.
type command struct {
	name string
	run  func(args []string, stdout io.Writer) error
}

var commands = []command{
	{"merge", merge}, {"write", write}, {"check", check}, {"expect", expect}, {"score", score},
	{"table", table}, {"tree", tree}, {"treemap", treemap}, {"diff", differences}, {"bill", bill},
}

func main() {
	if err := action.WorkingDirectory(); err != nil {
		os.Exit(action.Exit(os.Stderr, "sbom", err))
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	return action.Exit(stderr, "sbom", dispatch(args, stdout))
}

func dispatch(args []string, stdout io.Writer) error {
	if len(args) == 0 {
		return action.UsageError("a command is needed")
	}
	for _, c := range commands {
		if c.name != args[0] {
			continue
		}
		if err := c.run(args[1:], stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		return nil
	}
	if args[0] == "--help" || args[0] == "-h" || args[0] == "help" {
		_, err := fmt.Fprint(stdout, usage)
		return err
	}
	return action.UsageError("%q is no command", args[0])
}
