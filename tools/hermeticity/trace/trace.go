// SPDX-License-Identifier: MIT

// Package trace reads what strace writes of processes and their children, one call after the other:
//
//	strace -f -y --decode-pids=pidns -s 65536 -e abbrev='!execve,execveat' -e trace=CALLS -o FILE COMMAND
//
// -f puts the number of the process before each line, -y the path of each file descriptor behind it, and --decode-pids the
// number that a process has for strace behind that which it has for its parent. A call that another
// process interrupted in the output is given as one, when it ended. What is not understood is an error: a line that is
// passed over could be the one that matters. Format: strace(1); read with version 6.1.
package trace

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxLine is the most bytes of a line: arguments of a program can have megabytes.
const maxLine = 16 << 20

// Event is what a line tells.
type Event int

// A call, the end of a thread, or that a thread's program took the number of its process over.
const (
	Called Event = iota
	Exited
	Superseded
)

// Call is one system call of a thread, or what became of the thread.
type Call struct {
	Event  Event
	PID    int      // of the thread
	Other  int      // number that a superseding thread had before
	Name   string   // such as openat
	Args   []string // as printed
	Result int64
	Path   string // of the returned file descriptor
	Errno  string // such as ENOENT; "?" if the call did not return
}

// Failed tells whether the call had no effect, as far as is known.
func (c *Call) Failed() bool { return c.Errno != "" }

// Reader gives calls.
type Reader struct {
	in      *bufio.Scanner
	line    int
	pending map[int]string // begun calls by thread
	taking  map[int]bool   // threads that take over the number of their process, by that number
}

// NewReader reads strace's output.
func NewReader(r io.Reader) *Reader {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 1<<16), maxLine)
	return &Reader{in: in, pending: map[int]string{}, taking: map[int]bool{}}
}

// Next gives the next call; io.EOF at the end.
func (r *Reader) Next() (*Call, error) {
	for r.in.Scan() {
		r.line++
		c, err := r.read(r.in.Text())
		if err != nil {
			return nil, fmt.Errorf("read trace: line %d: %w", r.line, err)
		}
		if c != nil {
			return c, nil
		}
	}
	if err := r.in.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("it has more than %d bytes", maxLine)
		}
		return nil, fmt.Errorf("read trace: line %d: %w", r.line+1, err)
	}
	return nil, io.EOF
}

const unfinished = " <unfinished ...>"

// read gives nil for a line that is no call, or only half of one.
func (r *Reader) read(line string) (*Call, error) {
	number, text, ok := strings.Cut(line, " ")
	pid, err := strconv.Atoi(number)
	if !ok || err != nil || pid < 1 {
		return nil, fmt.Errorf("%.60q begins with no process: was strace called with -f?", line)
	}
	text = strings.TrimLeft(text, " ")
	switch {
	case strings.HasPrefix(text, "--- "):
		return nil, nil // a signal
	case strings.HasPrefix(text, "+++ superseded by execve in pid "):
		other, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(text, "+++ superseded by execve in pid "), " +++"))
		if err != nil {
			return nil, fmt.Errorf("%.60q names no process", text)
		}
		if begun, ok := r.pending[other]; ok {
			r.pending[pid] = begun
			delete(r.pending, other)
			r.taking[pid] = true
		}
		return &Call{Event: Superseded, PID: pid, Other: other}, nil
	case strings.HasPrefix(text, "+++ "):
		return r.exit(pid)
	case strings.HasSuffix(text, unfinished):
		if _, ok := r.pending[pid]; ok {
			return nil, fmt.Errorf("process %d begins a call within a call", pid)
		}
		r.pending[pid] = strings.TrimSuffix(text, unfinished)
		return nil, nil
	case strings.HasPrefix(text, "<... "):
		_, rest, ok := strings.Cut(text, " resumed>")
		begun, known := r.pending[pid]
		if !ok || !known {
			return nil, fmt.Errorf("process %d resumes a call that it did not begin", pid)
		}
		delete(r.pending, pid)
		text = begun + rest
	}
	c, err := parse(pid, text)
	if err == nil && r.taking[pid] {
		// It succeeded, or nothing were superseded. strace 6.1 has lost the result and prints an error without a name.
		c.Result, c.Errno = 0, ""
	}
	delete(r.taking, pid)
	return c, err
}

// exit ends a thread; a call that it was in may have had its effect.
func (r *Reader) exit(pid int) (*Call, error) {
	begun, ok := r.pending[pid]
	if !ok || strings.HasPrefix(begun, "?") {
		delete(r.pending, pid)
		return &Call{Event: Exited, PID: pid}, nil
	}
	delete(r.pending, pid)
	c, err := parse(pid, begun+") = ?")
	if err == nil {
		c.Event = Exited
	}
	return c, err
}
