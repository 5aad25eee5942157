// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/reproduce/command"
	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
	"github.com/gosqlite/gosqlite/tools/reproduce/report"
)

// runLedger makes the ledger of a build that was made elsewhere.
func runLedger(args []string, t *command.Terminal) int {
	fs := flag.NewFlagSet("reproduce ledger", flag.ContinueOnError)
	fs.SetOutput(t.Stderr)
	var logs raw
	fs.Var(&logs, "log", "compact execution log `FILE` of the build; further ones of builds before it in the same output base")
	dir := fs.String("files", "", "`DIR` with the release files")
	out := fs.String("out", "", "write the ledger to `FILE`")
	statement := fs.String("statement", "", "write it as a statement about the release to `FILE`, "+ledger.StatementName+" in a release; needs manifest.json in --files")
	fold := fs.Bool("fold", false, "write one row for very many outputs of an action to --out, as statements have")
	cached := fs.Bool("cached", false, "accept actions that were taken from a cache; who wrote that cache vouches for them")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return command.ExitOK
	case err != nil:
		return command.ExitUsage
	case fs.NArg() > 0 || len(logs) == 0 || *dir == "" || *out == "" && *statement == "":
		return t.Fail(command.ExitUsage, errors.New("ledger needs --log, --files, and --out or --statement, and takes no other argument"))
	case *statement != "" && !strings.HasSuffix(*statement, ".intoto.json"):
		return t.Fail(command.ExitUsage, fmt.Errorf("--statement %s: the name has to end with .intoto.json", *statement))
	}
	l, err := makeLedger(logs, t.From(*dir), t)
	if err != nil {
		return t.Fail(failure(err), err)
	}
	if unmade := l.Unmade(); len(unmade) > 0 {
		return t.Fail(command.ExitFailure, fmt.Errorf("make ledger: no action in the logs made %d of %d files, such as %s: name the release files of the build that wrote the logs, and all logs since its output base was empty", len(unmade), len(l.Build.Files), unmade[0]))
	}
	if l.Side.Cached > 0 && !*cached {
		return t.Fail(command.ExitFailure, fmt.Errorf("make ledger: %d actions came from a cache, so their digests are hearsay; build with --disk_cache= and --noremote_accept_cached, or say --cached", l.Side.Cached))
	}
	if *out != "" {
		err = writeFolded(l, *fold, t.From(*out))
	}
	if err == nil && *statement != "" {
		err = writeStatement(l, t.From(*dir), t.From(*statement))
	}
	if err != nil {
		return t.Fail(command.ExitFailure, err)
	}
	digest, err := l.Digest()
	if err != nil {
		return t.Fail(command.ExitFailure, err)
	}
	fmt.Fprintf(t.Stdout, "ledger: %s\n%d files, %d actions; %s\n", digest, len(l.Build.Files), len(l.Build.Actions), l.Side)
	return command.ExitOK
}

func makeLedger(names []string, dir string, t *command.Terminal) (*ledger.Ledger, error) {
	logs, err := readLogs(names, t)
	if err != nil {
		return nil, err
	}
	files, err := compare.Tree(dir)
	if err != nil {
		return nil, err
	}
	return ledger.New(files, logs, thisSide())
}

func writeFolded(l *ledger.Ledger, fold bool, name string) (err error) {
	if fold {
		if l, err = l.Fold(); err != nil {
			return err
		}
	}
	return writeLedger(l, name)
}

func writeLedger(l *ledger.Ledger, name string) error {
	text, err := l.Encode()
	if err != nil {
		return err
	}
	return command.WriteText(name, text)
}

func writeStatement(l *ledger.Ledger, dir, name string) error {
	m, err := ledger.ReadManifest(filepath.Join(dir, manifest.FileName))
	if err != nil {
		return err
	}
	text, err := l.Statement(m)
	if err != nil {
		return err
	}
	return command.WriteText(name, text)
}

// failure is the exit code of an error: an action that made two things is a difference that was found.
func failure(err error) int {
	if errors.Is(err, ledger.ErrUnstable) {
		return report.ExitDifferent
	}
	return command.ExitFailure
}
