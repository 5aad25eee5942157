// SPDX-License-Identifier: MIT

// Gosqlite is the SQL shell; package shell is its manual and its substance.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"github.com/gosqlite/gosqlite/shell"
)

// version is the release, set by the linker (-X main.version=v1.2.3).
var version string

func main() {
	os.Exit(offMainThread(run))
}

func run() int {
	// SIGTERM ends the run in order, so that no temporary file stays behind.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	interrupt := make(chan os.Signal, 1)
	signal.Notify(interrupt, os.Interrupt)

	sh := &shell.Shell{
		Args:             os.Args[1:],
		Env:              os.Environ(),
		Stdin:            os.Stdin,
		Stdout:           os.Stdout,
		Stderr:           os.Stderr,
		Terminal:         shell.OpenTerminal(os.Stdin, os.Stdout),
		StdoutIsTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		StderrIsTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		Interrupt:        interrupt,
		Release:          func() { signal.Stop(interrupt) },
		Version:          version,
	}
	return sh.Run(ctx)
}
