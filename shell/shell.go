// SPDX-License-Identifier: MIT

package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"time"
)

// Exit codes of [Shell.Run].
const (
	ExitOK      = 0 // everything asked for was done
	ExitFailure = 1 // a statement, a command or the output failed
	ExitUsage   = 2 // the command line cannot be understood
)

// Shell is one run of the program: its arguments and everything it touches
// outside the database. Stdin, Stdout and Stderr must be set; the rest may be
// left at its zero value.
type Shell struct {
	Args   []string // command line without the program name
	Env    []string // "NAME=value", as os.Environ gives
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer

	// Terminal, when set, makes the shell interactive if no SQL was given.
	Terminal Terminal
	// StdoutIsTerminal allows colours, StderrIsTerminal allows progress bars.
	StdoutIsTerminal bool
	StderrIsTerminal bool

	// Interrupt delivers Ctrl-C. In interactive mode it ends the statement
	// that runs, otherwise the whole run.
	Interrupt <-chan os.Signal
	// Release, when set, is called once Ctrl-C has begun to end the whole run,
	// so that a second one can end the process at once.
	Release func()
	// Now is the clock of `.timer` and of progress bars; nil means time.Now.
	Now func() time.Time
	// Version is the release this program belongs to, empty for a development
	// build.
	Version string
	// BuildInfo tells how the program was built; nil means debug.ReadBuildInfo.
	BuildInfo func() (*debug.BuildInfo, bool)
}

// Run does what Args say and returns the exit code. When ctx ends, the running
// statement is interrupted, open files are discarded and Run returns
// ExitFailure.
func (sh *Shell) Run(ctx context.Context) int {
	err := sh.run(ctx)
	var exit exitRequest
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &exit):
		return exit.code
	case errors.Is(err, errReported):
		return ExitFailure
	}
	var usage *usageError
	if errors.As(err, &usage) {
		fmt.Fprintf(sh.Stderr, "gosqlite: %v\nRun 'gosqlite help' for usage.\n", err)
		return ExitUsage
	}
	fmt.Fprintf(sh.Stderr, "gosqlite: %s\n", describe(err))
	return ExitFailure
}

func (sh *Shell) run(ctx context.Context) error {
	cfg, err := parseArgs(sh.Args)
	if err != nil {
		return err
	}
	switch cfg.action {
	case actionHelp:
		_, err := io.WriteString(sh.Stdout, helpText)
		return err
	case actionVersion:
		return sh.printVersion(cfg.versionJSON)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := newSession(sh, cfg)
	s.interrupts.set(func() {
		cancel()
		if sh.Release != nil {
			sh.Release()
		}
	})
	go s.interrupts.forward(ctx, sh.Interrupt)

	err = s.open(ctx, cfg.database, cfg.openFlags())
	if err == nil {
		err = s.runInputs(ctx)
	}
	return s.finish(err)
}

// runInputs runs files, then SQL arguments, and reads stdin when neither was
// given.
func (s *session) runInputs(ctx context.Context) error {
	for _, name := range s.cfg.files {
		if err := s.runFile(ctx, name); err != nil {
			return err
		}
	}
	for _, sql := range s.cfg.sql {
		if err := s.runScript(ctx, strings.NewReader(sql), ""); err != nil {
			return err
		}
	}
	switch {
	case len(s.cfg.files) > 0 || len(s.cfg.sql) > 0:
		return nil
	case s.sh.Terminal != nil:
		return s.interactive(ctx)
	}
	return s.runScript(ctx, s.stdin(ctx), "stdin")
}

// lookupEnv returns the last value of name in Env.
func (sh *Shell) lookupEnv(name string) (string, bool) {
	for i := len(sh.Env) - 1; i >= 0; i-- {
		if key, value, ok := strings.Cut(sh.Env[i], "="); ok && key == name {
			return value, true
		}
	}
	return "", false
}

func (sh *Shell) getenv(name string) string {
	value, _ := sh.lookupEnv(name)
	return value
}

func (sh *Shell) now() time.Time {
	if sh.Now != nil {
		return sh.Now()
	}
	return time.Now()
}

// colours says whether escape sequences may be written to the terminal; see
// https://no-color.org.
func (sh *Shell) colours() bool {
	return sh.StdoutIsTerminal && sh.getenv("NO_COLOR") == "" && sh.getenv("TERM") != "dumb"
}
