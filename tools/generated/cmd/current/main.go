// SPDX-License-Identifier: MIT

// Current is run as a test: it fails when a file of the tree is not what the build would put there.
//
//	current UPDATE_COMMAND TARGET=SOURCE...
//
// Exit codes: 0 current, 1 not, or a file could not be read, 2 usage.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/gosqlite/gosqlite/tools/generated"
)

func main() {
	// Tests start in the main repository's folder of the runfiles, where the tree's files are.
	os.Exit(run(os.Args[1:], ".", "..", os.Stderr))
}

func run(args []string, tree, runfiles string, stderr io.Writer) int {
	if len(args) < 2 {
		fmt.Fprintln(stderr, "usage: current UPDATE_COMMAND TARGET=SOURCE...")
		return 2
	}
	if err := generated.Check(tree, runfiles, args[0], args[1:]); err != nil {
		fmt.Fprintln(stderr, "current:", err)
		return 1
	}
	return 0
}
