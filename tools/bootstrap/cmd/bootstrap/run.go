// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/client"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/pins"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/progress"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/registries"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/store"
)

const (
	exitOK, exitFailure, exitUsage, exitVerification = 0, 1, 2, 3
)

// app is what the commands share.
type app struct {
	workspace      string
	stdout, stderr io.Writer
	env            []string
	log            *progress.Log
}

// usageError is an error of the command line.
type usageError struct{ msg string }

func (e *usageError) Error() string { return e.msg }

// errNotReady is what doctor returns when something required is missing: its
// table has said what.
var errNotReady = errors.New("something required is missing")

func run(ctx context.Context, args []string, stdout, stderr io.Writer, env []string) int {
	a := &app{stdout: stdout, stderr: stderr, env: env, log: progress.New(stderr, isTerminal(stderr), time.Now)}
	err := a.dispatch(ctx, args)
	a.log.Close()
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, help[args[0]])
		return exitOK
	}
	return report(stderr, err)
}

// help is what --help prints of each command, in the words that a user of bazelw types.
var help = map[string]string{
	"fetch": `usage: ./bazelw fetch [--bundle FILE | --import FILE] [--exec PLATFORM]

Fetches all inputs that are not there yet.

  --bundle FILE    and writes them into one file, for a machine without registries
  --import FILE    takes them from such a file instead; each is held against its pin
  --exec PLATFORM  inputs for a machine of another kind that builds, such as linux_arm64
`,
	"doctor": `usage: ./bazelw doctor [--json]

Says what this machine has of what a build needs, and how to get the rest. Exit code 1 when something is missing.
`,
	"update": `usage: ./bazelw update WHAT [VERSION]

Writes new pins into pins/pins.json, as one diff to review, and says what to look at. WHAT is sqlite, zig or go, with a version
of theirs (by default the newest that the registry has), bazel, with a revision of Debian's package, or modules, which
computes new digests for the versions that stand in pins/pins.json.
`,
}

func report(stderr io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	if errors.Is(err, errNotReady) {
		return exitFailure
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(stderr, "gosqlite: interrupted: what was complete is kept; run the command again to go on")
		return exitFailure
	}
	fmt.Fprintf(stderr, "gosqlite: error: %s\n", strings.ReplaceAll(err.Error(), "\n", "\ngosqlite: error: "))
	var usage *usageError
	var digest *client.WrongDigest
	switch {
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &digest):
		return exitVerification
	}
	return exitFailure
}

func (a *app) dispatch(ctx context.Context, args []string) error {
	commands := map[string]func(context.Context, *flag.FlagSet, []string) error{
		"ensure": a.ensure, "fetch": a.fetch, "doctor": a.doctor, "update": a.update,
	}
	if len(args) == 0 || commands[args[0]] == nil {
		return &usageError{"usage: bootstrap ensure|fetch|doctor|update -workspace DIR ..."}
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&a.workspace, "workspace", "", "the checkout's folder")
	return commands[args[0]](ctx, flags, args[1:])
}

// parse reads the flags; at most max arguments may follow them.
func (a *app) parse(flags *flag.FlagSet, args []string, max int) error {
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) && help[flags.Name()] != "" {
		return err
	}
	if err != nil {
		return &usageError{fmt.Sprintf("%s: %v; flags: %s", flags.Name(), err, flagNames(flags))}
	}
	if flags.NArg() > max {
		return &usageError{fmt.Sprintf("%s: unexpected argument %q", flags.Name(), flags.Arg(max))}
	}
	if a.workspace == "" {
		return &usageError{flags.Name() + ": -workspace is required (bazelw gives it)"}
	}
	// An empty value, as of a variable that is not set, would pass for a flag that was left out.
	flags.Visit(func(f *flag.Flag) {
		if f.Value.String() == "" {
			err = &usageError{fmt.Sprintf("%s: --%s is empty", flags.Name(), f.Name)}
		}
	})
	return err
}

func flagNames(flags *flag.FlagSet) string {
	var names []string
	flags.VisitAll(func(f *flag.Flag) {
		if f.Name != "workspace" {
			names = append(names, "--"+f.Name)
		}
	})
	return strings.Join(names, ", ")
}

func (a *app) getenv(key string) string {
	for i := len(a.env) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(a.env[i], key+"="); ok {
			return v
		}
	}
	return ""
}

func (a *app) pinFile() string { return filepath.Join(a.workspace, "pins", "pins.json") }

// setup reads the pins and opens the cache.
func (a *app) setup() (*registries.Setup, error) {
	p, err := pins.Load(a.pinFile())
	if err != nil {
		return nil, err
	}
	st, err := store.Open(a.getenv)
	if err != nil {
		return nil, err
	}
	jdk, err := registries.ChooseJDK(a.getenv)
	if err != nil {
		return nil, err
	}
	return registries.New(st, p, a.workspace, client.System{Env: a.env}, a.log, jdk), nil
}

func (a *app) ensure(ctx context.Context, flags *flag.FlagSet, args []string) error {
	key := flags.String("key", "", "digest of the pins and of this program's sources")
	if err := a.parse(flags, args, 0); err != nil {
		return err
	}
	if *key == "" || strings.ContainsAny(*key, "/.") {
		return &usageError{"ensure: -key is required and holds no slash or dot"}
	}
	s, err := a.setup()
	if err != nil {
		return err
	}
	if err := s.Fetch(ctx); err != nil {
		return err
	}
	return s.Activate(*key)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0 && f.Name() != os.DevNull
}
