// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"fmt"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/source"
)

const releaseUsage = `usage: sign release --payload DIR --out DIR (--key KEY | --config FILE) [FLAGS]

  --payload DIR        the release to sign: what the manifest lists, manifest.json, SHA256SUMS, provenance.intoto.json
  --out DIR            the folder to make, with the payload and its signatures
  --config FILE        who signs what; docs/signing.md has the format. The flags below are for bundles and come before it
` + keyUsage + `  --chain FILE         the key's certificate and its chain, in PEM; without it verifiers have to know the key
  --git DIR            a clone that holds the commit; each source file of the release is looked up in it, and the commit
                       stated. --commit names it (HEAD, when left out), and --tag its tag, v and the version
  --tsa URL            a timestamp authority; --tsa-roots has to be given, too
  --tsa-roots FILE     the certificates that its chain has to end at, in PEM
`

func runRelease(ctx context.Context, w *world, args []string) (err error) {
	o := sign.Options{Now: w.now}
	var configFile string
	var flagged signer
	var tsa authority
	flags := newFlags("release")
	flags.StringVar(&o.Payload, "payload", "", "")
	flags.StringVar(&o.Out, "out", "", "")
	flags.StringVar(&configFile, "config", "", "")
	flagged.keyFlags(flags, "")
	flags.StringVar(&flagged.Chain, "chain", "", "")
	claim := source.Claim{Commit: "HEAD"}
	git := &source.Git{Env: w.env}
	flags.StringVar(&git.Dir, "git", "", "")
	flags.StringVar(&claim.Commit, "commit", claim.Commit, "")
	flags.StringVar(&claim.Tag, "tag", "", "")
	flags.StringVar(&tsa.URL, "tsa", "", "")
	flags.StringVar(&tsa.Roots, "tsa-roots", "", "")
	if err := parse(w, flags, releaseUsage, args); err != nil {
		return err
	}
	if o.Payload == "" || o.Out == "" {
		return action.UsageError("--payload and --out are needed")
	}
	if (tsa.URL == "") != (tsa.Roots == "") {
		return action.UsageError("--tsa and --tsa-roots belong together")
	}
	if git.Dir != "" {
		claim.Repository, o.Source = git, &claim
	} else if claim.Commit != "HEAD" || claim.Tag != "" {
		return action.UsageError("--commit and --tag need --git")
	}
	c := &config{}
	if configFile != "" {
		if c, err = readConfig(configFile); err != nil {
			return err
		}
	}
	if flagged.Key != "" {
		c.Release = flagged
	}
	if tsa.URL != "" {
		c.Timestamps = []authority{tsa}
	}
	return signRelease(ctx, w, c, o)
}

// signRelease opens what the configuration names, and signs.
func signRelease(ctx context.Context, w *world, c *config, o sign.Options) error {
	for _, s := range c.signers() {
		if err := s.check(); err != nil {
			return err
		}
	}
	for _, a := range c.Timestamps {
		t, err := a.open(w)
		if err != nil {
			return err
		}
		o.Timestamps = append(o.Timestamps, t)
	}
	for _, r := range c.Logs {
		l, err := r.open(w)
		if err != nil {
			return err
		}
		o.Logs = append(o.Logs, l)
	}
	for _, use := range []struct {
		signer *signer
		id     **identity.Identity
	}{{&c.Release, &o.Release}, {c.Authenticode, &o.Authenticode}, {c.Apple, &o.Apple}} {
		if use.signer == nil {
			continue
		}
		id, k, err := use.signer.open(ctx, w)
		if err != nil {
			return err
		}
		defer k.Close() // plug-ins; every signature was checked when it came
		*use.id = id
	}
	if err := sign.Release(ctx, o); err != nil {
		return err
	}
	fmt.Fprintf(w.stderr, "signed into %s\n", o.Out)
	return nil
}
