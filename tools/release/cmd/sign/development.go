// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/devca"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/key"
	"github.com/gosqlite/gosqlite/tools/release/sign/secret"
	"github.com/gosqlite/gosqlite/tools/release/sign/timestamp"
)

const developmentUsage = `usage: sign dev-ca --out DIR [--days N] [--key KEY] [--secret SOURCE] [--plugin PROGRAM]

Makes a folder with keys and certificates that nobody has a reason to trust; DEVELOPMENT is in every name.

  --out DIR            the folder to make
  --days N             how long the certificates are valid; 30 when left out
  --secret SOURCE      where the passphrase of the new keys comes from: file:PATH (mode 0600) or fd:N; asked for when left
                       out. With --key it is that key's passphrase or PIN as well
  --key KEY            a key that exists, to issue a certificate for; a new one is made when left out
  --plugin PROGRAM     its plug-in, when it is not in the PATH
`

// Names of the files in a development CA's folder.
const (
	fileRoot      = "root.DEVELOPMENT.pem"
	fileKey       = "release.DEVELOPMENT.key.pem"
	fileChain     = "release.DEVELOPMENT.chain.pem"
	fileTSAKey    = "timestamps.DEVELOPMENT.key.pem"
	fileTSAChain  = "timestamps.DEVELOPMENT.chain.pem"
	fileTrustRoot = "trusted_root.DEVELOPMENT.json"
)

func runDevelopmentCA(ctx context.Context, w *world, args []string) (err error) {
	var s signer
	var out string
	days := 30
	flags := newFlags("dev-ca")
	s.keyFlags(flags, "")
	flags.StringVar(&out, "out", "", "")
	flags.IntVar(&days, "days", days, "")
	if err := parse(w, flags, developmentUsage, args); err != nil {
		return err
	}
	if out == "" || days < 1 || days > 366 {
		return action.UsageError("--out is needed, and --days between 1 and 366")
	}
	existing := s.Key != ""
	if !existing {
		s.Key = filepath.Join(out, fileKey)
	}
	if err := s.check(); err != nil {
		return err
	}
	if err := os.Mkdir(out, 0o755); err != nil {
		return fmt.Errorf("make development CA: %w", err)
	}
	defer func() {
		if err != nil {
			os.RemoveAll(out) // it was made above
		}
	}()
	// A person is asked once, not for each key.
	prompted := *w
	prompted.secrets = &secret.Reader{Prompt: once(w.secrets.Prompt)}
	open := s.reference().Open
	if !existing {
		open = func(ctx context.Context, su key.Surroundings) (key.Key, error) {
			return s.reference().Make(ctx, su, w.random)
		}
	}
	k, err := open(ctx, prompted.surroundings())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	tsa := key.Reference{Name: filepath.Join(out, fileTSAKey), Secret: s.Secret}
	tsaKey, err := tsa.Make(ctx, prompted.surroundings(), w.random)
	if err != nil {
		return err
	}
	return issueAll(w, out, days, k.Public(), tsaKey.Public())
}

// issueAll writes the certificates.
func issueAll(w *world, out string, days int, release, timestamps crypto.PublicKey) error {
	now := w.now()
	ca, err := devca.New(w.random, now.Add(-time.Hour), now.Add(time.Duration(days)*24*time.Hour))
	if err != nil {
		return err
	}
	chain, err := ca.CodeSigner(release)
	if err != nil {
		return err
	}
	tsaChain, err := ca.TimestampSigner(timestamps)
	if err != nil {
		return err
	}
	trusted, err := ca.TrustedRoot(tsaChain)
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{
		fileRoot:      identity.EncodeChain([]*x509.Certificate{ca.Root}),
		fileChain:     identity.EncodeChain(chain),
		fileTSAChain:  identity.EncodeChain(tsaChain),
		fileTrustRoot: trusted,
	} {
		if err := writeText(filepath.Join(out, name), text); err != nil {
			return err
		}
	}
	return nil
}

// once asks the first time and remembers.
func once(prompt func(string) ([]byte, error)) func(string) ([]byte, error) {
	var answer []byte
	return func(question string) ([]byte, error) {
		if answer != nil {
			return append([]byte{}, answer...), nil
		}
		got, err := prompt(question)
		answer = append([]byte{}, got...)
		return got, err
	}
}

const tsaUsage = `usage: sign dev-tsa --ca DIR [--listen ADDRESS] [--secret SOURCE]

Stamps times by RFC 3161 until it is stopped, for trying things out. It prints its address.

  --ca DIR             the folder that sign dev-ca made
  --listen ADDRESS     a loopback address; 127.0.0.1:0 when left out
  --secret SOURCE      where the passphrase comes from: file:PATH (mode 0600) or fd:N; asked for when left out
`

func runDevelopmentTSA(ctx context.Context, w *world, args []string) error {
	var ca string
	var s signer
	listen := "127.0.0.1:0"
	flags := newFlags("dev-tsa")
	flags.StringVar(&ca, "ca", "", "")
	flags.StringVar(&listen, "listen", listen, "")
	flags.StringVar(&s.Secret, "secret", "", "")
	if err := parse(w, flags, tsaUsage, args); err != nil {
		return err
	}
	if ca == "" {
		return action.UsageError("--ca is needed")
	}
	address, err := net.ResolveTCPAddr("tcp", listen)
	if err != nil || !address.IP.IsLoopback() {
		return action.UsageError("--listen %s: it is no loopback address", listen)
	}
	text, err := readText(filepath.Join(ca, fileTSAChain), maxConfig)
	if err != nil {
		return err
	}
	chain, err := identity.ParseChain(text)
	if err != nil {
		return err
	}
	s.Key = filepath.Join(ca, fileTSAKey)
	k, err := s.reference().Open(ctx, w.surroundings())
	if err != nil {
		return err
	}
	l, err := net.ListenTCP("tcp", address)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{
		Handler:     &timestamp.Server{Key: k, Chain: chain, Random: w.random, Now: w.now},
		ReadTimeout: 10 * time.Second,
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	fmt.Fprintf(w.stdout, "http://%s\n", l.Addr())
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
