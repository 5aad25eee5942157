// SPDX-License-Identifier: MIT

// Package verified gets a release, or the part of it that belongs to one platform, into a folder, and verifies it there by
// the user's policy.
package verified

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/fetch/download"
	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify"
	"github.com/gosqlite/gosqlite/tools/verify/bundle"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// A Release is one that is got.
type Release struct {
	From     source.Source
	Files    []source.File // that the source lists
	Version  string        // with a leading v
	Platform string        // a row of the platform list; "" for the whole release
	Policy   *policy.Policy
	Now      time.Time
	Download *download.Downloader
	Dir      string // where to
	Bytes    int64  // that came

	unlisted int64 // bytes of files that the manifest does not list
}

// manifestBundles may sign a manifest.
var manifestBundles = []string{manifest.FileName + ".sigstore.json", manifest.FileName + ".DEVELOPMENT.sigstore.json"}

// Fetch brings the manifest first. Only when its signature stands, the rest is got, and no more of it than it lists.
func (x *Release) Fetch(ctx context.Context) error {
	sum, err := x.manifest(ctx)
	if err != nil {
		return err
	}
	text, err := action.ReadFile(x.in(manifest.FileName), manifest.MaxText)
	if err != nil {
		return err
	}
	m, err := x.judge(text, sum)
	if err != nil {
		return err
	}
	list, err := x.wanted(m)
	if err != nil {
		return err
	}
	if err := x.tidy(list); err != nil {
		return err
	}
	for _, w := range list {
		if err := x.get(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

func (x *Release) wanted(m *manifest.Manifest) ([]wanted, error) {
	if x.Platform == "" {
		return whole(x.Files, m), nil
	}
	return choose(x.Files, m, x.Platform, x.Policy.Demands(policy.Debug))
}

func (x *Release) in(name string) string { return filepath.Join(x.Dir, filepath.FromSlash(name)) }

func (x *Release) get(ctx context.Context, w wanted) (err error) {
	if !w.listed {
		w.limit = min(w.limit, maxUnlisted-x.unlisted)
		defer func() {
			if info, statErr := os.Stat(x.in(w.Name)); err == nil && statErr == nil {
				x.unlisted += info.Size()
			}
		}()
	}
	came, err := x.Download.Fetch(ctx, func(ctx context.Context, from int64) (body io.ReadCloser, at int64, err error) {
		return x.From.Open(ctx, x.Version, w.File, from)
	}, w.File, w.limit, x.in(w.Name))
	x.Bytes += came
	return err
}

// Find is a file of the list.
func (x *Release) Find(name string) (source.File, bool) {
	i := slices.IndexFunc(x.Files, func(f source.File) bool { return f.Name == name })
	if i < 0 {
		return source.File{}, false
	}
	return x.Files[i], true
}

// manifest gets the manifest and what signs it.
func (x *Release) manifest(ctx context.Context) (sum string, err error) {
	f, there := x.Find(manifest.FileName)
	if !there {
		return "", source.Refuse(source.Missing, "list %s: it has no %s", x.Version, manifest.FileName)
	}
	if err := x.get(ctx, wanted{f, manifest.MaxText, false}); err != nil {
		return "", err
	}
	for _, name := range manifestBundles {
		if b, there := x.Find(name); there {
			return f.SHA256, x.get(ctx, wanted{b, bundle.MaxSize, false})
		}
	}
	return "", source.Refuse(source.Missing, "list %s: nothing signs its manifest", x.Version)
}

// judge asks whether somebody whom the policy trusts signed the manifest, and of which release it is. The verifier asks
// again, with all that it has; this keeps a source from handing out large files that nobody vouches for.
func (x *Release) judge(text []byte, sum string) (*manifest.Manifest, error) {
	digest := sha256.Sum256(text)
	for _, name := range manifestBundles {
		if _, there := x.Find(name); !there {
			continue
		}
		signed, err := action.ReadFile(x.in(name), bundle.MaxSize)
		if err != nil {
			return nil, err
		}
		b, faults, err := bundle.Parse(signed)
		if err != nil || len(faults) > 0 {
			return nil, source.Refuse(source.Unverified, "read %s: %v %s", name, err, strings.Join(faults, "; "))
		}
		if b.Message == nil {
			return nil, source.Refuse(source.Unverified, "verify manifest: wrong-bundle-kind: %s signs a statement, and not the file that it lies beside", name)
		}
		if a := x.Policy.Trust.Assess(b, digest, trust.Release, x.Now); len(a.Faults) > 0 {
			return nil, source.Refuse(source.Unverified, "verify manifest: %s: %s", a.Faults[0].Class, a.Faults[0].Detail)
		}
		break
	}
	m, err := manifest.Parse(text)
	switch {
	case err != nil:
		return nil, source.Refuse(source.Unverified, "read manifest: %v", err)
	case "v"+m.Version != x.Version:
		return nil, source.Refuse(source.Unverified, "wrong-version: the manifest is that of v%s, and %s was asked for", m.Version, x.Version)
	}
	return m, nil
}

// whole is every file of a release.
func whole(files []source.File, m *manifest.Manifest) []wanted {
	var list []wanted
	sizes := map[string]int64{}
	for _, e := range m.Files {
		sizes[e.Name] = e.Size
	}
	for _, f := range files {
		w := wanted{f, maxDocument, false}
		if size, listed := sizes[f.Name]; listed {
			w.limit, w.listed = size, true
		} else if size, signed := sizes[strings.Replace(f.Name, "_signed.", ".", 1)]; signed {
			w.limit, w.listed = size+maxExtra, true
		}
		list = append(list, w)
	}
	return list
}

// tidy removes what an earlier run left and this one does not want.
func (x *Release) tidy(list []wanted) error {
	keep := map[string]bool{}
	for _, w := range list {
		keep[filepath.FromSlash(w.Name)] = true
	}
	return filepath.WalkDir(x.Dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if rel, err := filepath.Rel(x.Dir, name); err != nil || !keep[rel] {
			return errors.Join(err, os.Remove(name))
		}
		return nil
	})
}

// Verify asks the verifier about what was got.
func (x *Release) Verify(ctx context.Context) error {
	return Verify(ctx, x.Dir, x.Version, x.Platform, x.Policy, x.Now)
}

// Verify asks the verifier about a folder: a whole release, or what belongs to a platform.
func Verify(ctx context.Context, dir, version, platform string, p *policy.Policy, now time.Time) error {
	report, err := verify.Run(ctx, verify.Options{Dir: dir, Policy: p, Now: now, Version: strings.TrimPrefix(version, "v"), Platform: platform})
	if err != nil {
		return err
	}
	if report.OK {
		return nil
	}
	text := fmt.Sprintf("verify %s: refused: %s", version, strings.Join(report.Classes(), ", "))
	for _, f := range report.Faults[:min(len(report.Faults), 5)] {
		text += fmt.Sprintf("\n\t%s: %s: %s", f.File, f.Class, f.Detail)
	}
	return source.Refuse(source.Unverified, "%s", text)
}
