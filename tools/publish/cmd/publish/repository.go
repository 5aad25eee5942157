// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/publish/gate"
	"github.com/gosqlite/gosqlite/tools/publish/plan"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// repository is a folder of plain files with a TUF repository in it. Both change by one transaction.
type repository struct {
	folder
	now    world
	online *tuf.Online
	seen   tuf.Seen // no name: nothing is signed
	tuf    *tuf.Repository
	after  *tuf.Repository // what it becomes
}

func (o *options) openRepository(store *tree.Store, w world) (target, error) {
	x := &repository{folder: folder{store: store}, now: w, seen: tuf.Seen{Name: o.seen}}
	if o.seen == "" && o.online != "" {
		x.seen.Name = o.online + ".seen"
	}
	switch {
	case o.revokes && o.online == "":
		return x, nil // it asks for them where it needs them
	case o.online == "" || o.staged == "" && !o.revokes:
		return nil, action.UsageError("--to tuf:FOLDER needs --tuf-staged and --tuf-online")
	}
	text, err := read("tuf-online", o.online)
	if err != nil {
		return nil, err
	}
	if x.online, err = tuf.ParseOnline(text, filepath.Dir(o.online), tuf.Asking(w.stderr)); err != nil {
		return nil, action.UsageError("--tuf-online %s: %w", o.online, err)
	}
	return x, nil
}

func (x *repository) versions(context.Context) (names []string, err error) {
	if x.tuf, x.base, x.generation, err = tuf.Load(x.store); err != nil {
		return nil, err
	}
	if x.after = x.tuf; x.seen.Name != "" {
		if err := x.seen.Hold(x.tuf); err != nil {
			return nil, fmt.Errorf("publish into %s: %w", x.store.Dir, err)
		}
	}
	return x.base.Names(), nil
}

// change signs snapshot and timestamp in a dry run, too: a key that is not there shows before anything is written.
func (x *repository) change(ctx context.Context, o *options, r *gate.Release, p *plan.Plan) error {
	staged, err := tuf.ReadStaged(o.staged)
	if err != nil {
		return err
	}
	files := filesOf(r)
	items, err := tuf.Items(o.release, r.Version, files)
	if err != nil {
		return err
	}
	if staged, err = tuf.Unpublished(x.base, staged); err != nil {
		p.Refused = err.Error()
		return nil
	}
	if err := x.tuf.Lists(staged, r.Version, files); err != nil {
		p.Refused = err.Error()
		return nil
	}
	if len(staged) > 0 {
		step := tuf.Step{Staged: staged, Files: items, Index: x.base, Now: x.now.now()}
		// Who signs releases, repeats them or vouches for them has no part in the repository.
		if step.Others, err = x.strangers(o, files); err != nil {
			return err
		}
		if x.after, items, err = x.tuf.Next(ctx, step, x.online); err != nil {
			p.Refused = err.Error()
			return nil
		}
	}
	x.next, err = o.layOut(ctx, r, x.base, x.generation, items)
	return x.enter(p, err)
}

// commit publishes the change that was planned, and remembers what is signed then.
func (x *repository) commit(ctx context.Context) error { return x.carryOut(ctx, x.next) }

func (x *repository) carryOut(ctx context.Context, change *tree.Change) error {
	if x.seen.Name == "" {
		return x.store.Commit(ctx, change)
	}
	return x.seen.Commit(ctx, x.store, change, x.tuf, x.after)
}

func (x *repository) strangers(o *options, files []tree.File) ([]tuf.Stranger, error) {
	trusted, err := tuf.Trusted(o.trusts)
	if err != nil {
		return nil, err
	}
	signers, err := tuf.SignersOf(o.release, files)
	return append(trusted, signers...), err
}
