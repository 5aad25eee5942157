// SPDX-License-Identifier: MIT

package checks

import (
	"archive/zip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// all are the checks, program by program.
var all = []Check{
	{"sha256sum", "does SHA256SUMS hold?", "apt-get install coreutils", sums(false), sums(true)},
	{"openssl", "does the manifest's signature verify?", "apt-get install openssl", signature(false), signature(true)},
	{"openssl", "does its timestamp verify?", "apt-get install openssl", stamped(false), stamped(true)},
	{"osslsigncode", "do the signatures of Windows programs verify?", "apt-get install osslsigncode", windows(false), windows(true)},
	{"node", "does @sigstore/verify accept every bundle, with its timestamps?", "npm ci in tools/verify/checks/sigstore, and node", sigstoreJS(false), sigstoreJS(true)},
	{"cosign", "does the manifest's bundle verify?", "cd tools/verify/checks/cosign && go install tool", cosign(false), cosign(true)},
	{"cosign", "does it with timestamps and a trusted root?", "cd tools/verify/checks/cosign && go install tool", cosignStamped(false), cosignStamped(true)},
	{"cosign", "is the provenance about an archive?", "cd tools/verify/checks/cosign && go install tool", cosignProvenance(false), cosignProvenance(true)},
	{"strace", "does the verifier open no socket?", "apt-get install strace", noSocket, opensSocket},
}

// A question is the good or the bad half of a check.
type question = func(ctx context.Context, r *Release) error

func sums(bad bool) question {
	return func(ctx context.Context, r *Release) error {
		text, err := os.ReadFile(filepath.Join(r.Dir, manifest.SumsName))
		if err != nil {
			return fmt.Errorf("%w: %w", errSetup, err)
		}
		if bad {
			text[0] = map[bool]byte{true: '1', false: '0'}[text[0] == '0']
		}
		list, err := r.file("sums", text)
		if err != nil {
			return err
		}
		return r.run(ctx, "sha256sum", "--strict", "--check", "--status", list)
	}
}

// subject is the manifest, or a changed copy of it.
func (r *Release) subject(bad bool) (string, error) {
	path := filepath.Join(r.Dir, manifestName)
	if bad {
		return r.flipped(path)
	}
	return path, nil
}

func signature(bad bool) question {
	return func(ctx context.Context, r *Release) error {
		b, _, err := r.bundleOf(manifestName)
		if err != nil {
			return err
		}
		key, err := r.keyOf(b)
		if err != nil {
			return err
		}
		keyFile, err := r.file("key.pem", key.PEM())
		if err != nil {
			return err
		}
		sig, err := r.file("manifest.sig", b.Signature())
		if err != nil {
			return err
		}
		path, err := r.subject(bad)
		if err != nil {
			return err
		}
		return r.run(ctx, "openssl", "dgst", "-sha256", "-verify", keyFile, "-signature", sig, path)
	}
}

func stamped(bad bool) question {
	return func(ctx context.Context, r *Release) error {
		b, chain, err := r.stamp()
		if err != nil {
			return err
		}
		response, err := r.file("manifest.tsr", b.Timestamps[0])
		if err != nil {
			return err
		}
		sig, err := r.file("manifest.sig", b.Signature())
		if err != nil {
			return err
		}
		if bad {
			if sig, err = r.flipped(sig); err != nil {
				return err
			}
		}
		root, err := r.file("tsa-root.pem", chain[len(chain)-1].PEM())
		if err != nil {
			return err
		}
		others, err := r.file("tsa.pem", pems(chain[:len(chain)-1]))
		if err != nil {
			return err
		}
		return r.run(ctx, "openssl", "ts", "-verify", "-in", response, "-data", sig, "-CAfile", root, "-untrusted", others, "-attime", strconv.FormatInt(r.Now.Unix(), 10))
	}
}

func pems(chain []*pki.Certificate) []byte {
	var text []byte
	for _, c := range chain {
		text = append(text, c.PEM()...)
	}
	return text
}

func windows(bad bool) question {
	return func(ctx context.Context, r *Release) error {
		archives, err := filepath.Glob(filepath.Join(r.Dir, "*_signed.zip"))
		if err != nil || len(archives) == 0 {
			return errNothing
		}
		roots, err := r.file("code.pem", r.roots(trust.Code))
		if err != nil {
			return err
		}
		text := r.roots(trust.Code) // of a development authority, which stamps, too
		for _, a := range r.Policy.Trust.Stamps {
			text = append(text, pems(a.Certificates)...)
		}
		stamps, err := r.file("stamps.pem", text)
		if err != nil {
			return err
		}
		for _, archive := range archives {
			program, err := r.extract(archive)
			if err != nil {
				return err
			}
			if bad {
				if program, err = r.flipped(program); err != nil {
					return err
				}
			}
			if err := r.run(ctx, "osslsigncode", "verify", "-CAfile", roots, "-TSA-CAfile", stamps, "-time", strconv.FormatInt(r.Now.Unix(), 10), "-in", program); err != nil {
				return err
			}
		}
		return nil
	}
}

// extract takes the shell out of a zip file.
func (r *Release) extract(archive string) (string, error) {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errSetup, err)
	}
	defer z.Close()
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, "/bin/gosqlite.exe") {
			continue
		}
		in, err := f.Open()
		if err != nil {
			return "", fmt.Errorf("%w: %w", errSetup, err)
		}
		defer in.Close()
		data, err := io.ReadAll(io.LimitReader(in, 1<<28))
		if err != nil {
			return "", fmt.Errorf("%w: %w", errSetup, err)
		}
		return r.file("gosqlite.exe", data)
	}
	return "", fmt.Errorf("%w: %s holds no shell", errSetup, archive)
}

// trustedRoot writes Sigstore's trusted root with the authorities of the policy.
func (r *Release) trustedRoot() (string, error) {
	authority := func(name string, chain []*pki.Certificate) any {
		list := []any{}
		for _, c := range chain {
			list = append(list, map[string]any{"rawBytes": base64.StdEncoding.EncodeToString(c.Raw)})
		}
		start := chain[len(chain)-1].NotBefore
		return map[string]any{
			"uri": "https://" + strings.ReplaceAll(strings.ToLower(name), " ", "-") + ".invalid", "subject": map[string]any{"commonName": name, "organization": name},
			"certChain": map[string]any{"certificates": list}, "validFor": map[string]any{"start": start.UTC().Format(time.RFC3339)},
		}
	}
	authorities, stamps := []any{}, []any{}
	for _, a := range r.Policy.Trust.Authorities {
		authorities = append(authorities, authority(a.Name, a.Certificates))
	}
	b, _, err := r.bundleOf(manifestName)
	if err != nil {
		return "", err
	}
	for i, s := range r.Policy.Trust.Stamps {
		if chain := r.authority(b, i); chain != nil {
			stamps = append(stamps, authority(s.Name, chain))
		}
	}
	text, err := json.Marshal(map[string]any{
		"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "tlogs": []any{}, "ctlogs": []any{},
		"certificateAuthorities": authorities, "timestampAuthorities": stamps,
	})
	if err != nil {
		return "", err
	}
	return r.file("trusted_root.json", text)
}

// sigstoreJS asks verify.mjs about every bundle of the folder; the changed release has one changed file.
func sigstoreJS(bad bool) question {
	return func(ctx context.Context, r *Release) error {
		if b, _, err := r.bundleOf(manifestName); err != nil {
			return err
		} else if err := judgeable(b); err != nil {
			return err
		}
		root, err := r.trustedRoot()
		if err != nil {
			return err
		}
		args := []string{r.Programs["verify.mjs"], root}
		for _, k := range r.Policy.Trust.Keys {
			path, err := r.file(fmt.Sprintf("key-%x.pem", k.Key.Hint()[:8]), k.Key.PEM())
			if err != nil {
				return err
			}
			args = append(args, "--key", path)
		}
		bundles, err := filepath.Glob(filepath.Join(r.Dir, "*.sigstore.json"))
		if err != nil || len(bundles) == 0 {
			return errNothing
		}
		if bad {
			changed, err := r.subject(true)
			if err != nil {
				return err
			}
			_, path, err := r.bundleOf(manifestName)
			if err != nil {
				return err
			}
			return r.run(ctx, "node", append(args, path+"="+changed)...)
		}
		for _, b := range bundles {
			args = append(args, b+"="+strings.TrimSuffix(strings.TrimSuffix(b, ".sigstore.json"), ".DEVELOPMENT"))
		}
		return r.run(ctx, "node", args...)
	}
}
