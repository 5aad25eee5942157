// SPDX-License-Identifier: MIT

package checks

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/verify/bundle"
	"github.com/gosqlite/gosqlite/tools/verify/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
)

// signer is how cosign is told who signed: by key, or by certificate.
func (r *Release) signer(b *bundle.Bundle, s spoil) ([]string, error) {
	if b.Certificate == nil {
		key, err := r.keyPEM(b, s)
		if err != nil {
			return nil, err
		}
		path, err := r.file("cosign.pub", key)
		return []string{"--key", path}, err
	}
	if err := judgeable(b); err != nil {
		return nil, err
	}
	c, err := pki.ParseCertificate(b.Certificate)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSetup, err)
	}
	identity, err := identityOf(c, s)
	if err != nil {
		return nil, err
	}
	args := []string{"--certificate-identity", identity, "--insecure-ignore-sct"}
	if c.OIDCIssuer == "" {
		return append(args, "--certificate-oidc-issuer-regexp", ".*"), nil
	}
	return append(args, "--certificate-oidc-issuer", c.OIDCIssuer), nil
}

func cosign(ctx context.Context, r *Release, s spoil) error { return r.cosign(ctx, s, false) }

func cosignStamped(ctx context.Context, r *Release, s spoil) error {
	if _, _, err := r.stamp(); err != nil {
		return err
	}
	return r.cosign(ctx, s, true)
}

func (r *Release) cosign(ctx context.Context, s spoil, stamps bool) error {
	b, path, err := r.bundleOf(manifestName)
	if err != nil {
		return err
	}
	args, err := r.signer(b, s)
	if err != nil {
		return err
	}
	if stamps || b.Certificate != nil {
		root, err := r.trustedRoot()
		if err != nil {
			return err
		}
		args = append(args, "--use-signed-timestamps", "--trusted-root", root)
	}
	if path, err = r.bundleFile(b, path, s); err != nil {
		return err
	}
	subject, err := r.subject(filepath.Join(r.Dir, manifestName), s)
	if err != nil {
		return err
	}
	args = append(args, "--bundle", path, "--insecure-ignore-tlog", subject)
	return r.run(ctx, "cosign", append([]string{"verify-blob"}, args...)...)
}

// cosignProvenance asks whether the signed provenance has the first archive as subject.
func cosignProvenance(ctx context.Context, r *Release, s spoil) error {
	text, err := os.ReadFile(filepath.Join(r.Dir, manifestName))
	if err != nil {
		return fmt.Errorf("%w: %w", errSetup, err)
	}
	m, err := manifest.Parse(text)
	if err != nil {
		return fmt.Errorf("%w: %w", errSetup, err)
	}
	b, path, err := r.bundleOf("provenance.intoto.json")
	if err != nil {
		return err
	}
	args, err := r.signer(b, s)
	if err != nil {
		return err
	}
	if b.Certificate != nil {
		root, err := r.trustedRoot()
		if err != nil {
			return err
		}
		args = append(args, "--use-signed-timestamps", "--trusted-root", root)
	}
	subject, err := r.subject(filepath.Join(r.Dir, m.Files[0].Name), s)
	if err != nil {
		return err
	}
	if path, err = r.bundleFile(b, path, s); err != nil {
		return err
	}
	args = append(args, "--bundle", path, "--type", "slsaprovenance1", "--insecure-ignore-tlog", subject)
	return r.run(ctx, "cosign", append([]string{"verify-blob-attestation"}, args...)...)
}
