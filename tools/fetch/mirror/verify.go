// SPDX-License-Identifier: MIT

package mirror

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/fetch/verified"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// Verify holds every file of a folder against its index, and every release against the policy.
func Verify(ctx context.Context, folder string, p *policy.Policy, now time.Time) (*Result, error) {
	store := &tree.Store{Dir: folder}
	index, generation, err := store.Current()
	if err != nil {
		return nil, damaged(err)
	}
	if generation == "" {
		return nil, source.Refuse(source.NotInstalled, "verify %s: there is no mirror", folder)
	}
	dir := store.Place(generation, ".")
	listed := map[string]tree.File{}
	for _, f := range index.Files {
		listed[filepath.FromSlash(f.Path)] = f
	}
	if err := files(ctx, dir, listed); err != nil {
		return nil, err
	}
	for _, v := range index.Versions {
		if err := source.CheckVersion(v.Version); err != nil {
			return nil, err
		}
		release := filepath.Join(dir, filepath.FromSlash(tree.ReleaseFolder(v.Version)))
		if err := verified.Verify(ctx, release, v.Version, "", p, now); err != nil {
			return nil, err
		}
		sum, err := action.Digest(filepath.Join(release, manifest.FileName))
		if err != nil {
			return nil, fmt.Errorf("verify %s: %w", v.Version, err)
		}
		if sum != v.Manifest {
			return nil, source.Refuse(source.BadDigest, "the index names another manifest of %s", v.Version)
		}
	}
	return &Result{Folder: folder, Generation: generation, Versions: index.Names(), Added: []string{}}, nil
}

// damaged refuses a folder of which a store says that it is damaged. What can't be read says nothing about it.
func damaged(err error) error {
	if action.Code(err) != action.Rejected {
		return err
	}
	return source.Refuse(source.Damaged, "%w", err)
}

// files compares what is there with what is listed.
func files(ctx context.Context, dir string, listed map[string]tree.File) error {
	seen := 0
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil || rel == tree.IndexName {
			return errors.Join(err, ctx.Err())
		}
		f, ok := listed[rel]
		if !ok {
			return source.Refuse(source.Damaged, "%s is not in the index", rel)
		}
		info, err := os.Lstat(name)
		if err != nil {
			return err
		}
		sum := ""
		if info.Mode().IsRegular() {
			if sum, err = action.Digest(name); err != nil {
				return err
			}
		}
		if seen++; sum != f.SHA256 || info.Size() != f.Size {
			return source.Refuse(source.Damaged, "%s is not what the index lists", rel)
		}
		return ctx.Err()
	})
	if err == nil && seen != len(listed) {
		err = source.Refuse(source.Damaged, "%d of %d files of the index are there", seen, len(listed))
	}
	if err != nil {
		return fmt.Errorf("verify mirror: %w", err)
	}
	return nil
}
