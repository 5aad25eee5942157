// SPDX-License-Identifier: MIT

package action

import (
	"context"
	"io"
	"os"
	"os/signal"
)

// Main runs a tool with the arguments of this process, and ends it with the exit code that its error stands for. An interrupt
// cancels the context, so that the tool can remove what it made.
func Main(tool string, run func(ctx context.Context, args []string, stdout io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := Exit(os.Stderr, tool, run(ctx, os.Args[1:], os.Stdout))
	stop()
	os.Exit(code)
}
