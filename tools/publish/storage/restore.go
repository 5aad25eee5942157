// SPDX-License-Identifier: MIT

package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/publish/lock"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// restoring begins names of what is being restored.
const restoring = ".data-"

// Restore makes a folder for a registry from a backup: FOLDER/data, which is there whole or not at all. It holds the lock that a
// registry of that folder takes. step may be nil; it is told each step once it is done, and tests stop a run there.
func Restore(ctx context.Context, from *tree.Store, dir string, step func(name string)) (n Counts, err error) {
	index, generation, err := from.Current()
	if err != nil {
		return Counts{}, err
	}
	if len(index.Under(prefix)) == 0 {
		return Counts{}, action.UsageError("restore from %s: it holds no storage of a registry", from.Dir)
	}
	if err := free(dir); err != nil { // before anything is made there
		return Counts{}, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Counts{}, err
	}
	held, err := lock.Take(filepath.Join(dir, "lock"))
	if err != nil {
		return Counts{}, fmt.Errorf("restore into %s: %w", dir, err)
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	if err := free(dir); err != nil {
		return Counts{}, err
	}
	if err := action.Sweep(dir, restoring); err != nil { // of a run that was stopped
		return Counts{}, err
	}
	temporary, err := os.MkdirTemp(dir, restoring)
	if err != nil {
		return Counts{}, err
	}
	s := &Storage{Step: step, dir: temporary}
	s.step("begun")
	n, err = s.fill(ctx, from, index, generation)
	if err != nil {
		return n, errors.Join(fmt.Errorf("restore into %s: %w", dir, err), os.RemoveAll(temporary))
	}
	if err := os.Rename(temporary, filepath.Join(dir, "data")); err != nil {
		return n, err
	}
	s.step("renamed")
	return n, action.SyncFolder(dir)
}

// free refuses a folder that has a storage.
func free(dir string) error {
	place := filepath.Join(dir, "data")
	_, err := os.Lstat(place)
	switch {
	case err == nil:
		return action.UsageError("restore into %s: %s is there; name a new folder, and move a damaged one away first", dir, place)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("restore into %s: %w", dir, err)
	}
	return nil
}

// fill copies a backup into an empty storage, and verifies it.
func (s *Storage) fill(ctx context.Context, from *tree.Store, index *tree.Index, generation string) (Counts, error) {
	folders := map[string]bool{s.dir: true}
	for _, f := range index.Under(prefix) {
		if err := ctx.Err(); err != nil {
			return Counts{}, err
		}
		name := strings.TrimPrefix(f.Path, prefix)
		to := s.in(name)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return Counts{}, err
		}
		for folder := filepath.Dir(to); !folders[folder]; folder = filepath.Dir(folder) {
			folders[folder] = true
		}
		switch sum, err := copyFile(from.Place(generation, f.Path), to, f.Size); {
		case err != nil:
			return Counts{}, err
		case sum != f.SHA256:
			return Counts{}, damaged("%s is not what the backup lists: it is damaged; take another one", f.Path)
		}
		s.step("copied " + name)
	}
	for folder := range folders {
		if err := action.SyncFolder(folder); err != nil {
			return Counts{}, err
		}
	}
	s.step("synced")
	n, err := s.Verify(ctx)
	if err == nil {
		s.step("verified")
	}
	return n, err
}

// copyFile copies a file, of at most one byte more than its size, and gives the digest of what it read.
func copyFile(from, to string, size int64) (sum string, err error) {
	r, err := os.Open(from)
	if err != nil {
		return "", action.Needed(err)
	}
	defer r.Close()
	w, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(w, h), io.LimitReader(r, size+1))
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, w.Sync(), w.Close())
}
