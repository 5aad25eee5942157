// SPDX-License-Identifier: MIT

// Audit holds the provenance of a built release set against the set, the pins, go.sum and the tree that it was built of.
// Package audit says how.
//
// Exit codes: 0 all of it holds; 1 failure; 2 usage; 3 something does not.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/provenance/audit"
)

const usage = `usage: audit --set DIR --tree DIR

  --set DIR    the release set, such as bazel-bin/tools/release/release_ci
  --tree DIR   the tree that it was built of
`

func main() { action.Main("audit", run) }

func run(_ context.Context, args []string, stdout io.Writer) error {
	var set, tree string
	flags := flag.NewFlagSet("audit", flag.ContinueOnError)
	flags.StringVar(&set, "set", "", "")
	flags.StringVar(&tree, "tree", "", "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if set == "" || tree == "" {
		return action.UsageError("--set and --tree are needed")
	}
	c, faults, err := audit.Run(set, tree)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return action.Reject(fmt.Errorf("the provenance of %s does not hold:\n%s", set, strings.Join(faults, "\n")))
	}
	_, err = fmt.Fprintf(stdout, "provenance: %d subjects, %d pins, %d archives of channels, %d Go modules and %d source files are as it says\n",
		c.Subjects, c.Pins, c.Archives, c.Modules, c.Sources)
	return err
}
