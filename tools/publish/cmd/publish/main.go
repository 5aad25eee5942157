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
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

func main() { os.Exit(start()) }

func start() int {
	// bazel run starts programs elsewhere; names of files are meant where the person is.
	if dir := os.Getenv("BUILD_WORKING_DIRECTORY"); dir != "" {
		if err := os.Chdir(dir); err != nil {
			fmt.Fprintln(os.Stderr, "publish:", err)
			return action.Failure
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, os.Args[1:], world{os.Stdout, os.Stderr, time.Now, nil})
}
