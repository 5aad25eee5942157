// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"net/url"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign"
	"github.com/gosqlite/gosqlite/tools/release/sign/bundle"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/rekor"
	"github.com/gosqlite/gosqlite/tools/release/sign/timestamp"
)

// configUsage tells the flags of who signs.
const configUsage = `  --config FILE        who signs what; docs/signing.md has the format. The flags below are for bundles and come before it
` + keyUsage + `  --chain FILE         the key's certificate and its chain, in PEM; without it verifiers have to know the key
  --tsa URL            a timestamp authority; --tsa-roots has to be given, too
  --tsa-roots FILE     the certificates that its chain has to end at, in PEM
`

// configFlags are a configuration and the flags that come before it.
type configFlags struct {
	file    string
	release signer
	tsa     authority
}

func (f *configFlags) add(flags *flag.FlagSet) {
	flags.StringVar(&f.file, "config", "", "")
	f.release.keyFlags(flags, "")
	flags.StringVar(&f.release.Chain, "chain", "", "")
	flags.StringVar(&f.tsa.URL, "tsa", "", "")
	flags.StringVar(&f.tsa.Roots, "tsa-roots", "", "")
}

// config is the configuration that the flags stand for. A flag of the key without --key would be lost, and is refused.
func (f *configFlags) config() (*config, error) {
	if (f.tsa.URL == "") != (f.tsa.Roots == "") {
		return nil, action.UsageError("--tsa and --tsa-roots belong together")
	}
	c := &config{}
	if f.file != "" {
		var err error
		if c, err = readConfig(f.file); err != nil {
			return nil, err
		}
	}
	switch {
	case f.release.Key != "":
		c.Release = f.release
	case f.release != signer{}:
		return nil, action.UsageError("--secret, --plugin and --chain are about the key that --key names")
	}
	if f.tsa.URL != "" {
		c.Timestamps = []authority{f.tsa}
	}
	for _, s := range c.signers() {
		if err := s.check(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// open opens what the configuration names for o. The caller closes the keys.
func (c *config) open(ctx context.Context, w *world, o *sign.Options) (closeKeys func(), err error) {
	for _, a := range c.Timestamps {
		t, err := a.open(w)
		if err != nil {
			return nil, err
		}
		o.Timestamps = append(o.Timestamps, t)
	}
	for _, r := range c.Logs {
		l, err := r.open(w, c.kept)
		if err != nil {
			return nil, err
		}
		o.Logs = append(o.Logs, l)
	}
	var closers []func() error
	closeKeys = func() {
		for _, f := range closers {
			f() // ends plug-ins; each signature was checked when it came
		}
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
			closeKeys()
			return nil, err
		}
		closers = append(closers, k.Close)
		*use.id = id
	}
	return closeKeys, nil
}

// open makes the authority's client.
func (a *authority) open(w *world) (bundle.Timestamper, error) {
	if err := checkURL(a.URL); err != nil {
		return nil, fmt.Errorf("timestamp authority %q: %w", a.URL, err)
	}
	t := &timestamp.Authority{URL: a.URL, Client: w.client, Random: w.random, Now: w.now, Skew: maxSkew}
	text, err := readText(a.Roots, maxConfig)
	if err != nil {
		return nil, fmt.Errorf("timestamp authority %s: roots: %w", a.URL, err)
	}
	if t.Roots, err = identity.ParseChain(text); err != nil {
		return nil, fmt.Errorf("timestamp authority %s: roots: %w", a.URL, err)
	}
	if a.Chain == "" {
		return t, nil
	}
	if text, err = readText(a.Chain, maxConfig); err != nil {
		return nil, fmt.Errorf("timestamp authority %s: chain: %w", a.URL, err)
	}
	t.Chain, err = identity.ParseChain(text)
	return t, err
}

// open makes the log's client, which keeps answers in a folder.
func (r *record) open(w *world, kept string) (bundle.Log, error) {
	if err := checkURL(r.URL); err != nil {
		return nil, fmt.Errorf("log %q: %w", r.URL, err)
	}
	text, err := readText(r.Key, maxConfig)
	if err != nil {
		return nil, fmt.Errorf("log %s: key: %w", r.URL, err)
	}
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "PUBLIC KEY" || len(rest) > 0 {
		return nil, fmt.Errorf("log %s: key: %s is not one PEM block of type PUBLIC KEY", r.URL, r.Key)
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("log %s: key: %w", r.URL, err)
	}
	return &rekor.Log{URL: r.URL, Key: key, Client: w.client, Keep: kept}, nil
}

func checkURL(text string) error {
	if u, err := url.Parse(text); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return errors.New("an address with http or https is needed")
	}
	return nil
}
