// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign"
	"github.com/gosqlite/gosqlite/tools/release/sign/gittag"
	"github.com/gosqlite/gosqlite/tools/release/sign/source"
)

const tagUsage = `usage: sign tag --git DIR --tag TAG (--key KEY | --config FILE) [FLAGS]

Signs the annotated tag of a release, in OpenSSH's form: the tag then stands for the same commit, with the same message. It has
to be of a release commit, as sign release wants it. One that has this key's signature stays as it is.

  --git DIR            a clone that has the tag
  --tag TAG            such as v1.2.3
  --commit NAME        the source commit, which the release commit is made of; HEAD, when left out
` + configUsage

func runTag(ctx context.Context, w *world, args []string) error {
	var cf configFlags
	git := &source.Git{Env: w.env}
	claim := &source.Claim{Repository: git, Commit: "HEAD"}
	flags := newFlags("tag")
	flags.StringVar(&git.Dir, "git", "", "")
	flags.StringVar(&claim.Tag, "tag", "", "")
	flags.StringVar(&claim.Commit, "commit", claim.Commit, "")
	cf.add(flags)
	if err := parse(w, flags, tagUsage, args); err != nil {
		return err
	}
	tag := claim.Tag
	if git.Dir == "" || tag == "" {
		return action.UsageError("--git and --tag are needed")
	}
	c, err := cf.config()
	if err != nil {
		return err
	}
	// A tag has no room for timestamps and entries of logs; the statement that holds its bytes gets them.
	c.Authenticode, c.Apple, c.Timestamps, c.Logs = nil, nil, nil, nil
	// A signature on a tag can't be taken back once somebody has it, so that the tag is looked at before the key is opened.
	have, err := claim.Tagged(ctx, strings.TrimPrefix(tag, "v"))
	if err != nil {
		return err
	}
	o := &sign.Options{Now: w.now}
	closeKeys, err := c.open(ctx, w, o)
	if err != nil {
		return err
	}
	defer closeKeys()
	if _, signature := gittag.Split(have.Content); signature != nil {
		if !gittag.SignedBy(have.Content, o.Release) {
			return action.Reject(fmt.Errorf("sign tag %s: it has a signature that is not one of this key", tag))
		}
		fmt.Fprintf(w.stderr, "tag %s was signed before\n", tag)
		return nil
	}
	signed, err := gittag.Sign(have.Content, o.Release)
	if err != nil {
		return err
	}
	if err := git.ReplaceTag(ctx, tag, have.ID, signed); err != nil {
		return err
	}
	fmt.Fprintf(w.stderr, "signed tag %s\n", tag)
	return nil
}
