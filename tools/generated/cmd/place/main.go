// SPDX-License-Identifier: MIT

// Place is run by `bazel run`, with a pair TARGET=SOURCE for each file: package generated has the details.
package main

import (
	"fmt"
	"os"

	"github.com/gosqlite/gosqlite/tools/generated"
)

func main() {
	// `bazel run` starts programs in the main repository's folder of the runfiles.
	if err := generated.Place(os.Getenv("BUILD_WORKSPACE_DIRECTORY"), "..", os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "place:", err)
		os.Exit(1)
	}
}
