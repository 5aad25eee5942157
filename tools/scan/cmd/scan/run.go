// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/lint"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/scan/sast"
)

// environment is what the program takes from outside.
type environment struct {
	stdout, stderr io.Writer
	environ        []string
	client         *http.Client
	self           func() (string, error) // path of this program
	now            func() time.Time       // times what runs; nothing is judged by it
}

// sum is the digest of this program's file, as it is now.
func (e environment) sum() (string, error) {
	self, err := e.self()
	if err != nil {
		return "", err
	}
	sum, err := action.Digest(self)
	if err != nil {
		return "", fmt.Errorf("read this program: %w", err)
	}
	return sum, nil
}

// system runs git, the go command and analysers.
func (e environment) system() lint.System {
	return lint.System{Env: append(slices.Clone(e.environ), "GOWORK=off")}
}

const usage = `usage: scan --date DAY [--gate tree|release] [--sbom FILE]... [--twin FILE]... [--only NAME,...] [--out DIR]
       scan --release DIR --date DAY [--out DIR]
       scan db import --out DIR [--root DIR] [--source ADDRESS] [--commit COMMIT] [--date DAY] PLACE
       scan advisory build --in DIR --out DIR
       scan pass --report FILE --date DAY [--root DIR] BILL... TWIN...
flags: --root DIR    the tree; by default the one that the current folder lies in
       --db PLACE    vulnerability database: folder, file:// or https:// address; by default tools/scan/db
       --triage FILE decisions; by default tools/scan/triage.json
       --source ADDRESS  where PLACE is a copy of, for the record; by default https://vuln.go.dev
       --zig FILE    the pinned zig, whose clang looks at own C; by default the host's clang
       --fresh       run every scanner, also where the result of an earlier run of the same is kept
       --json        print the report as JSON
`

type command struct {
	words []string
	run   func(ctx context.Context, args []string, env environment) error
}

// commands are the forms with words; the scan itself has none.
var commands = []command{
	{[]string{"db", "import"}, importDatabase},
	{[]string{"advisory", "build"}, buildAdvisories},
	{[]string{"pass"}, checkPass},
	{[]string{sast.GosecWorker}, gosecWorker},
}

func run(ctx context.Context, args []string, env environment) int {
	err := dispatch(ctx, args, env)
	if errors.Is(err, errNo) {
		return action.Rejected // the table has said why
	}
	return action.Exit(env.stderr, "scan", err)
}

func dispatch(ctx context.Context, args []string, env environment) error {
	for _, c := range commands {
		if n := len(c.words); len(args) >= n && slices.Equal(args[:n], c.words) {
			return c.run(ctx, args[n:], env)
		}
	}
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		return action.UsageError("%q is no command", args[0])
	}
	return scan(ctx, args, env)
}

// parse reads flags; what stays are the arguments.
func parse(name string, env environment, args []string, declare func(f *flag.FlagSet)) ([]string, error) {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	declare(f)
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(env.stdout, usage)
		return nil, err
	case err != nil:
		return nil, action.UsageError("%v", err)
	}
	return f.Args(), nil
}

// parseDay reads --date.
func parseDay(text string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, action.UsageError("give --date as YYYY-MM-DD: the day that decisions are held against")
	}
	return day, nil
}

// findRoot is the tree: as it is given, else where bazel run was typed, else the current folder's.
func findRoot(root string, env environment) (string, error) {
	if root != "" {
		return filepath.Abs(root)
	}
	dir := lookup(env.environ, "BUILD_WORKSPACE_DIRECTORY") // https://bazel.build/docs/user-manual#running-executables
	if dir == "" {
		var err error
		if dir, err = os.Getwd(); err != nil {
			return "", err
		}
	}
	return lint.FindRoot(dir)
}

func lookup(environ []string, name string) string {
	for _, v := range slices.Backward(environ) {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

// maxInput bounds a file that is read whole, in bytes: what the packages that parse them take.
const maxInput = 64 << 20

// readFile reads a file from outside, and no more of it than a parser would take.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxInput+1))
	if err == nil && len(text) > maxInput {
		err = fmt.Errorf("%s: larger than %d bytes", name, maxInput)
	}
	return text, err
}

// write makes a file of dir whole or not at all.
func write(dir, name string, data []byte) error {
	return action.WriteFile(filepath.Join(dir, name), 0o644, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

func gosecWorker(_ context.Context, args []string, env environment) error {
	if len(args) != 1 {
		return action.UsageError("%s needs the folder of a Go module", sast.GosecWorker)
	}
	return sast.GosecModule(env.stdout, args[0])
}
