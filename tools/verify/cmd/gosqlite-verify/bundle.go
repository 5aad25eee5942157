// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/verify/bundle"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
	"github.com/gosqlite/gosqlite/tools/verify/tlog"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
	"github.com/gosqlite/gosqlite/tools/verify/trustedroot"
)

const bundleUsage = `usage: gosqlite-verify verify-bundle --bundle FILE --key FILE [--trusted-root FILE] ARTIFACT
       gosqlite-verify verify-bundle --bundle FILE --certificate-identity ID --certificate-oidc-issuer URL
                                     --trusted-root FILE ARTIFACT

The command line of sigstore-conformance. ARTIFACT is a file, or sha256:DIGEST. Of transparency logs, entries of Rekor v2 are
judged by the trusted root, and none is demanded: a bundle whose time only a log vouches for is refused.

Exit codes: 0 the signature stands, 1 failure, 2 usage, 3 it is refused.
`

func (p *program) bundle(_ context.Context, usage string, args []string) error {
	var bundleFile, keyFile, identity, issuer, rootFile string
	flags := flag.NewFlagSet("gosqlite-verify verify-bundle", flag.ContinueOnError)
	flags.StringVar(&bundleFile, "bundle", "", "")
	flags.StringVar(&keyFile, "key", "", "")
	flags.StringVar(&identity, "certificate-identity", "", "")
	flags.StringVar(&issuer, "certificate-oidc-issuer", "", "")
	flags.StringVar(&rootFile, "trusted-root", "", "")
	rest, artifact := split(flags, args)
	if err := action.Parse(flags, usage, rest, p.stdout); err != nil {
		return err
	}
	switch {
	case bundleFile == "" || artifact == "":
		return action.UsageError("--bundle and an artifact are needed")
	case keyFile == "" && (identity == "" || issuer == "" || rootFile == ""):
		return action.UsageError("--key, or --certificate-identity, --certificate-oidc-issuer and --trusted-root are needed")
	}
	digest, err := artifactDigest(artifact)
	if err != nil {
		return err
	}
	t, err := bundleTrust(keyFile, rootFile, identity, issuer)
	if err != nil {
		return err
	}
	text, err := readFile(bundleFile, bundle.MaxSize)
	if err != nil {
		return err
	}
	b, faults, err := bundle.Parse(text)
	if err == nil && len(faults) > 0 {
		err = fmt.Errorf("bundle: %s", strings.Join(faults, "; "))
	}
	if err != nil {
		return action.Reject(err)
	}
	return action.Reject(p.assess(b, digest, t, keyFile != ""))
}

// assess judges the bundle, and whether its payload is about the artifact.
func (p *program) assess(b *bundle.Bundle, digest [32]byte, t *trust.Trust, byKey bool) error {
	if byKey {
		if b.Certificate != nil {
			return errors.New("the bundle is by a certificate, not by a key")
		}
		b.Hint = t.Keys[0].Key.Hint() // the key was named by the caller; a hint decides nothing
		if b.Envelope != nil {
			b.Envelope.KeyID = b.Hint
		}
	} else {
		if len(t.Stamps) == 0 {
			return errors.New("the trusted root names no timestamp authority, and transparency logs are not judged")
		}
		t.MinStamps = 1
	}
	if slices.ContainsFunc(b.LogEntries, ofAnotherKind) {
		t.Logs = nil // a log of the first version; its entries are held against nothing
	}
	a := t.Assess(b, digest, trust.Release, p.now())
	if len(a.Faults) > 0 {
		return fmt.Errorf("%s: %s", a.Faults[0].Class, a.Faults[0].Detail)
	}
	if b.Envelope != nil {
		return aboutArtifact(b.Envelope, digest)
	}
	return nil
}

// ofAnotherKind says whether a log entry is one that this program can't read.
func ofAnotherKind(e bundle.LogEntry) bool {
	_, err := tlog.Read(&e)
	return errors.Is(err, tlog.ErrKind)
}

// aboutArtifact looks for the artifact among the subjects of a statement.
func aboutArtifact(e *bundle.Envelope, digest [32]byte) error {
	var s struct {
		Type    string `json:"_type"`
		Subject []struct {
			Digest map[string]string `json:"digest"`
		} `json:"subject"`
	}
	if e.PayloadType != "application/vnd.in-toto+json" {
		return fmt.Errorf("payload type %.80q", e.PayloadType)
	}
	faults, err := strictjson.ReadPart(e.Payload, &s) // statements have more fields than these
	switch {
	case err != nil:
		return err
	case len(faults) > 0:
		return errors.New(faults[0])
	case !strings.HasPrefix(s.Type, "https://in-toto.io/Statement/"):
		return errors.New("the payload is no in-toto statement")
	}
	for _, x := range s.Subject {
		if x.Digest["sha256"] == hex.EncodeToString(digest[:]) {
			return nil
		}
	}
	return errors.New("the statement is not about the artifact")
}

func artifactDigest(artifact string) (digest [32]byte, err error) {
	if text, ok := strings.CutPrefix(artifact, "sha256:"); ok {
		b, err := hex.DecodeString(text)
		if err != nil || len(b) != len(digest) {
			return digest, action.UsageError("%q is not sha256: and 64 hexadecimal digits", artifact)
		}
		return [32]byte(b), nil
	}
	f, err := os.Open(artifact)
	if err != nil {
		return digest, err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return [32]byte(h.Sum(nil)), err
}

// bundleTrust is whom the command line trusts.
func bundleTrust(keyFile, rootFile, identity, issuer string) (*trust.Trust, error) {
	t := &trust.Trust{}
	if rootFile != "" {
		text, err := readFile(rootFile, trustedroot.MaxSize)
		if err != nil {
			return nil, err
		}
		if t, err = trustedroot.Parse(text); err != nil {
			return nil, err
		}
		for i := range t.Authorities {
			t.Authorities[i].Identities = []string{identity}
			t.Authorities[i].Issuer = issuer
		}
	}
	if keyFile != "" {
		text, err := readFile(keyFile, bundle.MaxSize)
		if err != nil {
			return nil, err
		}
		key, err := pki.ParseKeyPEM(text)
		if err != nil {
			return nil, action.UsageError("%s: %w", keyFile, err)
		}
		t.Keys = slices.Insert(t.Keys, 0, trust.Key{Name: keyFile, Key: key, Roles: trust.Roles})
	}
	return t, nil
}
