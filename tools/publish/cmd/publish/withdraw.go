// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/key"
)

// A withdrawal is where the signatures of a version's role come from: keys that are at hand, or metadata that their holders
// signed. Both empty: the command says whose signatures it takes.
type withdrawal struct {
	keys           action.List
	secret, plugin string
	staged         string
}

// revoke takes a version out of what clients are offered, and revokes it in the folder, by one transaction.
func (x *repository) revoke(ctx context.Context, r revocation, commit bool) (string, error) {
	if _, err := x.versions(ctx); err != nil {
		return "", err
	}
	offered, signers, err := x.tuf.Offers(r.Version)
	if err != nil {
		return "", err
	}
	items, said := r.feed, "clients are not offered it"
	if offered {
		if len(r.withdrawal.keys) == 0 && r.withdrawal.staged == "" {
			return x.unsigned(r, signers, commit)
		}
		metadata, err := x.withdraw(ctx, r)
		if err != nil {
			return "", err
		}
		items, said = append(items[:len(items):len(items)], metadata...), "clients are offered it no more"
	}
	change, err := tree.Revoke(x.base, x.generation, r.Revocation, items)
	if err != nil {
		return "", err
	}
	if change.Nothing() {
		return "nothing to do", nil
	}
	if commit {
		err = x.carryOut(ctx, change)
	}
	return fmt.Sprintf("%s; state %.12s", said, change.Next), err
}

// unsigned says which keys are needed.
func (x *repository) unsigned(r revocation, signers tuf.Signers, commit bool) (string, error) {
	said := fmt.Sprintf("it takes the signatures of %s, and the online keys: name a key by --tuf-key, or what tuf remove wrote and its holders signed by --tuf-staged", signers)
	if commit {
		return "", action.UsageError("revoke %s: %s", r.Version, said)
	}
	return said, nil
}

// withdraw is the metadata by which clients see the version no more.
func (x *repository) withdraw(ctx context.Context, r revocation) ([]tree.Item, error) {
	if x.online == nil {
		return nil, action.UsageError("--to tuf:FOLDER needs --tuf-online: snapshot and timestamp have to be signed, too")
	}
	staged, err := x.signedBy(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := x.tuf.Lacks(staged, r.Version); err != nil {
		return nil, action.Reject(err)
	}
	after, items, err := x.tuf.Next(ctx, tuf.Step{Staged: staged, Index: x.base, Now: x.now.now()}, x.online)
	if err != nil {
		return nil, action.Reject(err)
	}
	x.after = after
	return items, nil
}

// signedBy is the next metadata of the version's role: that which was staged, or one that is made and signed here.
func (x *repository) signedBy(ctx context.Context, r revocation) (tuf.Staged, error) {
	w := r.withdrawal
	if w.staged != "" {
		staged, err := tuf.ReadStaged(w.staged)
		if err != nil {
			return nil, err
		}
		if staged, err = tuf.Unpublished(x.base, staged); err != nil {
			return nil, action.Reject(err)
		}
		return staged, nil
	}
	staged, err := x.tuf.Remove(r.Version, nil, x.now.now())
	if err != nil {
		return nil, err
	}
	for name, text := range staged {
		for _, k := range w.keys {
			if text, err = x.sign(ctx, name, text, key.Reference{Name: k, Secret: w.secret, Plugin: w.plugin}); err != nil {
				return nil, err
			}
		}
		staged[name] = text
	}
	return staged, nil
}

func (x *repository) sign(ctx context.Context, name string, text []byte, ref key.Reference) (signed []byte, err error) {
	if err := ref.Check(); err != nil {
		return nil, action.UsageError("--tuf-key: %w", err)
	}
	k, err := ref.Open(ctx, tuf.Asking(x.now.stderr))
	if err != nil {
		return nil, fmt.Errorf("open --tuf-key %s: %w", ref.Name, err)
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	signed, _, err = tuf.Sign(name, text, x.tuf.Text("targets"), k)
	return signed, action.Reject(err)
}
