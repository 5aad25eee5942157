// SPDX-License-Identifier: MIT

// Command reproduce builds a set of targets twice, in surroundings that differ in every fact of package variation's
// table, and compares what came out: release files byte for byte, actions by their execution logs. The names of the
// surroundings are random, and the release files are searched for them.
//
//	reproduce [flags]                    build twice and compare
//	reproduce --against PATH [flags]     build once and compare with a build made before
//	reproduce --release DIR [flags]      build once and compare with a published release
//	reproduce plants [flags]             build planted leaks twice, and tell which variations they exercise
//	reproduce cells --file FILE [flags]  run each variation alone, for each platform, and keep a table of what was run
//	reproduce compare [flags] A B        compare two folders or ledgers made elsewhere; also //:compare
//	reproduce ledger [flags]             write the digests of a build made elsewhere
//	reproduce variations                 print the table of variations
//
// Source is the working tree in $BUILD_WORKSPACE_DIRECTORY, which `bazel run` sets, else the current folder: every
// file that git tracks or would track, with edits that are not committed. Neither build reads a cache.
//
// Exit status: 0 all equal, 1 failure or something was not compared, 2 usage, 3 a difference, a leak, or a variation
// that its plant does not exercise. Ctrl-C ends the servers and removes the work folder.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/gosqlite/gosqlite/tools/reproduce/command"
	"github.com/gosqlite/gosqlite/tools/reproduce/comparison"
	"github.com/gosqlite/gosqlite/tools/reproduce/trial"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr, os.Environ())
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer, environ []string) int {
	t := &command.Terminal{Program: "reproduce", Stdout: stdout, Stderr: stderr, Environ: environ}
	mode := ""
	if len(args) > 0 {
		mode = args[0]
	}
	switch mode {
	case trial.EnterArgument:
		return t.Fail(command.ExitFailure, trial.Enter(args[1:], environ))
	case "compare":
		return comparison.Run(args[1:], t)
	case "cells":
		return runCells(ctx, args[1:], t, time.Now)
	case "ledger":
		return runLedger(args[1:], t)
	case "variations":
		return runVariations(args[1:], t)
	case "plants":
		return runPlants(ctx, args[1:], t)
	}
	return runBuild(ctx, args, t)
}
