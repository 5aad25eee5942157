// SPDX-License-Identifier: MIT

package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// prefix is where a backup has the storage.
const prefix = "registry/"

// Backup verifies the storage and copies it into a folder of generations, as one transaction. What the folder has of an
// earlier backup is not copied again. A folder that has a release, or another manifest of one, which the storage lacks stays
// as it is: the storage was set back. Candidates may be gone: see Prune.
func (s *Storage) Backup(ctx context.Context, to *tree.Store) (Counts, error) {
	c, err := s.read(ctx)
	if err != nil {
		return Counts{}, action.Reject(fmt.Errorf("verify storage: %w", err))
	}
	n, err := s.verify(ctx, c)
	if err != nil {
		return n, action.Reject(fmt.Errorf("verify storage: %w", err))
	}
	base, generation, err := to.Current()
	if err != nil {
		return n, err
	}
	if len(base.Files) > 0 && len(base.Under(prefix)) != len(base.Files) {
		return n, action.UsageError("back up into %s: it holds something else; name a folder of its own", to.Dir)
	}
	if err := s.lacks(c, base, to, generation); err != nil {
		return n, action.Reject(fmt.Errorf("back up into %s: %w: the storage was set back; the backup stays as it is", to.Dir, err))
	}
	var items []tree.Item
	for _, name := range c.names {
		info, err := os.Stat(s.in(name))
		if err != nil {
			return n, err
		}
		sum, err := action.Digest(s.in(name))
		if err != nil {
			return n, err
		}
		items = append(items, tree.Item{File: tree.File{Path: prefix + name, Size: info.Size(), SHA256: sum},
			Open: func() (io.ReadCloser, error) { return os.Open(s.in(name)) }})
	}
	change, err := tree.Snapshot(base, generation, items)
	if err != nil {
		return n, err
	}
	if !change.Nothing() {
		if err := to.Commit(ctx, change); err != nil {
			return n, err
		}
	}
	_, err = to.Verify(ctx)
	return n, err
}

// lacks says which release of a backup the storage has not, or has by another manifest.
func (s *Storage) lacks(c *contents, base *tree.Index, to *tree.Store, generation string) error {
	for _, f := range base.Under(prefix) {
		m := currentForm.FindStringSubmatch(strings.TrimPrefix(f.Path, prefix))
		if m == nil || !semver.IsValid(m[2]) {
			continue
		}
		text, err := to.Read(generation, f, maxLink)
		if err != nil {
			return err
		}
		now, there := "", false
		if r := c.repos[m[1]]; r != nil {
			now, there = r.tags[m[2]]
		}
		switch {
		case !there && semver.Prerelease(m[2]) == "":
			return fmt.Errorf("%s of %s is in the backup, and not in the storage", m[2], m[1])
		case there && now != string(text):
			return fmt.Errorf("%s of %s is another one in the backup", m[2], m[1])
		}
	}
	return nil
}

// Restore makes a folder for a registry from a backup: FOLDER/data, which is there whole or not at all.
func Restore(ctx context.Context, from *tree.Store, dir string) (Counts, error) {
	index, generation, err := from.Current()
	if err != nil {
		return Counts{}, err
	}
	if len(index.Under(prefix)) == 0 {
		return Counts{}, action.UsageError("restore from %s: it holds no storage of a registry", from.Dir)
	}
	place := filepath.Join(dir, "data")
	if _, err := os.Lstat(place); !errors.Is(err, fs.ErrNotExist) {
		return Counts{}, action.UsageError("restore into %s: %s is there; name a new folder, and move a damaged one away first", dir, place)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Counts{}, err
	}
	left, err := filepath.Glob(filepath.Join(dir, ".data-*")) // of a run that was stopped
	for _, name := range left {
		err = errors.Join(err, os.RemoveAll(name))
	}
	if err != nil {
		return Counts{}, err
	}
	temporary, err := os.MkdirTemp(dir, ".data-")
	if err != nil {
		return Counts{}, err
	}
	n, err := restore(ctx, from, index, generation, temporary)
	if err != nil {
		return n, errors.Join(fmt.Errorf("restore into %s: %w", dir, err), os.RemoveAll(temporary))
	}
	if err := os.Rename(temporary, place); err != nil {
		return n, err
	}
	return n, action.SyncFolder(dir)
}

func restore(ctx context.Context, from *tree.Store, index *tree.Index, generation, dir string) (Counts, error) {
	s := &Storage{dir: dir}
	folders := map[string]bool{dir: true}
	for _, f := range index.Under(prefix) {
		if err := ctx.Err(); err != nil {
			return Counts{}, err
		}
		to := s.in(strings.TrimPrefix(f.Path, prefix))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return Counts{}, err
		}
		for folder := filepath.Dir(to); !folders[folder]; folder = filepath.Dir(folder) {
			folders[folder] = true
		}
		if err := copyFile(filepath.Join(from.Dir, "generations", generation, filepath.FromSlash(f.Path)), to); err != nil {
			return Counts{}, err
		}
		if sum, err := action.Digest(to); err != nil || sum != f.SHA256 {
			return Counts{}, errors.Join(action.Reject(fmt.Errorf("%s is not what the backup lists: it is damaged; take another one", f.Path)), err)
		}
	}
	for folder := range folders {
		if err := action.SyncFolder(folder); err != nil {
			return Counts{}, err
		}
	}
	return s.Verify(ctx)
}

func copyFile(from, to string) error {
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return errors.Join(err, w.Sync(), w.Close())
}
