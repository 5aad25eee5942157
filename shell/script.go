// SPDX-License-Identifier: MIT

package shell

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxReadDepth bounds how deep `.read` may nest, so that a file that reads
// itself ends in an error.
const maxReadDepth = 16

func (s *session) runFile(ctx context.Context, name string) error {
	if name == "-" {
		return s.runScript(ctx, s.stdin(ctx), "stdin")
	}
	if s.depth >= maxReadDepth {
		return fmt.Errorf("read %s: scripts nest deeper than %d", name, maxReadDepth)
	}
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("read script: %w", err)
	}
	defer f.Close()
	s.depth++
	defer func() { s.depth-- }()
	return s.runScript(ctx, f, name)
}

// runScript runs statements and dot commands as they arrive. It stops at the
// first failure unless --keep-going was given.
func (s *session) runScript(ctx context.Context, r io.Reader, name string) error {
	in := bufio.NewReaderSize(r, 64<<10)
	split := &splitter{}
	for number := 1; ; number++ {
		line, readErr := readLine(in)
		if len(line) > 0 {
			if number == 1 {
				line = bytes.TrimPrefix(line, []byte("\ufeff"))
			}
			if err := s.feed(ctx, split, line, position{name, number}); err != nil {
				return err
			}
			if in.Buffered() == 0 {
				if err := s.flush(); err != nil {
					return err
				}
			}
		}
		if errors.Is(readErr, io.EOF) {
			break
		}
		if readErr != nil {
			return fmt.Errorf("read %s: %w", nameOr(name, "SQL"), interruption(ctx, readErr))
		}
	}
	sql, line, ok := split.rest()
	if !ok {
		return nil
	}
	return s.pass(s.runSQL(ctx, sql, position{name, line}))
}

// readLine returns one line with its end, at most maxStatement bytes.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
		if len(line) > maxStatement {
			return nil, fmt.Errorf("a line is longer than %d bytes", maxStatement)
		}
	}
}

// feed takes one line: a dot command where no statement was begun, else SQL.
func (s *session) feed(ctx context.Context, split *splitter, line []byte, at position) error {
	if !split.pending() {
		split.reset()
		if text := bytes.TrimSpace(line); len(text) > 0 && text[0] == '.' {
			return s.pass(s.runCommand(ctx, string(text), at))
		}
	}
	if err := split.add(line, at.line); err != nil {
		return &placedError{at: at, cause: err}
	}
	for {
		sql, number, ok := split.next()
		if !ok {
			return nil
		}
		if err := s.pass(s.runSQL(ctx, sql, position{at.name, number})); err != nil {
			return err
		}
	}
}

// pass lets a failure through, or reports it and goes on where the user wants
// that. An exit or an interruption always goes through.
func (s *session) pass(err error) error {
	var exit exitRequest
	if err == nil || errors.As(err, &exit) || errors.Is(err, context.Canceled) || errors.Is(err, errReported) {
		return err
	}
	if !s.cfg.keepGoing {
		return err
	}
	s.failed = true
	s.report(err)
	return nil
}

func (s *session) flush() error {
	if err := s.out.Flush(); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}

func nameOr(name, other string) string {
	if name == "" {
		return other
	}
	return name
}
