// SPDX-License-Identifier: MIT

// Measure runs a program and says what it took: seconds, and the most memory that it ever had, by the kernel's count, which
// is limited. It is small itself, since the kernel counts what the process had before it became the program.
//
// Exit codes: 0 the program succeeded in its memory; 1 failure, its own too; 2 usage; 3 it had more, or refused itself.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

const usage = `usage: measure [--limit MB] -- PROGRAM [ARGUMENT...]

  --limit MB   of 2^20 bytes, that the program may have at once; 64 when left out
`

func main() { action.Main("measure", measure) }

func measure(ctx context.Context, args []string, stdout io.Writer) error {
	limit := int64(64)
	var command []string
	if i := slices.Index(args, "--"); i >= 0 {
		args, command = args[:i], args[i+1:]
	}
	flags := flag.NewFlagSet("measure", flag.ContinueOnError)
	flags.Int64Var(&limit, "limit", limit, "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if len(command) == 0 || limit < 1 || limit > 1<<20 {
		return action.UsageError("a program after -- is needed, and --limit of at least 1")
	}
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Stdout, c.Stderr = stdout, os.Stderr
	start := time.Now()
	err := c.Run()
	took := time.Since(start)
	if c.ProcessState == nil {
		return fmt.Errorf("run %s: %w", command[0], err)
	}
	peak, peakErr := peakOf(c.ProcessState)
	if peakErr != nil {
		return peakErr
	}
	fmt.Fprintf(stdout, "%.2f s; %.1f MB of memory at most, %d allowed\n", took.Seconds(), float64(peak)/(1<<20), limit)
	if err != nil {
		err = fmt.Errorf("%s: %w", command[0], err)
		if c.ProcessState.ExitCode() == action.Rejected {
			err = action.Reject(err)
		}
		return err
	}
	if peak > limit<<20 {
		return action.Reject(fmt.Errorf("%s had %d bytes of memory, more than %d MB", command[0], peak, limit))
	}
	return nil
}

// peakOf is the most memory that a process had, in bytes.
func peakOf(p *os.ProcessState) (int64, error) {
	u, ok := p.SysUsage().(*syscall.Rusage)
	if !ok || runtime.GOOS != "linux" || u.Maxrss <= 0 {
		return 0, errors.New("measure memory: only Linux counts it in the unit that is known here")
	}
	return u.Maxrss << 10, nil
}
