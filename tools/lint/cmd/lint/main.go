// SPDX-License-Identifier: MIT

// Lint checks the whole tree by the rules of package lint. It runs from any
// folder of the repository, with git, a C compiler and the host's go.
//
//	lint [CHECK...]     run the named checks; without names, all that need no request
//	lint --list         print the checks
//	lint --plants       show on planted defects that each check can turn red
//
// In the tree: (cd tools && GOWORK=off go run ./lint/cmd/lint)
//
// Exit codes: 0 clean, 1 a check could not run, 2 usage, 3 findings. go run
// turns each of the last three into 1.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr, os.Environ()))
}
