// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/report"
	"github.com/gosqlite/gosqlite/tools/reproduce/trial"
)

func runCompare(args []string, stdout, stderr io.Writer, environ []string) int {
	fs := flag.NewFlagSet("reproduce compare", flag.ContinueOnError)
	fs.SetOutput(stderr)
	var a, b trial.Product
	fs.StringVar(&a.Log, "log-a", "", "compact execution log `FILE` of the first build")
	fs.StringVar(&b.Log, "log-b", "", "compact execution log `FILE` of the second build")
	fs.StringVar(&a.ExecRoot, "root-a", "", "execution root `DIR` of the first build, to look into differing outputs")
	fs.StringVar(&b.ExecRoot, "root-b", "", "execution root `DIR` of the second build")
	jsonFile := fs.String("json", "", "write the report as JSON to `FILE`, - for standard output instead of the table")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case fs.NArg() != 2:
		return fail(stderr, exitUsage, errors.New("compare takes two folders, after the flags"))
	case (a.Log == "") != (b.Log == ""):
		return fail(stderr, exitUsage, errors.New("--log-a and --log-b go together"))
	}
	r := &report.Report{}
	var err error
	for i, p := range []*trial.Product{&a, &b} {
		p.Log, p.ExecRoot = from(environ, p.Log), from(environ, p.ExecRoot)
		if p.Files, err = compare.Tree(from(environ, fs.Arg(i))); err != nil {
			return fail(stderr, exitFailure, err)
		}
	}
	if r.Files, err = compare.Files(a.Files, b.Files); err != nil {
		return fail(stderr, exitFailure, fmt.Errorf("compare files: %w", err))
	}
	if a.Log != "" {
		if r.Actions, err = trial.CompareLogs(&a, &b); err != nil {
			return fail(stderr, exitFailure, err)
		}
	}
	return finish(r, from(environ, *jsonFile), stdout, stderr)
}
