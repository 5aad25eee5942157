// SPDX-License-Identifier: MIT

package action

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// WorkingDirectory goes to where the person typed the command: names of files are meant there, and bazel run starts programs
// elsewhere. https://bazel.build/docs/user-manual#running-executables
func WorkingDirectory() error {
	dir := os.Getenv("BUILD_WORKING_DIRECTORY")
	if dir == "" {
		return nil
	}
	return os.Chdir(dir)
}

// Start runs a tool where the person typed it, and ends this process with its exit code. An interrupt or SIGTERM cancels the
// context, so that the tool can remove what it made.
func Start(tool string, run func(ctx context.Context) int) {
	if err := WorkingDirectory(); err != nil {
		os.Exit(Exit(os.Stderr, tool, err))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx)
	stop()
	os.Exit(code)
}

// Main is Start for a tool that takes arguments and writes to standard output.
func Main(tool string, run func(ctx context.Context, args []string, stdout io.Writer) error) {
	Start(tool, func(ctx context.Context) int { return Exit(os.Stderr, tool, run(ctx, os.Args[1:], os.Stdout)) })
}
