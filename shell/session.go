// SPDX-License-Identifier: MIT

package shell

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/gosqlite/gosqlite/sqlite"
)

// outputBuffer is the buffer before stdout and `.output` files, in bytes.
const outputBuffer = 64 << 10

// session is what dot commands change: the database, the output, the look.
type session struct {
	sh     *Shell
	cfg    *config
	conn   *sqlite.Conn
	style  style
	timer  bool
	params map[string]value

	out     *bufio.Writer
	outFile *newFile // nil: out is stdout
	input   io.Reader

	interrupts interrupts
	depth      int  // nesting of .read
	failed     bool // a failure was reported and passed over
}

func newSession(sh *Shell, cfg *config) *session {
	s := &session{
		sh:     sh,
		cfg:    cfg,
		style:  style{format: cfg.format, header: cfg.header, null: cfg.null, colours: sh.colours()},
		timer:  cfg.timer,
		params: map[string]value{},
		out:    bufio.NewWriterSize(sh.Stdout, outputBuffer),
	}
	for _, p := range cfg.params {
		// validate has parsed each one before.
		name, v, _ := parseParam(p)
		s.params[name] = v
	}
	return s
}

// open makes name the session's database; the one before stays when that
// fails.
func (s *session) open(ctx context.Context, name string, flags sqlite.OpenFlags) error {
	conn, err := sqlite.Open(name, flags)
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	if err := conn.SetBusyTimeout(s.cfg.timeout); err != nil {
		conn.Close()
		return fmt.Errorf("open %s: %w", name, err)
	}
	if s.conn != nil {
		s.warnOpenTransaction()
		if err := s.conn.Close(); err != nil {
			fmt.Fprintf(s.sh.Stderr, "gosqlite: warning: close: %v\n", err)
		}
	}
	s.conn = conn
	return nil
}

// finish flushes and closes everything. The output file takes its name only if
// the run went well.
func (s *session) finish(err error) error {
	var exit exitRequest
	if err != nil && !errors.As(err, &exit) {
		s.report(err)
		err = errReported
	}
	if s.failed && err == nil {
		err = errReported
	}
	if outErr := s.closeOutput(err == nil || errors.As(err, &exit)); outErr != nil {
		s.report(outErr)
		err = errReported
	}
	if s.conn != nil {
		s.warnOpenTransaction()
		if closeErr := s.conn.Close(); closeErr != nil && err == nil {
			err = fmt.Errorf("close database: %w", closeErr)
		}
	}
	return err
}

func (s *session) warnOpenTransaction() {
	if !s.conn.AutoCommit() {
		fmt.Fprintln(s.sh.Stderr, "gosqlite: warning: the open transaction is rolled back; COMMIT keeps it")
	}
}

// report prints a failure after everything that was written before it.
func (s *session) report(err error) {
	s.out.Flush()
	text := "gosqlite: " + describe(err)
	if s.sh.StderrIsTerminal && s.sh.colours() {
		text = escRed + "gosqlite:" + escReset + text[len("gosqlite:"):]
	}
	fmt.Fprintln(s.sh.Stderr, text)
}

// setOutput sends results to path from now on; an empty path means stdout.
func (s *session) setOutput(path string) error {
	if err := s.closeOutput(true); err != nil {
		return err
	}
	if path == "" {
		return nil
	}
	f, err := createFile(path)
	if err != nil {
		return err
	}
	s.outFile = f
	s.out = bufio.NewWriterSize(f, outputBuffer)
	s.style.colours = false
	return nil
}

// closeOutput ends the current output file and goes back to stdout.
func (s *session) closeOutput(keep bool) error {
	err := s.out.Flush()
	if s.outFile == nil {
		if err != nil {
			return fmt.Errorf("write output: %w", err)
		}
		return nil
	}
	f := s.outFile
	s.outFile = nil
	s.out = bufio.NewWriterSize(s.sh.Stdout, outputBuffer)
	s.style.colours = s.sh.colours()
	if err != nil {
		f.abort()
		return fmt.Errorf("write %s: %w", f.path, err)
	}
	if !keep {
		f.abort()
		return nil
	}
	return f.commit()
}

// stdin is the shell's input as a reader that gives up when ctx ends.
func (s *session) stdin(ctx context.Context) io.Reader {
	if s.input == nil {
		s.input = newCancelReader(ctx, s.sh.Stdin)
	}
	return s.input
}

// interrupts turns Ctrl-C into the end of whatever runs now.
type interrupts struct {
	mu     sync.Mutex
	cancel func()
}

func (i *interrupts) set(cancel func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.cancel = cancel
}

func (i *interrupts) forward(ctx context.Context, signals <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case _, ok := <-signals:
			if !ok {
				return
			}
			i.mu.Lock()
			cancel := i.cancel
			i.mu.Unlock()
			if cancel != nil {
				cancel()
			}
		}
	}
}
