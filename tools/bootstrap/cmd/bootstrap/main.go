// SPDX-License-Identifier: MIT

// Bootstrap is the program behind bazelw's registries mode: it fetches the
// pinned inputs through the package clients of the machine, verifies them and
// assembles a Bazel that uses nothing else.
//
//	bootstrap ensure -workspace DIR -key KEY    all that a build needs (bazelw calls it)
//	bootstrap fetch -workspace DIR [--bundle FILE | --import FILE] [--exec PLATFORM]
//	bootstrap doctor -workspace DIR [--json]
//	bootstrap update -workspace DIR sqlite|zig|go|bazel [VERSION]
//	bootstrap update -workspace DIR modules     new digests of the versions in pins/pins.json
//
// Exit codes: 0 ok, 1 failure, 2 usage, 3 a digest is not the pinned one.
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
