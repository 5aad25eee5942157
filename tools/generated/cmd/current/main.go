// SPDX-License-Identifier: MIT

// Current is run as a test: it fails when a file of the tree is not what the build would put there.
//
//	current UPDATE_COMMAND TARGET=SOURCE...
package main

import (
	"fmt"
	"os"

	"github.com/gosqlite/gosqlite/tools/generated"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: current UPDATE_COMMAND TARGET=SOURCE...")
		os.Exit(2)
	}
	// Tests start in the main repository's folder of the runfiles, where the tree's files are.
	if err := generated.Check(".", "..", os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "current:", err)
		os.Exit(1)
	}
}
