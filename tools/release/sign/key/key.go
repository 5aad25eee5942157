// SPDX-License-Identifier: MIT

// Package key opens the keys that people name: a file with an encrypted key (package pkcs8), or SCHEME:REST for one that a
// plug-in holds (package plugin).
package key

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/pkcs8"
	"github.com/gosqlite/gosqlite/tools/release/sign/plugin"
	"github.com/gosqlite/gosqlite/tools/release/sign/secret"
)

// A Key signs until it is closed.
type Key interface {
	crypto.Signer
	Close() error
}

// A Reference names a key and where its secret comes from.
type Reference struct {
	Name   string // a file, or SCHEME:REST
	Secret string // see secret.Reader
	Plugin string // the plug-in's program; empty means the one that Name asks for, in the PATH
}

// Surroundings are what opening a key needs from outside.
type Surroundings struct {
	Secrets *secret.Reader
	Stderr  io.Writer // of plug-ins
}

// A scheme has two letters at least, so that no drive is taken for one.
var inPlugin = regexp.MustCompile(`^[a-z][a-z0-9]+:`)

// InPlugin says whether a plug-in holds the key.
func (r Reference) InPlugin() bool { return inPlugin.MatchString(r.Name) }

// Check reports a reference that can't be opened whatever lies there.
func (r Reference) Check() error {
	switch {
	case r.Name == "":
		return fmt.Errorf("a key is needed: a file, or SCHEME:REST such as pkcs11:token=release;object=2026")
	case r.InPlugin() && strings.Contains(r.Name, "pin-value"):
		return fmt.Errorf("the key's name holds a PIN, which everybody on this machine can see in the list of processes: leave pin-value out, and be asked or use file:PATH")
	case !r.InPlugin() && r.Plugin != "":
		return fmt.Errorf("key %s is a file, which needs no plug-in", r.Name)
	}
	return secret.Check(r.Secret)
}

// Open opens the key. Its secret is read once.
func (r Reference) Open(ctx context.Context, s Surroundings) (Key, error) {
	return r.open(ctx, s, plugin.Open)
}

// open does op, which is plugin.Open or plugin.Make, with a key in a plug-in; it reads one from a file.
func (r Reference) open(ctx context.Context, s Surroundings, op string) (Key, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	if !r.InPlugin() {
		return r.readFile(s)
	}
	program := r.Plugin
	if program == "" {
		var err error
		if program, err = plugin.Program(r.Name); err != nil {
			return nil, err
		}
	}
	pin, err := s.Secrets.Read(r.Secret, r.Name)
	if err != nil {
		return nil, err
	}
	defer clear(pin)
	return plugin.Start(ctx, program, op, r.Name, pin, s.Stderr)
}

// A fileKey needs no closing.
type fileKey struct{ crypto.Signer }

func (fileKey) Close() error { return nil }

func (r Reference) readFile(s Surroundings) (Key, error) {
	f, err := os.Open(r.Name)
	if err != nil {
		return nil, fmt.Errorf("open key: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, pkcs8.MaxText+1))
	if err != nil {
		return nil, fmt.Errorf("open key: %w", err)
	}
	passphrase, err := s.Secrets.Read(r.Secret, r.Name)
	if err != nil {
		return nil, err
	}
	defer clear(passphrase)
	signer, err := pkcs8.Parse(text, passphrase)
	if err != nil {
		return nil, fmt.Errorf("open key %s: %w", r.Name, err)
	}
	return fileKey{signer}, nil
}

// Make makes a new ECDSA key on P-256: in the plug-in's store, or encrypted in a new file with mode 0600. What is there
// already is never replaced.
func (r Reference) Make(ctx context.Context, s Surroundings, random io.Reader) (Key, error) {
	if r.InPlugin() {
		return r.open(ctx, s, plugin.Make)
	}
	return r.makeFile(s, random, func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), random) })
}

// MakeEd25519 makes a new key for what takes no other kind, encrypted in a new file with mode 0600.
func (r Reference) MakeEd25519(s Surroundings, random io.Reader) (Key, error) {
	if r.InPlugin() {
		return nil, fmt.Errorf("make key %s: plug-ins make keys on P-256; make an Ed25519 key by the store's own program, or name a file", r.Name)
	}
	return r.makeFile(s, random, func() (crypto.Signer, error) {
		_, k, err := ed25519.GenerateKey(random)
		return k, err
	})
}

func (r Reference) makeFile(s Surroundings, random io.Reader, generate func() (crypto.Signer, error)) (Key, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	passphrase, err := s.Secrets.ReadNew(r.Secret, "the new key "+r.Name)
	if err != nil {
		return nil, err
	}
	defer clear(passphrase)
	k, err := generate()
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	text, err := pkcs8.Encode(k, passphrase, random)
	if err != nil {
		return nil, err
	}
	return fileKey{k}, writeNew(r.Name, text)
}

// writeNew makes a file that was not there. Unlike a release's files, a key must not replace anything, even at the price
// that a crash leaves a file that is no key.
func writeNew(name string, text []byte) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("make key: %w", err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(name)
			err = fmt.Errorf("make key %s: %w", name, err)
		}
	}()
	if _, err := f.Write(text); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return action.SyncFolder(filepath.Dir(name))
}
