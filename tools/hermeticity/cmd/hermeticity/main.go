// SPDX-License-Identifier: MIT

// Hermeticity tells what the actions of a build took from outside their declared inputs, by a trace of the whole build:
//
//	hermeticity trace --log FILE --paths FILE --temp DIR [--json FILE] <TRACE
//
// reads what strace wrote of Bazel and all its actions, Bazel's compact log of executed commands, and the list of paths that
// actions may touch. tools/hermeticity/check.sh makes all of them.
//
//	hermeticity unused --paths FILE REPORT...
//
// prints the entries of the list that no build needed; a REPORT is what --json wrote.
//
//	hermeticity calls
//
// prints what strace has to be told to trace.
//
//	hermeticity list --graph FILE
//	hermeticity flags --graph FILE --log FILE
//	hermeticity mounted --graph FILE --log FILE [--proc]
//
// are about the sandbox that shows declared inputs only: which actions can run zig cc, and need /proc; after a build with
// nothing mounted, the flags of the next, which runs those that failed and no other; and whether a build ran what it may.
// The graph is what aquery --output=jsonproto prints. tools/hermeticity/build.sh calls them in turn.
//
// Exit status: 0 nothing found, 1 something could not be read, 2 usage, 3 something was found.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gosqlite/gosqlite/tools/hermeticity/action"
	"github.com/gosqlite/gosqlite/tools/hermeticity/judge"
	"github.com/gosqlite/gosqlite/tools/hermeticity/trace"
	"github.com/gosqlite/gosqlite/tools/reproduce/command"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

const usage = `usage:
  hermeticity trace --log FILE --paths FILE --temp DIR [--json FILE] <TRACE
  hermeticity unused --paths FILE REPORT...
  hermeticity calls
  hermeticity list --graph FILE
  hermeticity flags --graph FILE --log FILE
  hermeticity mounted --graph FILE --log FILE [--proc]`

// exits are the exit codes.
const (
	exitOK = iota
	exitFailure
	exitUsage
	exitFound
)

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	commands := map[string]func(*flag.FlagSet, []string, io.Reader, io.Writer) (int, error){
		"trace": runTrace, "unused": runUnused, "calls": runCalls, "list": runList, "flags": runFlags, "mounted": runMounted}
	if len(args) == 0 || commands[args[0]] == nil {
		fmt.Fprintln(stderr, usage)
		return exitUsage
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.SetOutput(stderr)
	code, err := commands[args[0]](flags, args[1:], stdin, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.Is(err, errUsage):
		fmt.Fprintln(stderr, usage)
		return exitUsage
	case err != nil:
		fmt.Fprintln(stderr, "hermeticity:", err)
		return exitFailure
	}
	return code
}

var errUsage = errors.New("usage")

// parse reads flags, of which some are needed. Flags that are wrong were printed already.
func parse(flags *flag.FlagSet, args []string, needed ...*string) error {
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return err
	case err != nil, flags.NArg() > 0 && flags.Name() != "unused", slices.ContainsFunc(needed, func(s *string) bool { return *s == "" }):
		return errUsage
	}
	return nil
}

func runCalls(flags *flag.FlagSet, args []string, _ io.Reader, stdout io.Writer) (int, error) {
	if err := parse(flags, args); err != nil {
		return exitUsage, err
	}
	_, err := io.WriteString(stdout, action.Traced+"\n")
	return exitOK, err
}

func runTrace(flags *flag.FlagSet, args []string, stdin io.Reader, stdout io.Writer) (int, error) {
	log := flags.String("log", "", "compact execution log `FILE` of the build")
	paths := flags.String("paths", "", "`FILE` with the paths that actions may touch")
	temp := flags.String("temp", "", "folder `DIR` for temporary files, empty when the build began; an absolute path without links")
	report := flags.String("json", "", "write the report to `FILE`, too")
	if err := parse(flags, args, log, paths, temp); err != nil {
		return exitUsage, err
	}
	if !filepath.IsAbs(*temp) {
		return exitUsage, errUsage
	}
	r, err := follow(stdin, *log, *paths, filepath.Clean(*temp))
	if err != nil {
		return exitFailure, err
	}
	if *report != "" {
		data, err := json.MarshalIndent(r, "", "  ")
		if err == nil {
			err = command.WriteText(*report, append(data, '\n'))
		}
		if err != nil {
			return exitFailure, err
		}
	}
	if err := r.Write(stdout); err != nil || len(r.Findings) > 0 {
		return exitFound, err
	}
	return exitOK, nil
}

// follow reads the trace to its end, since strace waits for its reader, and only then the log, which is whole by then.
func follow(in io.Reader, log, paths, temp string) (*judge.Report, error) {
	list, err := open(paths, judge.ReadList)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(temp)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var there []string
	for _, e := range entries {
		there = append(there, e.Name())
	}
	j := judge.New(list, temp, there, judge.Real)
	t := &action.Tracker{Judge: j.Access}
	if err := t.Follow(trace.NewReader(in)); err != nil {
		return nil, err
	}
	l, err := open(log, execlog.Read)
	if err != nil {
		return nil, err
	}
	r, err := j.Finish(l, t.Actions)
	if err != nil {
		return nil, err
	}
	r.Unread = t.Unread
	return r, nil
}

func runUnused(flags *flag.FlagSet, args []string, _ io.Reader, stdout io.Writer) (int, error) {
	paths := flags.String("paths", "", "`FILE` with the paths that actions may touch")
	if err := parse(flags, args, paths); err != nil {
		return exitUsage, err
	}
	if flags.NArg() == 0 {
		return exitUsage, errUsage
	}
	list, err := open(*paths, judge.ReadList)
	if err != nil {
		return exitFailure, err
	}
	var reports []*judge.Report
	for _, name := range flags.Args() {
		r, err := open(name, judge.ReadReport)
		if err != nil {
			return exitFailure, fmt.Errorf("%s: %w", name, err)
		}
		reports = append(reports, r)
	}
	unused, err := list.Unused(reports)
	if err != nil {
		return exitFailure, err
	}
	for _, e := range unused {
		fmt.Fprintln(stdout, e)
	}
	if len(unused) > 0 {
		return exitFound, nil
	}
	return exitOK, nil
}

func open[T any](name string, read func(io.Reader) (T, error)) (T, error) {
	f, err := os.Open(name)
	if err != nil {
		var none T
		return none, err
	}
	defer f.Close()
	return read(f)
}
