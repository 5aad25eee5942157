// SPDX-License-Identifier: MIT

package tamper

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// A Peer is another program that judges a release, in the way that its users are told to use it.
type Peer struct {
	Name    string
	Program string // its path; empty if it is not installed
	Get     string // how it is installed
	judge   func(ctx context.Context, program string, d *Dir, b *Bench) Verdict
}

// FindPeers finds the peers among the programs of this machine.
func FindPeers(look func(name string) (string, error)) []Peer {
	peers := []Peer{
		{Name: "sha256sum", Get: "apt-get install coreutils", judge: sha256sum},
		{Name: "cosign", Get: "go install github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3", judge: cosign},
		{Name: "osslsigncode", Get: "apt-get install osslsigncode", judge: osslsigncode},
	}
	for i := range peers {
		if path, err := look(peers[i].Name); err == nil {
			peers[i].Program = path
		}
	}
	return peers
}

func (p *Peer) verdict(ctx context.Context, d *Dir, b *Bench) Verdict {
	if p.Program == "" {
		return NotRun
	}
	return p.judge(ctx, p.Program, d, b)
}

func verdict(yes bool) Verdict {
	if yes {
		return Passed
	}
	return Refused
}

func succeeds(ctx context.Context, dir, program string, args ...string) bool {
	c := exec.CommandContext(ctx, program, args...)
	c.Dir = dir
	return c.Run() == nil
}

// sha256sum checks the list that lies in the folder.
func sha256sum(ctx context.Context, program string, d *Dir, _ *Bench) Verdict {
	return verdict(succeeds(ctx, d.Path, program, "--strict", "--check", "--status", "SHA256SUMS"))
}

// cosign checks every file that has a bundle, by the release key. It knows nothing of what should be there.
func cosign(ctx context.Context, program string, d *Dir, b *Bench) Verdict {
	key := filepath.Join(d.Aside, "release.pub")
	known := false
	for _, k := range b.current.Trust.Keys {
		if slices.Equal(k.Roles, []trust.Role{trust.Release}) {
			known = os.WriteFile(key, k.Key.PEM(), 0o600) == nil
			break
		}
	}
	if !known {
		return NotRun // the release is by certificate
	}
	bundles, err := filepath.Glob(filepath.Join(d.Path, "*.sigstore.json"))
	if err != nil || len(bundles) == 0 {
		return Refused
	}
	for _, bundle := range bundles {
		file := strings.TrimSuffix(strings.TrimSuffix(bundle, ".sigstore.json"), ".DEVELOPMENT")
		if strings.HasSuffix(file, ".intoto.json") {
			continue // cosign checks an attestation for a subject, not a statement's file
		}
		if !b.cosigned(ctx, d.Path, program, key, bundle, file) {
			return Refused
		}
	}
	return Passed
}

// cosigned asks cosign about one file, unless it was asked about the same bytes before: most cases leave most files alone.
func (b *Bench) cosigned(ctx context.Context, dir, program, key, bundle, file string) bool {
	h := sha256.New()
	for _, name := range []string{key, bundle, file} {
		data, err := os.ReadFile(name)
		if err != nil {
			return false // cosign could not read it either
		}
		fmt.Fprintf(h, "%d\n%s", len(data), data)
	}
	asked := string(h.Sum(nil))
	if said, ok := b.said[asked]; ok {
		return said
	}
	if b.said == nil {
		b.said = map[string]bool{}
	}
	b.said[asked] = succeeds(ctx, dir, program, "verify-blob", "--key", key, "--bundle", bundle, "--insecure-ignore-tlog", file)
	return b.said[asked]
}

// osslsigncode checks the Windows programs of signed archives.
func osslsigncode(ctx context.Context, program string, d *Dir, b *Bench) Verdict {
	archives, err := filepath.Glob(filepath.Join(d.Path, "*_signed.zip"))
	if err != nil || len(archives) == 0 || !b.current.Trust.Knows(trust.Code) {
		return NotRun // nothing to judge, or nobody to trust
	}
	roots := filepath.Join(d.Aside, "code.pem")
	var text []byte
	for _, a := range b.current.Trust.Authorities {
		for _, c := range a.Certificates {
			text = append(text, c.PEM()...)
		}
	}
	for _, a := range b.current.Trust.Stamps { // osslsigncode holds each chain to its purpose
		for _, c := range a.Certificates {
			text = append(text, c.PEM()...)
		}
	}
	if os.WriteFile(roots, text, 0o600) != nil {
		return Refused
	}
	for _, archive := range archives {
		programs, err := extract(archive, d.Aside)
		if err != nil {
			return Refused
		}
		for _, p := range programs {
			if !succeeds(ctx, d.Aside, program, "verify", "-CAfile", roots, "-TSA-CAfile", roots, "-in", p) {
				return Refused
			}
		}
	}
	return Passed
}
