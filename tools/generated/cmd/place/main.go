// SPDX-License-Identifier: MIT

// Place is run by `bazel run`, with a pair TARGET=SOURCE for each file: package generated has the details.
//
// Exit codes: 0 all targets are current now, 1 failure, 2 usage.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/gosqlite/gosqlite/tools/generated"
)

func main() {
	// `bazel run` starts programs in the main repository's folder of the runfiles.
	os.Exit(run(os.Args[1:], os.Getenv("BUILD_WORKSPACE_DIRECTORY"), "..", os.Stdout, os.Stderr))
}

func run(args []string, workspace, runfiles string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprintln(stderr, "usage: place TARGET=SOURCE...")
		return 2
	}
	if err := generated.Place(workspace, runfiles, args, stdout); err != nil {
		fmt.Fprintln(stderr, "place:", err)
		return 1
	}
	return 0
}
