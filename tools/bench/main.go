// SPDX-License-Identifier: MIT

// Command bench measures gosqlite against other SQLite drivers for Go.
//
//	GOWORK=off go -C tools/bench run .            everything, about ten minutes
//	GOWORK=off go -C tools/bench run . -quick     two minutes, rougher figures
//	GOWORK=off go -C tools/bench run . -h         what can be chosen
//
// Each driver is a program of its own (driver/), started for one workload at a
// time; they take turns, round by round, so that a machine that is busy is busy
// for all of them. Figures are ratios. See the packages workload, what is
// measured; process, how; figure, what the report says.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Environ(), time.Now, os.Stdout, os.Stderr))
}

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// run is the command without globals.
func run(ctx context.Context, args, env []string, now func() time.Time, stdout, stderr *os.File) int {
	o, code, done := parseOptions(args, stdout, stderr)
	if done {
		return code
	}
	report, err := measure(ctx, o, env, now, stderr)
	if err == nil {
		err = write(report, o, stdout)
	}
	if err != nil {
		fmt.Fprintf(stderr, "bench: %v\n", err)
		return exitFailed
	}
	if len(report.NotRun) > 0 {
		// What was not measured is no success.
		fmt.Fprintf(stderr, "bench: %d not run, see the end of the report\n", len(report.NotRun))
		return exitFailed
	}
	return exitOK
}
