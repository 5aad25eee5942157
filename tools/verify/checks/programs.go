// SPDX-License-Identifier: MIT

package checks

import (
	"archive/zip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
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
	{"sha256sum", "does SHA256SUMS hold?", "apt-get install coreutils", sums, []spoil{otherFile}},
	{"openssl", "does the manifest's signature verify?", "apt-get install openssl", signature, []spoil{otherFile, otherSignature, otherSigner}},
	{"openssl", "does its timestamp verify?", "apt-get install openssl", stamped, []spoil{otherFile, otherSignature}},
	{"osslsigncode", "do the signatures of Windows programs verify?", "apt-get install osslsigncode", windows, []spoil{otherFile, otherSigner}},
	{"node", "does @sigstore/verify accept every bundle, with its timestamps and identity?", getSigstore, sigstoreJS, []spoil{otherFile, otherSignature, otherSigner}},
	{"cosign", "does the manifest's bundle verify?", getCosign, cosign, []spoil{otherFile, otherSignature, otherSigner}},
	{"cosign", "does it with timestamps and a trusted root?", getCosign, cosignStamped, []spoil{otherFile, otherSignature, otherSigner}},
	{"cosign", "is the provenance about an archive?", getCosign, cosignProvenance, []spoil{otherFile, otherSignature, otherSigner}},
	{"strace", "does the verifier accept it and open no socket?", "apt-get install strace", noSocket, []spoil{otherProgram, otherPolicyFile}},
}

const (
	getSigstore = "npm ci in tools/verify/checks/sigstore, and node"
	getCosign   = "cd tools/verify/checks/cosign && go install tool"
)

func sums(ctx context.Context, r *Release, s spoil) error {
	text, err := os.ReadFile(filepath.Join(r.Dir, manifest.SumsName))
	if err != nil {
		return fmt.Errorf("%w: %w", errSetup, err)
	}
	if s == otherFile { // a line that says something else is easier made than a file
		text[0] = map[bool]byte{true: '1', false: '0'}[text[0] == '0']
	}
	list, err := r.file("sums", text)
	if err != nil {
		return err
	}
	return r.run(ctx, "sha256sum", "--strict", "--check", "--status", list)
}

func signature(ctx context.Context, r *Release, s spoil) error {
	b, _, err := r.bundleOf(manifestName)
	if err != nil {
		return err
	}
	key, err := r.keyPEM(b, s)
	if err != nil {
		return err
	}
	keyFile, err := r.file("key.pem", key)
	if err != nil {
		return err
	}
	sig, err := r.file("manifest.sig", signatureOf(b, s))
	if err != nil {
		return err
	}
	path, err := r.subject(filepath.Join(r.Dir, manifestName), s)
	if err != nil {
		return err
	}
	return r.run(ctx, "openssl", "dgst", "-sha256", "-verify", keyFile, "-signature", sig, path)
}

// stamped asks about a timestamp, which is over a signature: the file that is changed is the timestamp.
func stamped(ctx context.Context, r *Release, s spoil) error {
	b, chain, err := r.stamp()
	if err != nil {
		return err
	}
	token := b.Timestamps[0]
	if s == otherFile {
		token = flip(token) // it ends with its own signature
	}
	response, err := r.file("manifest.tsr", token)
	if err != nil {
		return err
	}
	sig, err := r.file("manifest.sig", signatureOf(b, s))
	if err != nil {
		return err
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

func pems(chain []*pki.Certificate) []byte {
	var text []byte
	for _, c := range chain {
		text = append(text, c.PEM()...)
	}
	return text
}

// windows asks about every program in every signed archive. Spoilt, each by itself has to be refused.
func windows(ctx context.Context, r *Release, s spoil) error {
	archives, err := filepath.Glob(filepath.Join(r.Dir, "*_signed.zip"))
	if err != nil || len(archives) == 0 {
		return errNothing
	}
	text := r.roots(trust.Code)
	if s == otherSigner {
		if text, err = otherRoot(r.Now); err != nil {
			return err
		}
	}
	roots, err := r.file("code.pem", text)
	if err != nil {
		return err
	}
	text = r.roots(trust.Code) // of a development authority, which stamps, too
	for _, a := range r.Policy.Trust.Stamps {
		text = append(text, pems(a.Certificates)...)
	}
	stamps, err := r.file("stamps.pem", text)
	if err != nil {
		return err
	}
	var refused error
	for _, archive := range archives {
		programs, err := r.extract(archive)
		if err != nil {
			return err
		}
		for _, program := range programs {
			if s == otherFile {
				if program, err = r.flipped(program); err != nil {
					return err
				}
			}
			err := r.run(ctx, "osslsigncode", "verify", "-CAfile", roots, "-TSA-CAfile", stamps, "-time", strconv.FormatInt(r.Now.Unix(), 10), "-in", program)
			if s == whole && err != nil || s != whole && err == nil || errors.Is(err, errSetup) {
				return err
			}
			refused = err
		}
	}
	return refused
}

// extract takes the programs out of a zip file.
func (r *Release) extract(archive string) ([]string, error) {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSetup, err)
	}
	defer z.Close()
	var programs []string
	for _, f := range z.File {
		if path.Base(path.Dir(f.Name)) != "bin" || path.Ext(f.Name) != ".exe" {
			continue
		}
		in, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errSetup, err)
		}
		data, err := io.ReadAll(io.LimitReader(in, 1<<28))
		in.Close()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errSetup, err)
		}
		program, err := r.file(path.Base(f.Name), data)
		if err != nil {
			return nil, err
		}
		programs = append(programs, program)
	}
	if len(programs) == 0 {
		return nil, fmt.Errorf("%w: %s holds no program", errSetup, archive)
	}
	return programs, nil
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

// sigstoreJS asks verify.mjs about every bundle of the folder, or about the manifest's when that is spoilt.
func sigstoreJS(ctx context.Context, r *Release, s spoil) error {
	b, own, err := r.bundleOf(manifestName)
	if err != nil {
		return err
	}
	if err := judgeable(b); err != nil {
		return err
	}
	root, err := r.trustedRoot()
	if err != nil {
		return err
	}
	args := []string{r.Programs["verify.mjs"], root}
	if b.Certificate != nil {
		c, err := pki.ParseCertificate(b.Certificate)
		if err != nil {
			return fmt.Errorf("%w: %w", errSetup, err)
		}
		identity, err := identityOf(c, s)
		if err != nil {
			return err
		}
		args = append(args, "--identity", identity)
	}
	for _, k := range r.Policy.Trust.Keys {
		text := k.Key.PEM()
		if s == otherSigner && k.Key.Hint() == b.Hint {
			if text, err = otherKey(); err != nil {
				return err
			}
		}
		path, err := r.file(fmt.Sprintf("key-%x.pem", k.Key.Hint()[:8]), text)
		if err != nil {
			return err
		}
		args = append(args, "--key", path)
	}
	if s != whole {
		subject, err := r.subject(filepath.Join(r.Dir, manifestName), s)
		if err != nil {
			return err
		}
		if own, err = r.bundleFile(b, own, s); err != nil {
			return err
		}
		return r.run(ctx, "node", append(args, own+"="+subject)...)
	}
	bundles, err := filepath.Glob(filepath.Join(r.Dir, "*.sigstore.json"))
	if err != nil || len(bundles) == 0 {
		return errNothing
	}
	for _, b := range bundles {
		args = append(args, b+"="+strings.TrimSuffix(strings.TrimSuffix(b, ".sigstore.json"), ".DEVELOPMENT"))
	}
	return r.run(ctx, "node", args...)
}
