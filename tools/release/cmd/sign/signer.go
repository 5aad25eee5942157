// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"flag"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/key"
)

// keyUsage tells the flags of a key.
const keyUsage = `  --key KEY            a file with an encrypted PKCS #8 key, or SCHEME:REST such as pkcs11:token=release;object=2026 for
                       one that the plug-in gosqlite-sign-SCHEME holds
  --secret SOURCE      where its passphrase or PIN comes from: file:PATH (mode 0600) or fd:N; asked for when left out
  --plugin PROGRAM     the plug-in, when it is not in the PATH
`

// A signer is a key and its certificates as a person names them. The fields' JSON names are those of a configuration.
type signer struct {
	Key    string `json:"key"`
	Secret string `json:"secret,omitempty"`
	Plugin string `json:"plugin,omitempty"`
	Chain  string `json:"chain,omitempty"` // a PEM file: the key's certificate first
}

// keyFlags are --key, --secret and --plugin, with a prefix before their names.
func (s *signer) keyFlags(flags *flag.FlagSet, prefix string) {
	flags.StringVar(&s.Key, prefix+"key", s.Key, "")
	flags.StringVar(&s.Secret, prefix+"secret", s.Secret, "")
	flags.StringVar(&s.Plugin, prefix+"plugin", s.Plugin, "")
}

func (s *signer) reference() key.Reference {
	return key.Reference{Name: s.Key, Secret: s.Secret, Plugin: s.Plugin}
}

// check is a usage error for what can't be opened whatever lies there.
func (s *signer) check() error {
	if err := s.reference().Check(); err != nil {
		return action.UsageError("%v", err)
	}
	return nil
}

// open opens the key and reads the certificates. The caller closes the key.
func (s *signer) open(ctx context.Context, w *world) (*identity.Identity, key.Key, error) {
	id := &identity.Identity{}
	if s.Chain != "" {
		text, err := readText(s.Chain, 1<<20)
		if err != nil {
			return nil, nil, err
		}
		if id.Chain, err = identity.ParseChain(text); err != nil {
			return nil, nil, err
		}
	}
	k, err := s.reference().Open(ctx, w.surroundings())
	if err != nil {
		return nil, nil, err
	}
	id.Key = k
	if err := id.Check(w.now()); err != nil {
		return nil, nil, errors.Join(err, k.Close())
	}
	return id, k, nil
}

func (w *world) surroundings() key.Surroundings {
	return key.Surroundings{Secrets: w.secrets, Stderr: w.stderr}
}
