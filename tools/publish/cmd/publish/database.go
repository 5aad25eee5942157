// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/gosqlite/gosqlite/tools/publish/gate"
	"github.com/gosqlite/gosqlite/tools/publish/sumdb"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/key"
	"github.com/gosqlite/gosqlite/tools/release/sign/secret"
)

// A database is the checksum database that is published with the module.
type database struct {
	name, seen string
	key        key.Reference
	next       *sumdb.Database // once it was planned
}

func (d *database) flags(f *flag.FlagSet) {
	f.StringVar(&d.name, "sumdb", "", "")
	f.StringVar(&d.key.Name, "sumdb-key", "", "")
	f.StringVar(&d.key.Secret, "sumdb-secret", "", "")
	f.StringVar(&d.key.Plugin, "sumdb-plugin", "", "")
	f.StringVar(&d.seen, "sumdb-seen", "", "")
}

// check completes the flags; none of them is fine.
func (d *database) check() error {
	if *d == (database{}) {
		return nil
	}
	if err := sumdb.CheckName(d.name); err != nil {
		return action.UsageError("--sumdb: %w", err)
	}
	if err := d.key.Check(); err != nil {
		return action.UsageError("--sumdb-key: %w", err)
	}
	if d.seen == "" {
		if d.key.InPlugin() {
			return action.UsageError("--sumdb-seen is needed with a key in a plug-in: a file that remembers what the key signed")
		}
		d.seen = d.key.Name + ".seen"
	}
	return nil
}

// open gets the key. Whoever asks for a passphrase asks in a dry run, too: the state that it plans is a signed one.
func (d *database) open(ctx context.Context, stderr io.Writer) (note.Signer, note.Verifier, func() error, error) {
	k, err := d.key.Open(ctx, key.Surroundings{Secrets: &secret.Reader{Prompt: secret.Terminal}, Stderr: stderr})
	if err != nil {
		return nil, nil, nil, err
	}
	signer, known, err := sumdb.NewSigner(d.name, k)
	if err != nil {
		return nil, nil, nil, action.UsageError("%w", errors.Join(err, k.Close()))
	}
	return signer, known, k.Close, nil
}

// items are the files by which the database of a folder grows.
func (d *database) items(ctx context.Context, o *options, r *gate.Release, base *tree.Index, generation string) (items []tree.Item, err error) {
	have := base.Databases()
	fresh, err := tree.ReleaseRecords(o.release, r.Manifest)
	if err != nil {
		return nil, err
	}
	switch {
	case d.name == "" && len(have) > 0 && len(fresh) > 0:
		return nil, action.UsageError("%s has the checksum database %s, which has to learn of this version: give --sumdb and --sumdb-key", o.to, have[0])
	case d.name == "" || len(fresh) == 0:
		return nil, nil
	case len(have) > 0 && !slices.Equal(have, []string{d.name}):
		return nil, action.UsageError("--sumdb %s: the folder's database is called %s", d.name, strings.Join(have, ", "))
	}
	signer, known, closeKey, err := d.open(ctx, os.Stderr)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeKey()) }()
	_, dir, _ := strings.Cut(o.to, ":")
	store := &tree.Store{Dir: dir}
	before, err := sumdb.Open(store.ReadDatabase(base, generation, d.name), known)
	if err == nil {
		err = sumdb.Seen{Name: d.seen}.Check(before)
	}
	if err != nil {
		return nil, action.Reject(err)
	}
	older, err := store.Records(base, generation, before.Records())
	if err != nil {
		return nil, err
	}
	next, files, err := before.Append(append(older, fresh...), signer)
	if errors.Is(err, sumdb.ErrReused) {
		err = action.Reject(err)
	}
	if err != nil {
		return nil, err
	}
	d.next = next
	return tree.Database(d.name, files), nil
}

// remember keeps what is published now.
func (d *database) remember() error {
	if d.next == nil {
		return nil
	}
	if err := (sumdb.Seen{Name: d.seen}).Remember(d.next); err != nil {
		return fmt.Errorf("it is published, but not remembered beside the key: %w", err)
	}
	return nil
}
