// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/tools/publish/storage"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

const (
	registryBackupUsage = `usage: publish registry backup --from FOLDER --to file:BACKUP

Verifies the storage of a registry that is stopped, and copies it, as one transaction. Run it again after it was stopped. A
backup that has a release which the storage lacks stays as it is.

  --from FOLDER         that tools/publish/registry/run keeps, or the root folder of another docker-registry
  --to file:BACKUP      an empty folder, or one that this command made
`
	registryRestoreUsage = `usage: publish registry restore --from file:BACKUP --to FOLDER

Makes FOLDER/data from a backup, and verifies it. FOLDER is then what tools/publish/registry/run takes by --dir.
`
	registryVerifyUsage = `usage: publish registry verify --from FOLDER

Computes every digest of the storage of a registry that is stopped anew, and follows every tag to all that it needs.
`
	registryPruneUsage = `usage: publish registry prune --to FOLDER --keep N --named-by TARGET... [--publish]

Removes candidates, such as v1.3.0-rc.1, but the newest N, and what no version leads to any more, from the storage of a registry
that is stopped. Releases stay, and so does what a channel still names.

  --keep N              at least 1
  --named-by TARGET     tuf:FOLDER keeps what the TUF repository lists, file:FOLDER what the folder lists and has not revoked; may be
                        repeated
  --publish             not a dry run
`
)

// openStorage parses the flags that all these verbs have, and opens what the flag of this name names.
func openStorage(f *flag.FlagSet, name, usage string, args []string, w world) (*storage.Storage, error) {
	dir := f.String(name, "", "")
	if err := action.Parse(f, usage, args, w.stdout); err != nil {
		return nil, err
	}
	if *dir == "" || strings.HasPrefix(*dir, "file:") {
		return nil, action.UsageError("--%s has to be the folder of a registry", name)
	}
	return storage.Open(*dir)
}

func backupRegistry(ctx context.Context, args []string, w world) (err error) {
	f := flag.NewFlagSet("registry backup", flag.ContinueOnError)
	to := f.String("to", "", "")
	s, err := openStorage(f, "from", registryBackupUsage, args, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	store, err := openFolder("to", *to, w)
	if err != nil {
		return err
	}
	n, err := s.Backup(ctx, store)
	return said(w, n, "copied or there already", err)
}

func restoreRegistry(ctx context.Context, args []string, w world) error {
	f := flag.NewFlagSet("registry restore", flag.ContinueOnError)
	from, to := f.String("from", "", ""), f.String("to", "", "")
	if err := action.Parse(f, registryRestoreUsage, args, w.stdout); err != nil {
		return err
	}
	store, err := openFolder("from", *from, w)
	if err != nil {
		return err
	}
	if *to == "" || strings.HasPrefix(*to, "file:") {
		return action.UsageError("--to has to be a new folder")
	}
	n, err := storage.Restore(ctx, store, *to, nil)
	return said(w, n, "restored", err)
}

func verifyRegistry(ctx context.Context, args []string, w world) (err error) {
	s, err := openStorage(flag.NewFlagSet("registry verify", flag.ContinueOnError), "from", registryVerifyUsage, args, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	n, err := s.Verify(ctx)
	return said(w, n, "there", err)
}

func said(w world, n storage.Counts, verb string, err error) error {
	if err == nil {
		_, err = fmt.Fprintf(w.stdout, "%d blobs, %d manifests and %d tags %s, and verified\n", n.Blobs, n.Manifests, n.Tags, verb)
	}
	return err
}

func pruneRegistry(ctx context.Context, args []string, w world) (err error) {
	f := flag.NewFlagSet("registry prune", flag.ContinueOnError)
	var by action.List
	f.Var(&by, "named-by", "")
	keep, commit := f.Int("keep", 0, ""), f.Bool("publish", false, "")
	s, err := openStorage(f, "to", registryPruneUsage, args, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if *keep < 1 || len(by) == 0 {
		return action.UsageError("--keep of at least 1 and --named-by are needed")
	}
	named, err := namedBy(by, w)
	if err != nil {
		return err
	}
	p, err := s.Prune(ctx, *keep, named, *commit)
	if err != nil {
		return err
	}
	verb := "dry run, would remove"
	if *commit {
		verb = "removed"
	}
	_, err = fmt.Fprintf(w.stdout, "%s %d candidates (%s), %d manifests, %d blobs with %d bytes\n", verb, len(p.Versions), strings.Join(p.Versions, ", "), p.Manifests, p.Blobs, p.Bytes)
	return err
}

// namedBy is what the channels still name. A folder in which nothing is published is an error: a wrong name must not take away
// what the right one keeps.
func namedBy(targets []string, w world) (func(version string) bool, error) {
	var all []func(string) bool
	for _, target := range targets {
		store, err := openFolder("named-by", target, w)
		if err != nil {
			return nil, err
		}
		r, index, generation, err := tuf.Load(store)
		if err != nil {
			return nil, err
		}
		isTUF := strings.HasPrefix(target, "tuf:")
		if generation == "" || isTUF && r.Empty() {
			return nil, action.UsageError("--named-by %s: nothing is published there", target)
		}
		all = append(all, func(version string) bool {
			if isTUF {
				offered, _, err := r.Offers(version)
				return offered || err != nil // what can't be told is kept
			}
			return listed(index, version)
		})
	}
	return func(version string) bool {
		for _, named := range all {
			if named(version) {
				return true
			}
		}
		return false
	}, nil
}

func listed(index *tree.Index, version string) bool {
	_, revoked := index.Revocation(version)
	for _, name := range index.Names() {
		if name == version {
			return !revoked
		}
	}
	return false
}
