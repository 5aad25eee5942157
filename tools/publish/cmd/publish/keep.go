// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

const (
	backupUsage = `usage: publish backup --from file:FOLDER --to file:FOLDER

Copies what readers of a folder see into another one, as one transaction, and computes every digest while copying and once
more of what has arrived. Run it again after it was stopped. A backup that has a version which the folder lacks stays as it is.
`
	restoreUsage = `usage: publish restore --from file:BACKUP --to file:FOLDER

Makes a folder from a backup, as backup does the other way round. FOLDER is a new one, or one that this command was stopped at:
move a damaged folder away first.
`
	pruneUsage = `usage: publish prune --to file:FOLDER --keep N

Removes all but the newest N generations, and what none of the rest has. What readers see is always kept, and no version is ever
removed. Readers who stay in an older generation lose it.
`
)

func copyFolder(ctx context.Context, usage string, args []string, w world) error {
	var from, to string
	f := flag.NewFlagSet("backup", flag.ContinueOnError)
	f.StringVar(&from, "from", "", "")
	f.StringVar(&to, "to", "", "")
	if err := action.Parse(f, usage, args, w.stdout); err != nil {
		return err
	}
	source, err := openFolder("from", from, w)
	if err != nil {
		return err
	}
	target, err := openFolder("to", to, w)
	if err != nil {
		return err
	}
	if filepath.Clean(source.Dir) == filepath.Clean(target.Dir) {
		return action.UsageError("--from and --to are one folder")
	}
	if usage == restoreUsage {
		if _, generation, err := target.Current(); err != nil || generation != "" {
			return action.UsageError("--to %s: something is published there, or it can't be read; move it away and restore into a new folder", to)
		}
	}
	files, err := tree.Copy(ctx, &tree.Store{Dir: source.Dir}, target)
	if err == nil {
		_, err = fmt.Fprintf(w.stdout, "%d files copied or there already, and verified\n", files)
	}
	return err
}

func prune(ctx context.Context, args []string, w world) error {
	var to string
	var keep int
	f := flag.NewFlagSet("prune", flag.ContinueOnError)
	f.StringVar(&to, "to", "", "")
	f.IntVar(&keep, "keep", 0, "")
	if err := action.Parse(f, pruneUsage, args, w.stdout); err != nil {
		return err
	}
	if keep < 1 {
		return action.UsageError("--keep has to be at least 1")
	}
	store, err := openFolder("to", to, w)
	if err != nil {
		return err
	}
	generations, objects, err := store.Prune(ctx, keep)
	fmt.Fprintf(w.stdout, "%d generations and %d objects removed\n", generations, objects)
	return err
}
