// SPDX-License-Identifier: MIT

package lint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// maxOutput bounds what is kept of each output of a program, in bytes.
const maxOutput = 64 << 20

// Command is one call of a program.
type Command struct {
	Dir  string
	Env  []string // KEY=VALUE, on top of the environment
	Args []string // the program and its arguments
}

// Result is what a program that ran to its end left.
type Result struct {
	Stdout, Stderr []byte
	Exit           int
}

// Runner runs the go command, git and the tools; tests put a fake in its place.
type Runner interface {
	// Run returns an error only for a program that could not be run to its end;
	// an exit code other than 0 is part of the result.
	Run(ctx context.Context, c Command) (Result, error)
}

// System runs the programs of this machine.
type System struct {
	Env []string // the environment that programs inherit
}

// Run starts the program and waits. When ctx ends, the program is interrupted
// and has five seconds to leave.
func (s System) Run(ctx context.Context, c Command) (Result, error) {
	name, err := exec.LookPath(c.Args[0])
	if err != nil {
		return Result{}, fmt.Errorf("run %s: it is not installed or not in PATH", c.Args[0])
	}
	cmd := exec.CommandContext(ctx, name, c.Args[1:]...)
	cmd.Dir = c.Dir
	// The last value of a name wins; PWD must agree with Dir for the go command.
	cmd.Env = append(append(append([]string{}, s.Env...), "PWD="+c.Dir, "LC_ALL=C"), c.Env...)
	var stdout, stderr bounded
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Run()
	if ctx.Err() != nil {
		return Result{}, ctx.Err()
	}
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() < 0) {
		return Result{}, fmt.Errorf("run %s: %w", c.Args[0], err)
	}
	if stdout.over || stderr.over {
		return Result{}, fmt.Errorf("run %s: it printed more than 64 MiB", c.Args[0])
	}
	return Result{stdout.Bytes(), stderr.Bytes(), cmd.ProcessState.ExitCode()}, nil
}

// bounded keeps the first maxOutput bytes and remembers that there were more.
type bounded struct {
	bytes.Buffer
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if room := maxOutput - b.Len(); len(p) > room {
		b.over = true
		b.Buffer.Write(p[:room])
		return len(p), nil
	}
	return b.Buffer.Write(p)
}

// lastLines is the end of an output, in one line.
func lastLines(output []byte) string {
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	return strings.Join(lines[max(0, len(lines)-6):], " | ")
}
