// SPDX-License-Identifier: MIT

package storage

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
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

// A removal is what goes, as folders, in the order in which it goes: versions before the lists of their referrers, so that none is
// ever without its signatures; what leads somewhere before what it leads to; and blobs last. Whoever stops leaves nothing that leads
// nowhere.
type removal struct{ versions, referrers, earlier, manifests, layers, blobs []string }

func (r *removal) folders() []string {
	return slices.Concat(r.versions, r.referrers, r.earlier, r.manifests, r.layers, r.blobs)
}

// Prune removes candidates (versions with a pre-release) but the newest that keep says and those that are named elsewhere, and
// then what no tag leads to any more. Releases stay for ever: where a tag that has to stay names nothing, as after damage, nothing is
// removed. Without commit nothing is removed either. It may be stopped at any time and run again: the version goes first, and what is
// left without one goes with the next run.
func (s *Storage) Prune(ctx context.Context, keep int, named func(version string) bool, commit bool) (*Pruning, error) {
	if keep < 1 {
		return nil, action.UsageError("prune storage: at least one candidate is kept")
	}
	c, err := s.read(ctx)
	if err == nil {
		_, err = s.verify(ctx, c) // a storage that is damaged is not made smaller
	}
	if err != nil {
		return nil, fmt.Errorf("prune storage: %w", err)
	}
	p, away := &Pruning{}, &removal{}
	used := map[string]bool{} // blobs that any repository still needs
	for _, name := range slices.Sorted(maps.Keys(c.repos)) {
		if err := s.doomed(c.repos[name], name, keep, named, p, away, used); err != nil {
			return nil, fmt.Errorf("prune storage: %w", err)
		}
	}
	for _, digest := range slices.Sorted(maps.Keys(c.blobs)) {
		if !used[digest] {
			p.Blobs++
			p.Bytes += c.blobs[digest]
			away.blobs = append(away.blobs, path.Dir(blobName(digest)))
		}
	}
	if !commit {
		return p, nil
	}
	if err := s.remove(ctx, away.folders()); err != nil {
		return p, fmt.Errorf("prune storage: %w", err)
	}
	_, err = s.Verify(ctx)
	return p, err
}

// remove takes each folder away by a rename, so that none is ever seen in part under its name: a tag of which half is left is one
// that the registry still lists.
func (s *Storage) remove(ctx context.Context, folders []string) error {
	aside := s.in(removedName)
	if err := os.RemoveAll(aside); err != nil { // of a run that was stopped
		return err
	}
	if len(folders) == 0 {
		return nil
	}
	if err := os.Mkdir(aside, 0o700); err != nil {
		return err
	}
	for _, folder := range folders {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := os.Rename(s.in(folder), filepath.Join(aside, "folder")); err != nil {
			return err
		}
		if err := action.SyncFolder(s.in(path.Dir(folder))); err != nil {
			return err
		}
		s.step("taken away " + folder)
		if err := os.RemoveAll(filepath.Join(aside, "folder")); err != nil {
			return err
		}
		s.step("removed " + folder)
	}
	return os.Remove(aside)
}

// doomed enters the folders of one repository that go, and the blobs that stay.
func (s *Storage) doomed(r *repo, name string, keep int, named func(string) bool, p *Pruning, away *removal, used map[string]bool) error {
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
	if err := r.tagsAway(name, old, named, reached, away); err != nil {
		return err
	}
	layers := map[string]bool{}
	var gone []string
	for _, digest := range slices.Sorted(maps.Keys(r.revisions)) {
		if !reached[digest] {
			gone = append(gone, digest)
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
	p.Manifests += len(gone)
	gone, err := s.parentsFirst(gone)
	for _, digest := range gone {
		away.manifests = append(away.manifests, folder+"_manifests/revisions/sha256/"+strings.TrimPrefix(digest, "sha256:"))
	}
	for _, digest := range slices.Sorted(maps.Keys(r.layers)) {
		if !layers[digest] {
			away.layers = append(away.layers, folder+"_layers/sha256/"+strings.TrimPrefix(digest, "sha256:"))
		}
	}
	return err
}

// tagsAway enters the tags of one repository that go, and what the others named before that goes. A tag that names nothing is of a
// publication that was stopped before its last step, or has lost what it named. Only of a candidate that nobody names, and of a list
// about what goes, the first is believed.
func (r *repo) tagsAway(name string, old []string, named func(string) bool, reached map[string]bool, away *removal) error {
	folder := "repositories/" + name + "/_manifests/tags/"
	about := func(tag string) string { return "sha256:" + strings.TrimPrefix(tag, "sha256-") }
	for _, tag := range slices.Sorted(maps.Keys(r.earlier)) {
		_, there := r.tags[tag]
		switch {
		case there:
		case isCandidate(tag) && !named(tag):
			away.versions = append(away.versions, folder+tag)
		case isReferrers(tag) && !reached[about(tag)]:
			away.referrers = append(away.referrers, folder+tag)
		case semver.IsValid(tag):
			return damaged("the tag %s of %s names nothing any more: restore the storage from a backup, or publish %s again", tag, name, tag)
		default:
			return damaged("the tag %s of %s names nothing any more: restore the storage from a backup", tag, name)
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(r.tags)) {
		switch {
		case slices.Contains(old, tag):
			away.versions = append(away.versions, folder+tag)
		case isReferrers(tag) && !reached[about(tag)]:
			away.referrers = append(away.referrers, folder+tag)
		default:
			for _, digest := range r.earlier[tag] {
				if !reached[digest] {
					away.earlier = append(away.earlier, folder+tag+"/index/sha256/"+strings.TrimPrefix(digest, "sha256:"))
				}
			}
		}
	}
	return nil
}

// parentsFirst orders manifests such that each comes before those that it lists.
func (s *Storage) parentsFirst(digests []string) ([]string, error) {
	left := map[string]bool{}
	for _, digest := range digests {
		left[digest] = true
	}
	var order []string
	var enter func(digest string) error
	enter = func(digest string) error {
		if !left[digest] {
			return nil
		}
		delete(left, digest)
		d, err := s.manifest(digest)
		if err != nil {
			return err
		}
		for _, m := range d.Manifests {
			if err := enter(m.Digest); err != nil {
				return err
			}
		}
		order = append(order, digest)
		return nil
	}
	for _, digest := range digests {
		if err := enter(digest); err != nil {
			return nil, err
		}
	}
	slices.Reverse(order)
	return order, nil
}

// candidates are those that go.
func candidates(tags map[string]string, keep int, named func(string) bool) []string {
	var all []string
	for tag := range tags {
		if isCandidate(tag) {
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

func isCandidate(tag string) bool { return semver.IsValid(tag) && semver.Prerelease(tag) != "" }

// referrers is the tag of the list of what refers to a digest:
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
func referrers(digest string) string { return strings.Replace(digest, ":", "-", 1) }

func isReferrers(tag string) bool {
	return strings.HasPrefix(tag, "sha256-") && digestForm.MatchString("sha256:"+strings.TrimPrefix(tag, "sha256-"))
}

// grown refuses a list of referrers that lacks what it had: whoever may push can push it again with less in it, and what it
// does not name would be removed for good.
func (s *Storage) grown(r *repo, digest, list string) error {
	now, err := s.manifest(list)
	if err != nil {
		return err
	}
	for _, earlier := range r.earlier[referrers(digest)] {
		before, err := s.manifest(earlier)
		if err != nil {
			return err
		}
		for _, m := range before.Manifests {
			if !slices.ContainsFunc(now.Manifests, func(have descriptor) bool { return have.Digest == m.Digest }) {
				return damaged("the list of what signs %.19s has lost %.19s: restore the storage from a backup, or push the list again", digest, m.Digest)
			}
		}
	}
	return nil
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
	if list, there := r.tags[referrers(digest)]; there {
		if err := s.grown(r, digest, list); err != nil {
			return err
		}
		next = append(next, descriptor{Digest: list})
	}
	for _, m := range next {
		if !digestForm.MatchString(m.Digest) {
			return damaged("manifest %.19s lists %.80q, which is no digest", digest, m.Digest)
		}
		if err := s.reach(r, m.Digest, reached); err != nil {
			return err
		}
	}
	return nil
}
