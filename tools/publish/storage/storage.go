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
//	.removed/                                                 what a prune has taken away, and not removed yet
//
// The tags sha256-HEX list referrers of a manifest (OCI distribution 1.1, referrers tag schema).
//
// Damage is rejected. What can't be read, as without the right to, and a run that was ended are errors that say nothing about the
// storage.
package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"

	"github.com/gosqlite/gosqlite/tools/publish/lock"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
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

// removedName is where a folder goes in one step, before it is removed file by file.
const removedName = ".removed"

// A Storage is a folder of a registry that is stopped.
type Storage struct {
	// Step, if it is not nil, is told each step that changes something once it is done. Tests stop a run there.
	Step func(name string)

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

func (s *Storage) step(name string) {
	if s.Step != nil {
		s.Step(name)
	}
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

// files lists all files below base with their sizes, but what is on its way or was taken away. Anything that is no file or folder is
// refused.
func (s *Storage) files(ctx context.Context) ([]tree.File, error) {
	var files []tree.File
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
		case uploadForm.MatchString(rel + "/"), rel == removedName:
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return ctx.Err()
		case !d.Type().IsRegular():
			return damaged("%s is no regular file", name)
		case len(files) >= maxEntries:
			return fmt.Errorf("more than %d files", maxEntries)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		files = append(files, tree.File{Path: rel, Size: info.Size()})
		return ctx.Err()
	})
	return files, err
}

// A repo is what one repository has, by digest and tag.
type repo struct {
	layers, revisions map[string]bool
	tags              map[string]string   // digest by tag
	earlier           map[string][]string // digests that a tag ever named; one that is not in tags names nothing
}

// contents is what the storage has.
type contents struct {
	files []tree.File      // with the digests that they have to have
	blobs map[string]int64 // sizes, by digest
	repos map[string]*repo
}

// read lists the storage, and refuses names that the driver does not make: what is not understood is not passed by.
func (s *Storage) read(ctx context.Context) (*contents, error) {
	files, err := s.files(ctx)
	if err != nil {
		return nil, err
	}
	c := &contents{files: files, blobs: map[string]int64{}, repos: map[string]*repo{}}
	of := func(name string) *repo {
		if c.repos[name] == nil {
			c.repos[name] = &repo{map[string]bool{}, map[string]bool{}, map[string]string{}, map[string][]string{}}
		}
		return c.repos[name]
	}
	for i, f := range files {
		if m := blobForm.FindStringSubmatch(f.Path); m != nil {
			files[i].SHA256 = m[1]
			c.blobs["sha256:"+m[1]] = f.Size
			continue
		}
		digest, err := s.link(f.Path)
		if err != nil {
			return nil, err
		}
		files[i].SHA256 = action.DigestOf([]byte(digest))
		if m := linkForm.FindStringSubmatch(f.Path); m != nil && digest == "sha256:"+m[3] {
			if m[2] == "_layers" {
				of(m[1]).layers[digest] = true
			} else {
				of(m[1]).revisions[digest] = true
			}
		} else if m := currentForm.FindStringSubmatch(f.Path); m != nil {
			of(m[1]).tags[m[2]] = digest
		} else if m := earlierForm.FindStringSubmatch(f.Path); m != nil && digest == "sha256:"+m[3] {
			of(m[1]).earlier[m[2]] = append(of(m[1]).earlier[m[2]], digest)
		} else {
			return nil, damaged("%s is no file of a registry, or leads elsewhere", f.Path)
		}
	}
	return c, nil
}

// link is the digest that a small file holds.
func (s *Storage) link(name string) (string, error) {
	if path.Base(name) != "link" {
		return "", damaged("%s is no file of a registry", name)
	}
	text, err := s.bytes(name, maxLink)
	if err != nil {
		return "", err
	}
	if !digestForm.Match(text) {
		return "", damaged("%s holds no digest", name)
	}
	return string(text), nil
}
