// SPDX-License-Identifier: MIT

// Publish brings a signed release to where users get it. It verifies first, and refuses what is unsigned, signed by a
// development authority, built with a cache, not reproduced, unscanned, too low a version, or a version that is published
// with other bytes.
//
//	./bazelw run //:publish -- --release dist --policy policy.json --scan scan.json --semver semver.json --to file:FOLDER
//
// It is a dry run, which prints the plan and writes nothing, unless --publish is given. Package gate has the gates,
// package tree the folder that file: writes, package oci the registry of oci://.
//
// Exit codes: 0 published, or a dry run that would be; 1 failure, and readers see what they saw; 2 usage; 3 refused.
package main

import (
	"context"
	"os"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

func main() {
	action.Start("publish", func(ctx context.Context) int {
		return run(ctx, os.Args[1:], world{os.Stdout, os.Stderr, time.Now, nil})
	})
}
