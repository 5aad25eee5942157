// SPDX-License-Identifier: MIT

// Package comparison is the command that holds two results of builds against each other, which were made elsewhere: two
// folders of release files, two ledgers, or one of each.
package comparison

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"

	"github.com/gosqlite/gosqlite/tools/reproduce/command"
	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/diffoscope"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
	"github.com/gosqlite/gosqlite/tools/reproduce/report"
	"github.com/gosqlite/gosqlite/tools/reproduce/trial"
)

const usage = `usage: %s [FLAGS] A B

A and B are folders of release files, or ledgers (or statements with one in it). Files are compared by size and digest,
actions where both sides know of any. A difference is named by the first action, the file, its member or section, and,
where the files are at hand, the offset. Exit status: 0 equal, 1 failure or nothing compared, 2 usage, 3 a difference.

`

// one is a side of the comparison.
type one struct {
	trial.Product
	dir    string // with the release files of a ledger
	ledger *ledger.Ledger
}

// Run parses arguments, compares, prints, and gives the exit code.
func Run(args []string, t *command.Terminal) int {
	fs := flag.NewFlagSet(t.Program, flag.ContinueOnError)
	fs.SetOutput(t.Stderr)
	fs.Usage = func() {
		fmt.Fprintf(t.Stderr, usage, t.Program)
		fs.PrintDefaults()
	}
	var sides [2]one
	for i, name := range []string{"a", "b"} {
		s := &sides[i]
		fs.StringVar(&s.Log, "log-"+name, "", "compact execution log `FILE` of a build whose folder is given")
		fs.StringVar(&s.ExecRoot, "root-"+name, "", "execution root `DIR` of the build, to look into differing outputs")
		fs.StringVar(&s.dir, "files-"+name, "", "`DIR` with the release files of a ledger, to look into differing files")
	}
	jsonFile := fs.String("json", "", "write the report as JSON to `FILE`, - for standard output instead of the table")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return command.ExitOK
	case err != nil:
		return command.ExitUsage
	case fs.NArg() != 2:
		return t.Fail(command.ExitUsage, errors.New("two folders or ledgers are compared, after the flags"))
	case (sides[0].Log == "") != (sides[1].Log == ""):
		return t.Fail(command.ExitUsage, errors.New("--log-a and --log-b go together"))
	}
	for i := range sides {
		if err := sides[i].open(t, fs.Arg(i)); err != nil {
			return t.Fail(command.ExitFailure, err)
		}
	}
	r, err := against(&sides[0], &sides[1])
	if err != nil {
		return t.Fail(command.ExitFailure, err)
	}
	if path, err := exec.LookPath("diffoscope"); err == nil {
		r.Explain = func(a, b string) (string, error) { return diffoscope.Run(context.Background(), path, a, b) }
		r.ExplainFirst(sides[0].Files, sides[1].Files)
	}
	return t.Finish(r, *jsonFile)
}

// open finds out what a side is.
func (s *one) open(t *command.Terminal, name string) error {
	s.Log, s.ExecRoot, s.dir = t.From(s.Log), t.From(s.ExecRoot), t.From(s.dir)
	path := t.From(name)
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("read side: %w", err)
	}
	if info.IsDir() {
		if s.dir != "" {
			return fmt.Errorf("read side: %s is a folder already; --files-a and --files-b go with ledgers", name)
		}
		s.Files, err = compare.Tree(path)
		return err
	}
	if s.Log != "" {
		return fmt.Errorf("read side: %s is a ledger, which knows its actions; --log-a and --log-b go with folders", name)
	}
	if s.dir != "" {
		if s.Files, err = compare.Tree(s.dir); err != nil {
			return err
		}
	}
	s.ledger, err = ledger.ReadFile(path)
	return err
}

func against(a, b *one) (*report.Report, error) {
	r := &report.Report{}
	var err error
	if a.ledger == nil && b.ledger == nil {
		if r.Files, err = compare.Files(a.Files, b.Files); err != nil {
			return nil, fmt.Errorf("compare files: %w", err)
		}
		if a.Log != "" {
			r.Actions, err = trial.CompareLogs(&a.Product, &b.Product)
		}
		return r, err
	}
	both := a.ledger != nil && b.ledger != nil
	for _, s := range []*one{a, b} {
		if s.ledger == nil {
			if s.ledger, err = ledger.New(s.Files, nil, ledger.Side{}); err != nil {
				return nil, err
			}
		}
	}
	x, y := a.ledger, b.ledger
	files, actions := ledger.Compare(&x.Build, &y.Build, false)
	r.Files = files
	if err := locate(r.Files, a.Files, b.Files); err != nil {
		return nil, err
	}
	if !both {
		return r, nil
	}
	if len(x.Build.Actions)+len(y.Build.Actions) > 0 {
		r.Actions = actions
		trial.FindPlaces(actions, a.ExecRoot, b.ExecRoot)
	}
	r.Inputs = ledger.Inputs(&x.Build, &y.Build)
	for _, l := range []*ledger.Ledger{x, y} {
		digest, err := l.Digest()
		if err != nil {
			return nil, err
		}
		r.Sides = append(r.Sides, "ledger "+digest+"; "+l.Side.String())
	}
	r.Relation = string(ledger.Relate(x.Side, y.Side))
	return r, nil
}

// locate finds the places of differences in files that are at hand. A file that is not the ledger's is left to its digest.
func locate(files []compare.File, a, b map[string]string) error {
	for i := range files {
		f := &files[i]
		if f.Status == compare.Pass || a[f.Name] == "" || b[f.Name] == "" {
			continue
		}
		p, err := compare.LocateFiles(a[f.Name], b[f.Name])
		if err != nil {
			return fmt.Errorf("look into %s: %w", f.Name, err)
		}
		if p != nil {
			f.Place = p
		}
	}
	return nil
}
