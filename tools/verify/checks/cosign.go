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
func (r *Release) signer(b *bundle.Bundle) ([]string, error) {
	if b.Certificate == nil {
		key, err := r.keyOf(b)
		if err != nil {
			return nil, err
		}
		path, err := r.file("cosign.pub", key.PEM())
		return []string{"--key", path}, err
	}
	if err := judgeable(b); err != nil {
		return nil, err
	}
	c, err := pki.ParseCertificate(b.Certificate)
	if err != nil || len(c.Identities) == 0 {
		return nil, fmt.Errorf("%w: the certificate has no identity: %v", errSetup, err)
	}
	args := []string{"--certificate-identity", c.Identities[0], "--insecure-ignore-sct"}
	if c.OIDCIssuer == "" {
		return append(args, "--certificate-oidc-issuer-regexp", ".*"), nil
	}
	return append(args, "--certificate-oidc-issuer", c.OIDCIssuer), nil
}

func cosign(bad bool) question {
	return func(ctx context.Context, r *Release) error { return r.cosign(ctx, bad, false) }
}

func cosignStamped(bad bool) question {
	return func(ctx context.Context, r *Release) error {
		if _, _, err := r.stamp(); err != nil {
			return err
		}
		return r.cosign(ctx, bad, true)
	}
}

func (r *Release) cosign(ctx context.Context, bad, stamps bool) error {
	b, path, err := r.bundleOf(manifestName)
	if err != nil {
		return err
	}
	args, err := r.signer(b)
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
	subject, err := r.subject(bad)
	if err != nil {
		return err
	}
	args = append(args, "--bundle", path, "--insecure-ignore-tlog", subject)
	return r.run(ctx, "cosign", append([]string{"verify-blob"}, args...)...)
}

// cosignProvenance asks whether the signed provenance has the first archive as subject.
func cosignProvenance(bad bool) question {
	return func(ctx context.Context, r *Release) error {
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
		args, err := r.signer(b)
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
		subject := filepath.Join(r.Dir, m.Files[0].Name)
		if bad {
			if subject, err = r.flipped(subject); err != nil {
				return err
			}
		}
		args = append(args, "--bundle", path, "--type", "slsaprovenance1", "--insecure-ignore-tlog", subject)
		return r.run(ctx, "cosign", append([]string{"verify-blob-attestation"}, args...)...)
	}
}
