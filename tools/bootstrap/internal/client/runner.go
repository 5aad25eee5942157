// SPDX-License-Identifier: MIT

// Package client fetches inputs through the package clients of the machine (go,
// pip, cargo, apt), as they are configured there.
package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// Limits on what a client may print, in bytes.
const (
	maxStdout = 32 << 20
	maxStderr = 64 << 10
)

// Command is one call of a client.
type Command struct {
	Dir  string   // working folder
	Env  []string // KEY=VALUE, on top of the process's environment
	Name string
	Args []string
}

// Runner runs clients; tests put a fake in its place.
type Runner interface {
	// Run returns what the command wrote to its standard output.
	Run(ctx context.Context, c Command) ([]byte, error)
}

// System runs the programs of this machine.
type System struct {
	Env []string // the environment that commands inherit
}

// packages says which Debian package brings a client.
var packages = map[string]string{
	"apt-get": "apt", "apt-cache": "apt", "dpkg-deb": "dpkg",
	"go": "golang-go", "cargo": "cargo", "python3": "python3 python3-pip",
}

// MissingTool is the error for a client that is not installed.
type MissingTool struct{ Name string }

func (e *MissingTool) Error() string {
	pkg := packages[e.Name]
	if pkg == "" {
		pkg = e.Name
	}
	return fmt.Sprintf("%s is not installed: apt-get install %s", e.Name, pkg)
}

// Failed is the error for a client that ran and reported a failure.
type Failed struct {
	Command Command
	Stderr  string
	Err     error
}

func (e *Failed) Unwrap() error { return e.Err }

// Error names the command, its last words and what to do.
func (e *Failed) Error() string {
	msg := fmt.Sprintf("run %s %s: %v", e.Command.Name, subcommand(e.Command.Args), e.Err)
	if s := essence(e.Stderr); s != "" {
		msg += ": " + s
	}
	switch {
	case containsAny(e.Stderr, diskFull):
		return msg + "; the disk is full: free space, or name another place with XDG_CACHE_HOME"
	case containsAny(e.Stderr, truncated):
		return msg + "; the download was cut short or changed on its way: run the command again"
	case containsAny(e.Stderr, noNetwork):
		return msg + "; the registry was not reached: check the network, or bring a bundle with `bazelw fetch --import FILE`"
	}
	return msg
}

var (
	diskFull  = []string{"no space left on device", "disk full", "errno 28", "don't have enough free space"}
	truncated = []string{"unexpected eof", "incompleteread", "hash sum mismatch", "connection broken", "unexpected size", "checksum mismatch", "do not match the hashes", "failed to verify the checksum",
		"whl is invalid", "not enough bytes were received", "transfer closed with"}
	noNetwork = []string{"no such host", "temporary failure", "could not resolve", "couldn't resolve", "connection refused", "network is unreachable", "could not connect", "cannot initiate the connection", "i/o timeout", "newconnectionerror", "failed to connect", "connection timed out"}
)

func containsAny(s string, subs []string) bool {
	s = strings.ToLower(s)
	for _, sub := range subs {
		if strings.Contains(s, sub) {
			return true
		}
	}
	return false
}

func subcommand(args []string) string {
	for i, a := range args {
		if a == "-m" && i+2 < len(args) {
			return strings.Join(args[i:i+3], " ")
		}
		if !strings.HasPrefix(a, "-") {
			return a
		}
	}
	return ""
}

var errorLineRE = regexp.MustCompile(`(?i)^\s*(error|e:|fatal|err:|caused by)`)

// essence picks the lines that name the error, else the last ones: clients bury
// theirs under backtraces and usage texts.
func essence(stderr string) string {
	const most = 4
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	var named []string
	for _, l := range lines {
		if errorLineRE.MatchString(l) && len(named) < most {
			named = append(named, strings.TrimSpace(l))
		}
	}
	if named == nil {
		named = lines[max(0, len(lines)-most):]
	}
	return strings.Join(named, " | ")
}

// Run starts the command and waits. When ctx ends, the command gets SIGINT and
// five seconds to leave. The error is context.Canceled as well when the command
// alone was interrupted.
func (s System) Run(ctx context.Context, c Command) ([]byte, error) {
	name, err := exec.LookPath(c.Name)
	if err != nil {
		return nil, &MissingTool{c.Name}
	}
	cmd := exec.CommandContext(ctx, name, c.Args...)
	cmd.Dir = c.Dir
	// The last value of a name wins. PWD must agree with Dir for the go command.
	cmd.Env = append(append(append([]string{}, s.Env...), "PWD="+c.Dir, "LC_ALL=C"), c.Env...)
	var stdout, stderr tail
	stdout.limit, stderr.limit = maxStdout, maxStderr
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	// A client that outlived a killed bootstrap would hold its own locks.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if interrupted(cmd.ProcessState, stderr.String()) {
			return nil, fmt.Errorf("run %s %s: %w", c.Name, subcommand(c.Args), context.Canceled)
		}
		return stdout.Bytes(), &Failed{c, stderr.String(), err}
	}
	if stdout.cut {
		return nil, &Failed{c, "", errors.New("printed more than the limit")}
	}
	return stdout.Bytes(), nil
}

// pipInterrupted is what pip says when it ends by Ctrl-C, with the code of any other failure.
const pipInterrupted = "Operation cancelled by user"

// interrupted tells whether a client ended by Ctrl-C or by a request to end. A terminal sends SIGINT to clients too, and
// one may be gone before this process has noticed its own signal.
func interrupted(state *os.ProcessState, stderr string) bool {
	if state == nil { // it was not started
		return false
	}
	status, ok := state.Sys().(syscall.WaitStatus)
	if !ok {
		return false
	}
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		// A client behind a script of the shell ends with 128 and the signal's number.
		if status.Signaled() && status.Signal() == s || status.Exited() && status.ExitStatus() == 128+int(s) {
			return true
		}
	}
	return strings.Contains(stderr, pipInterrupted)
}

// tail keeps the last limit bytes that were written to it.
type tail struct {
	bytes.Buffer
	limit int
	cut   bool
}

func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	t.Buffer.Write(p)
	if over := t.Len() - t.limit; over > 0 {
		t.cut = true
		t.Next(over)
	}
	return n, nil
}
