// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/lint"
)

const usage = `usage: lint [CHECK...]
       lint --list | --plants
`

func run(ctx context.Context, args []string, stdout, stderr io.Writer, environ []string) int {
	flags := flag.NewFlagSet("lint", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, usage) }
	list := flags.Bool("list", false, "")
	plants := flags.Bool("plants", false, "")
	if err := flags.Parse(args); err != nil {
		return lint.Usage
	}
	if (*list || *plants) && flags.NArg() > 0 || *list && *plants {
		fmt.Fprintf(stderr, "lint: --list and --plants stand alone\n%s", usage)
		return lint.Usage
	}
	if *list {
		for _, c := range lint.Checks(lint.Config{}) {
			fmt.Fprintf(stdout, "%-12s %s\n", c.Name, c.Doc)
		}
		return lint.Clean
	}
	if _, err := lint.Select(lint.Checks(lint.Config{}), flags.Args()); err != nil {
		fmt.Fprintf(stderr, "lint: %v\n", err)
		return lint.Usage
	}
	dir, err := os.Getwd()
	if err == nil {
		dir, err = lint.FindRoot(dir)
	}
	if err != nil {
		fmt.Fprintf(stderr, "lint: %v\n", err)
		return lint.Failed
	}
	if *plants {
		return runPlants(ctx, dir, stdout, stderr, environ)
	}
	return runChecks(ctx, dir, flags.Args(), stdout, stderr, environ)
}

func runChecks(ctx context.Context, root string, names []string, stdout, stderr io.Writer, environ []string) int {
	runner := lint.System{Env: environ}
	tree, err := lint.Tracked(ctx, runner, root)
	if err != nil {
		fmt.Fprintf(stderr, "lint: %v\n", err)
		return lint.Failed
	}
	getenv := lookup(environ)
	clients := lint.Clients{Runner: runner, Dir: root, Getenv: getenv, Environ: environ, FS: os.DirFS("/")}
	checks, err := lint.Select(lint.Checks(lint.Config{
		Runner: runner, ToolsDir: filepath.Join(root, "tools"),
		Machine: lint.Paths(getenv("HOME"), root), Hosts: clients.Hosts,
		Allowed: lint.TreeAllowed, Oversize: lint.TreeOversize,
	}), names)
	if err != nil {
		fmt.Fprintf(stderr, "lint: %v\n", err)
		return lint.Usage
	}
	outcomes := lint.Run(ctx, tree, checks, time.Now, stderr)
	if err := lint.Print(stdout, outcomes); err != nil {
		fmt.Fprintf(stderr, "lint: write the result: %v\n", err)
		return lint.Failed
	}
	return lint.ExitCode(outcomes)
}

// runPlants runs all checks on each planted tree, in a temporary folder.
func runPlants(ctx context.Context, root string, stdout, stderr io.Writer, environ []string) int {
	code := lint.Clean
	for _, p := range lint.Plants() {
		start := time.Now()
		outcomes, err := judgePlant(ctx, p, root, environ)
		if ctx.Err() != nil || outcomes == nil {
			fmt.Fprintf(stderr, "lint: %v\n", err)
			return lint.Failed
		}
		verdict := "ok"
		if err != nil {
			verdict, code = err.Error(), lint.Found
		}
		fmt.Fprintf(stdout, "%-24s %-12s %6.1f  %s\n", p.Name, p.Check, time.Since(start).Seconds(), verdict)
	}
	return code
}

// judgePlant returns no outcomes when the plant could not be laid out.
func judgePlant(ctx context.Context, p lint.Plant, root string, environ []string) ([]lint.Outcome, error) {
	dir, err := os.MkdirTemp("", "lint-plant-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := p.Write(dir); err != nil {
		return nil, err
	}
	tree, err := lint.Walked(dir)
	if err != nil {
		return nil, err
	}
	checks := lint.Checks(lint.PlantConfig(lint.System{Env: environ}, filepath.Join(root, "tools")))
	outcomes := lint.Run(ctx, tree, checks, time.Now, io.Discard)
	return outcomes, p.Judge(outcomes)
}

func lookup(environ []string) func(string) string {
	return func(name string) string {
		for i := len(environ) - 1; i >= 0; i-- {
			if value, ok := strings.CutPrefix(environ[i], name+"="); ok {
				return value
			}
		}
		return ""
	}
}
