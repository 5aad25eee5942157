// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"fmt"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign"
	"github.com/gosqlite/gosqlite/tools/release/sign/source"
)

const releaseUsage = `usage: sign release --payload DIR --out DIR (--key KEY | --config FILE) [FLAGS]

  --payload DIR        the release to sign: what the manifest lists, manifest.json, SHA256SUMS, provenance.intoto.json
  --out DIR            the folder to make, with the payload and its signatures
  --git DIR            a clone that holds the commit; each source file of the release is looked up in it, and the commit
                       stated. --commit names it (HEAD, when left out), and --tag the tag of the release commit that is
                       made of it, v and the version
` + configUsage

func runRelease(ctx context.Context, w *world, args []string) error {
	o := &sign.Options{Now: w.now}
	var cf configFlags
	claim := source.Claim{Commit: "HEAD"}
	git := &source.Git{Env: w.env}
	flags := newFlags("release")
	flags.StringVar(&o.Payload, "payload", "", "")
	flags.StringVar(&o.Out, "out", "", "")
	flags.StringVar(&git.Dir, "git", "", "")
	flags.StringVar(&claim.Commit, "commit", claim.Commit, "")
	flags.StringVar(&claim.Tag, "tag", "", "")
	cf.add(flags)
	if err := parse(w, flags, releaseUsage, args); err != nil {
		return err
	}
	if o.Payload == "" || o.Out == "" {
		return action.UsageError("--payload and --out are needed")
	}
	if git.Dir != "" {
		claim.Repository, o.Source = git, &claim
	} else if claim.Commit != "HEAD" || claim.Tag != "" {
		return action.UsageError("--commit and --tag need --git")
	}
	c, err := cf.config()
	if err != nil {
		return err
	}
	c.keepBeside(o.Out)
	closeKeys, err := c.open(ctx, w, o)
	if err != nil {
		return err
	}
	defer closeKeys()
	if err := sign.Release(ctx, *o); err != nil {
		return err
	}
	fmt.Fprintf(w.stderr, "signed into %s\n", o.Out)
	c.forget(w)
	return nil
}

const statementUsage = `usage: sign statement --in FILE (--key KEY | --config FILE) [FLAGS]

Signs a statement about released files that something else made, such as that a release was reproduced. The bundle is
written beside it.

  --in FILE            an in-toto Statement v1 in canonical JSON; its name ends with .intoto.json
` + configUsage

func runStatement(ctx context.Context, w *world, args []string) error {
	o := &sign.Options{Now: w.now}
	var cf configFlags
	var in string
	flags := newFlags("statement")
	flags.StringVar(&in, "in", "", "")
	cf.add(flags)
	if err := parse(w, flags, statementUsage, args); err != nil {
		return err
	}
	if in == "" {
		return action.UsageError("--in is needed")
	}
	c, err := cf.config()
	if err != nil {
		return err
	}
	c.Authenticode, c.Apple = nil, nil // their keys stay closed
	c.keepBeside(in)
	closeKeys, err := c.open(ctx, w, o)
	if err != nil {
		return err
	}
	defer closeKeys()
	writer, err := o.NewWriter()
	if err != nil {
		return err
	}
	if err := sign.Statement(ctx, in, writer); err != nil {
		return err
	}
	c.forget(w)
	return nil
}
