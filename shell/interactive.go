// SPDX-License-Identifier: MIT

package shell

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/gosqlite/gosqlite/sqlite"
)

const (
	promptFirst = "gosqlite> "
	promptMore  = "   ...> "
)

// interactive reads lines from the terminal until Ctrl-D. A failure is shown
// and the next line is asked for; only Ctrl-D, .exit and a lost terminal end
// the loop.
func (s *session) interactive(ctx context.Context) error {
	s.interrupts.set(nil)
	past := &history{path: s.sh.historyPath()}
	if err := past.load(); err != nil {
		fmt.Fprintf(s.sh.Stderr, "gosqlite: warning: %v\n", err)
	}
	s.sh.Terminal.SetHistory(past)
	s.sh.Terminal.SetCompleter(func(line string, pos int) (string, int, []string, bool) {
		return s.complete(ctx, line, pos)
	})
	fmt.Fprintf(s.out, "gosqlite %s, SQLite %s. .help lists the commands, Ctrl-D leaves.\n", s.sh.releaseName(), sqlite.Version())
	err := s.readTyped(ctx)
	if saveErr := past.save(); saveErr != nil {
		fmt.Fprintf(s.sh.Stderr, "gosqlite: warning: %v\n", saveErr)
	}
	return err
}

func (s *session) readTyped(ctx context.Context) error {
	split := &splitter{}
	for number := 1; ctx.Err() == nil; number++ {
		if err := s.flush(); err != nil {
			return err
		}
		prompt := promptFirst
		if split.pending() {
			prompt = promptMore
		}
		line, err := s.readTypedLine(ctx, prompt)
		switch {
		case errors.Is(err, ErrInterrupted):
			split.reset()
			continue
		case errors.Is(err, io.EOF):
			_, err := io.WriteString(s.out, "\n")
			return err
		case err != nil:
			return fmt.Errorf("read terminal: %w", err)
		}
		if err := s.runTyped(ctx, split, line); err != nil {
			var exit exitRequest
			if errors.As(err, &exit) {
				return err
			}
			split.reset()
			if errors.Is(err, context.Canceled) {
				// The terminal has put ^C on this line.
				fmt.Fprintln(s.sh.Stderr)
			}
			s.report(err)
		}
	}
	return interrupted{ctx.Err()}
}

// runTyped runs one line under a context of its own, so that Ctrl-C ends the
// statement and not the shell.
func (s *session) runTyped(ctx context.Context, split *splitter, line string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.interrupts.set(cancel)
	defer s.interrupts.set(nil)
	return s.feed(ctx, split, []byte(line+"\n"), position{})
}

// readTypedLine gives up waiting when ctx ends, and leaves the terminal in its
// usual mode.
func (s *session) readTypedLine(ctx context.Context, prompt string) (string, error) {
	type typed struct {
		line string
		err  error
	}
	done := make(chan typed, 1)
	go func() {
		line, err := s.sh.Terminal.ReadLine(prompt)
		done <- typed{line, err}
	}()
	select {
	case t := <-done:
		return t.line, t.err
	case <-ctx.Done():
		return "", errors.Join(interrupted{ctx.Err()}, s.sh.Terminal.Restore())
	}
}
