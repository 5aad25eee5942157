// SPDX-License-Identifier: MIT

// Gosqlite-fetch gets releases from where they are published, verifies them by the user's policy, and keeps them in a folder,
// one of which is in use. It verifies before it unpacks, and switches in one step.
//
//	gosqlite-fetch install --from SOURCE --to FOLDER
//	gosqlite-fetch update --to FOLDER
//
// A source is a folder of plain files, a registry, or a repository of The Update Framework, whose lists are signed and end.
// Package install says what is in the folder, package mirror how a source is copied for machines without a network. The
// policy is that of gosqlite-verify.
//
// Exit codes: 0 done, 1 failure, and what was in use is in use; 2 usage, or no policy; 3 refused.
package main

import (
	"context"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

func main() {
	action.Start("gosqlite-fetch", func(ctx context.Context) int {
		config, _ := os.UserConfigDir() // without one, --policy is needed
		w := world{stdout: os.Stdout, stderr: os.Stderr, config: config, now: time.Now, wait: wait, stall: stall}
		w.terminal = term.IsTerminal(int(os.Stderr.Fd()))
		return run(ctx, os.Args[1:], w)
	})
}

// stall is how long a server may send nothing.
const stall = time.Minute

// wait is the pause before another attempt: a second, then more, up to ten.
func wait(ctx context.Context, attempt int) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(time.Duration(min(attempt, 10)) * time.Second):
		return nil
	}
}
