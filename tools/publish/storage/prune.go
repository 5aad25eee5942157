// SPDX-License-Identifier: MIT

package storage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// A Pruning is what retention takes away.
type Pruning struct {
	Versions  []string // candidates, as REPOSITORY:VERSION
	Manifests int
	Blobs     int
	Bytes     int64
}

// Prune removes candidates (versions with a pre-release) but the newest that keep says and those that are named elsewhere, and
// then what no tag leads to any more. Releases stay for ever. Without commit nothing is removed. It may be stopped and run
// again: the tag goes first, and what is left without one goes with the next run.
func (s *Storage) Prune(ctx context.Context, keep int, named func(version string) bool, commit bool) (*Pruning, error) {
	if keep < 1 {
		return nil, action.UsageError("prune storage: at least one candidate is kept")
	}
	c, err := s.read(ctx)
	if err == nil {
		_, err = s.verify(ctx, c) // a storage that is damaged is not made smaller
	}
	if err != nil {
		return nil, action.Reject(fmt.Errorf("prune storage: %w", err))
	}
	p := &Pruning{}
	away := map[string]bool{} // folders
	used := map[string]bool{} // blobs that any repository still needs
	for _, name := range slices.Sorted(maps.Keys(c.repos)) {
		if err := s.doomed(c, name, keep, named, p, away, used); err != nil {
			return nil, fmt.Errorf("prune storage: %w", err)
		}
	}
	for digest, size := range c.blobs {
		if !used[digest] {
			p.Blobs++
			p.Bytes += size
			away[path.Dir(blobName(digest))] = true
		}
	}
	if !commit {
		return p, nil
	}
	// Tags before what they lead to, and blobs last: whoever stops leaves nothing that leads nowhere.
	order := func(folder string) int {
		return slices.IndexFunc([]string{"/_manifests/tags/", "/_manifests/revisions/", "/_layers/", ""}, func(part string) bool { return strings.Contains(folder, part) })
	}
	folders := slices.SortedFunc(maps.Keys(away), func(a, b string) int {
		if d := order(a) - order(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	for _, folder := range folders {
		if err := ctx.Err(); err != nil {
			return p, err
		}
		if err := errors.Join(os.RemoveAll(s.in(folder)), action.SyncFolder(s.in(path.Dir(folder)))); err != nil {
			return p, fmt.Errorf("prune storage: %w", err)
		}
	}
	_, err = s.Verify(ctx)
	return p, err
}

// doomed enters the folders of one repository that go, and the blobs that stay.
func (s *Storage) doomed(c *contents, name string, keep int, named func(string) bool, p *Pruning, away, used map[string]bool) error {
	r := c.repos[name]
	folder := "repositories/" + name + "/"
	old := candidates(r.tags, keep, named)
	for _, v := range old {
		p.Versions = append(p.Versions, name+":"+v)
	}
	reached := map[string]bool{}
	for tag, digest := range r.tags {
		if !slices.Contains(old, tag) && !isReferrers(tag) {
			if err := s.reach(r, digest, reached); err != nil {
				return err
			}
		}
	}
	for tag := range r.tags {
		if slices.Contains(old, tag) || isReferrers(tag) && !reached["sha256:"+strings.TrimPrefix(tag, "sha256-")] {
			away[folder+"_manifests/tags/"+tag] = true
		}
	}
	layers := map[string]bool{}
	for digest := range r.revisions {
		if !reached[digest] {
			p.Manifests++
			away[folder+"_manifests/revisions/sha256/"+strings.TrimPrefix(digest, "sha256:")] = true
			continue
		}
		used[digest] = true
		d, err := s.manifest(digest)
		if err != nil {
			return err
		}
		for _, part := range d.parts() {
			used[part.Digest], layers[part.Digest] = true, true
		}
	}
	for digest := range r.layers {
		if !layers[digest] {
			away[folder+"_layers/sha256/"+strings.TrimPrefix(digest, "sha256:")] = true
		}
	}
	return nil
}

// candidates are those that go.
func candidates(tags map[string]string, keep int, named func(string) bool) []string {
	var all []string
	for tag := range tags {
		if semver.IsValid(tag) && semver.Prerelease(tag) != "" {
			all = append(all, tag)
		}
	}
	semver.Sort(all)
	slices.Reverse(all)
	var old []string
	for i, v := range all {
		if i >= keep && !named(v) {
			old = append(old, v)
		}
	}
	return old
}

func isReferrers(tag string) bool {
	return strings.HasPrefix(tag, "sha256-") && digestForm.MatchString("sha256:"+strings.TrimPrefix(tag, "sha256-"))
}

// reach enters a manifest, all that it lists, and the lists of their referrers.
func (s *Storage) reach(r *repo, digest string, reached map[string]bool) error {
	if reached[digest] {
		return nil
	}
	reached[digest] = true
	d, err := s.manifest(digest)
	if err != nil {
		return err
	}
	next := d.Manifests
	if list, there := r.tags[strings.Replace(digest, ":", "-", 1)]; there {
		next = append(next, descriptor{Digest: list})
	}
	for _, m := range next {
		if !digestForm.MatchString(m.Digest) {
			return fmt.Errorf("manifest %.19s lists %.80q, which is no digest", digest, m.Digest)
		}
		if err := s.reach(r, m.Digest, reached); err != nil {
			return err
		}
	}
	return nil
}
