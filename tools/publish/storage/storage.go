// SPDX-License-Identifier: MIT

// Package storage looks after what a registry keeps in files, while the registry is stopped: backup, restore, verification, and
// retention of candidates. The form is that of docker-registry's file system driver, below DATA/docker/registry/v2:
//
//	blobs/sha256/ab/abcd.../data                              bytes, by their digest
//	repositories/NAME/_layers/sha256/HEX/link                 that the repository has a blob
//	repositories/NAME/_manifests/revisions/sha256/HEX/link    that it has a manifest
//	repositories/NAME/_manifests/tags/TAG/current/link        what a tag names
//	repositories/NAME/_manifests/tags/TAG/index/sha256/HEX/link   what it ever named
//	repositories/NAME/_uploads/                               what is on its way
//
// The tags sha256-HEX list referrers of a manifest (OCI distribution 1.1, referrers tag schema).
package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gosqlite/gosqlite/tools/publish/lock"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Limits of what is read whole, and of how much there may be.
const (
	maxManifest = 4 << 20 // bytes
	maxLink     = 256     // bytes
	maxEntries  = 200_000
)

// base is where the driver keeps everything.
const base = "docker/registry/v2"

var (
	digestForm  = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	blobForm    = regexp.MustCompile(`^blobs/sha256/[0-9a-f]{2}/([0-9a-f]{64})/data$`)
	linkForm    = regexp.MustCompile(`^repositories/(.+)/(_layers|_manifests/revisions)/sha256/([0-9a-f]{64})/link$`)
	currentForm = regexp.MustCompile(`^repositories/(.+)/_manifests/tags/([^/]+)/current/link$`)
	earlierForm = regexp.MustCompile(`^repositories/(.+)/_manifests/tags/([^/]+)/index/sha256/([0-9a-f]{64})/link$`)
	uploadForm  = regexp.MustCompile(`^repositories/.+/_uploads/`)
)

// A Storage is a folder of a registry that is stopped.
type Storage struct {
	dir  string // that holds docker/
	held *os.File
}

// Open takes a folder that tools/publish/registry/run keeps, which is locked while that runs, or the root folder of another
// docker-registry, which has to be stopped by who calls.
func Open(dir string) (*Storage, error) {
	s := &Storage{dir: dir}
	if _, err := os.Stat(filepath.Join(dir, "data")); err == nil {
		s.dir = filepath.Join(dir, "data")
		if s.held, err = lock.Take(filepath.Join(dir, "lock")); err != nil {
			return nil, fmt.Errorf("open storage of %s: %w; stop the registry first", dir, err)
		}
	}
	if info, err := os.Stat(filepath.Join(s.dir, filepath.FromSlash(base))); err != nil || !info.IsDir() {
		return nil, errors.Join(fmt.Errorf("open storage of %s: there is no %s: name the folder of a registry", dir, base), err, s.Close())
	}
	return s, nil
}

// Close lets the registry start again.
func (s *Storage) Close() error {
	if s.held == nil {
		return nil
	}
	return s.held.Close()
}

func (s *Storage) in(name string) string {
	return filepath.Join(s.dir, filepath.FromSlash(base), filepath.FromSlash(name))
}

// names lists all files below base but what is on its way. Anything that is no file or folder is refused.
func (s *Storage) names(ctx context.Context) ([]string, error) {
	var names []string
	root := s.in(".")
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch {
		case uploadForm.MatchString(rel + "/"):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return ctx.Err()
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is no regular file", name)
		case len(names) >= maxEntries:
			return fmt.Errorf("more than %d files", maxEntries)
		}
		names = append(names, rel)
		return ctx.Err()
	})
	return names, err
}

// A repo is what one repository has, by digest and tag.
type repo struct {
	layers, revisions map[string]bool
	tags              map[string]string // digest by tag
}

// contents is what the storage has.
type contents struct {
	names []string
	blobs map[string]int64 // sizes, by digest
	repos map[string]*repo
}

// read lists the storage, and refuses names that the driver does not make: what is not understood is not passed by.
func (s *Storage) read(ctx context.Context) (*contents, error) {
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	c := &contents{names: names, blobs: map[string]int64{}, repos: map[string]*repo{}}
	of := func(name string) *repo {
		if c.repos[name] == nil {
			c.repos[name] = &repo{map[string]bool{}, map[string]bool{}, map[string]string{}}
		}
		return c.repos[name]
	}
	for _, name := range names {
		if m := blobForm.FindStringSubmatch(name); m != nil {
			info, err := os.Stat(s.in(name))
			if err != nil {
				return nil, err
			}
			c.blobs["sha256:"+m[1]] = info.Size()
			continue
		}
		digest, err := s.link(name)
		if err != nil {
			return nil, err
		}
		if m := linkForm.FindStringSubmatch(name); m != nil && digest == "sha256:"+m[3] {
			if m[2] == "_layers" {
				of(m[1]).layers[digest] = true
			} else {
				of(m[1]).revisions[digest] = true
			}
		} else if m := currentForm.FindStringSubmatch(name); m != nil {
			of(m[1]).tags[m[2]] = digest
		} else if m := earlierForm.FindStringSubmatch(name); m == nil || digest != "sha256:"+m[3] {
			return nil, fmt.Errorf("%s is no file of a registry, or leads elsewhere", name)
		}
	}
	return c, nil
}

// link is the digest that a small file holds.
func (s *Storage) link(name string) (string, error) {
	if path.Base(name) != "link" {
		return "", fmt.Errorf("%s is no file of a registry", name)
	}
	text, err := action.ReadFile(s.in(name), maxLink)
	if err != nil {
		return "", err
	}
	if !digestForm.Match(text) {
		return "", fmt.Errorf("%s holds no digest", name)
	}
	return string(text), nil
}

func blobName(digest string) string {
	hexadecimal := strings.TrimPrefix(digest, "sha256:")
	return "blobs/sha256/" + hexadecimal[:2] + "/" + hexadecimal + "/data"
}

// A document is what a manifest or an index leads to.
type document struct {
	Config    *descriptor  `json:"config"`
	Layers    []descriptor `json:"layers"`
	Manifests []descriptor `json:"manifests"`
}

type descriptor struct {
	Digest string `json:"digest"`
	Size   int64  `json:"size"`
}

// manifest reads one by its digest.
func (s *Storage) manifest(digest string) (*document, error) {
	text, err := action.ReadFile(s.in(blobName(digest)), maxManifest)
	if err != nil {
		return nil, fmt.Errorf("read manifest %.19s: %w", digest, err)
	}
	if sum := sha256.Sum256(text); "sha256:"+hex.EncodeToString(sum[:]) != digest {
		return nil, fmt.Errorf("read manifest %.19s: other bytes: restore the storage from a backup", digest)
	}
	d := &document{}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("read manifest %.19s: %w", digest, err)
	}
	return d, nil
}

// parts are what a manifest needs of blobs.
func (d *document) parts() []descriptor {
	out := append([]descriptor{}, d.Layers...)
	if d.Config != nil {
		out = append(out, *d.Config)
	}
	return out
}

// Counts are what was looked at.
type Counts struct{ Blobs, Manifests, Tags int }

// Verify computes every digest anew, and follows every tag and manifest to all that it needs.
func (s *Storage) Verify(ctx context.Context) (n Counts, err error) {
	c, err := s.read(ctx)
	if err == nil {
		n, err = s.verify(ctx, c)
	}
	if err != nil {
		err = action.Reject(fmt.Errorf("verify storage: %w", err))
	}
	return n, err
}

func (s *Storage) verify(ctx context.Context, c *contents) (n Counts, err error) {
	for digest := range c.blobs {
		have, err := action.Digest(s.in(blobName(digest)))
		if err != nil {
			return n, err
		}
		if "sha256:"+have != digest {
			return n, fmt.Errorf("blob %.19s has other bytes: restore the storage from a backup", digest)
		}
		n.Blobs++
		if err := ctx.Err(); err != nil {
			return n, err
		}
	}
	for name, r := range c.repos {
		for digest := range r.layers {
			if _, there := c.blobs[digest]; !there {
				return n, fmt.Errorf("%s has the layer %.19s, whose bytes are gone", name, digest)
			}
		}
		for tag, digest := range r.tags {
			if !r.revisions[digest] {
				return n, fmt.Errorf("the tag %s of %s leads to %.19s, which it has not", tag, name, digest)
			}
			n.Tags++
		}
		for digest := range r.revisions {
			if err := s.whole(c, r, digest); err != nil {
				return n, fmt.Errorf("%s: %w", name, err)
			}
			n.Manifests++
		}
	}
	return n, nil
}

// whole holds a manifest against what there is.
func (s *Storage) whole(c *contents, r *repo, digest string) error {
	d, err := s.manifest(digest)
	if err != nil {
		return err
	}
	for _, p := range d.parts() {
		if size, there := c.blobs[p.Digest]; !there || size != p.Size || !r.layers[p.Digest] {
			return fmt.Errorf("manifest %.19s needs blob %.80q of %d bytes, which is not there", digest, p.Digest, p.Size)
		}
	}
	for _, p := range d.Manifests {
		if !r.revisions[p.Digest] {
			return fmt.Errorf("manifest %.19s lists manifest %.80q, which is not there", digest, p.Digest)
		}
	}
	return nil
}
