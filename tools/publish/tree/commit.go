// SPDX-License-Identifier: MIT

package tree

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

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Commit carries out a change as one transaction. After an error, readers see what they saw before, and the same change
// may be tried again.
func (s *Store) Commit(ctx context.Context, c *Change) error {
	if err := s.Able(); err != nil {
		return err
	}
	for _, dir := range []string{s.Dir, s.in(objectsName), s.in(generationsName)} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("publish into %s: %w", s.Dir, err)
		}
	}
	held, err := s.lock()
	if err != nil {
		return fmt.Errorf("publish into %s: %w", s.Dir, err)
	}
	defer held.Close()
	s.step("locked")
	for _, do := range []func(context.Context, *Change) error{s.unmoved, s.sweep, s.first, s.objects, s.generation, s.swap} {
		if err := do(ctx, c); err != nil {
			return fmt.Errorf("publish into %s: %w", s.Dir, err)
		}
	}
	s.step("done")
	return nil
}

// unmoved holds the folder against what the change was planned upon.
func (s *Store) unmoved(_ context.Context, c *Change) error {
	now, err := s.pointer()
	if err == nil && now != c.Base {
		err = ErrMoved
	}
	return err
}

// sweep removes what a run that was stopped left in the making.
func (s *Store) sweep(context.Context, *Change) error {
	for _, dir := range []string{objectsName, generationsName} {
		if err := action.Sweep(s.in(dir), temporary); err != nil {
			return err
		}
	}
	s.step("swept")
	return nil
}

// first refuses to begin where something was published and only the link to it is gone. What is published now may be what a
// run began that was stopped before the link.
func (s *Store) first(_ context.Context, c *Change) error {
	if c.Base != "" {
		return nil
	}
	entries, err := os.ReadDir(s.in(generationsName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if e.Name() == c.Next {
			continue
		}
		earlier, err := s.generationIndex(e.Name())
		if err != nil {
			return err
		}
		next, err := ParseIndex(c.index)
		if err == nil {
			err = covers(next, earlier)
		}
		if err != nil {
			return damaged(s.Dir, fmt.Sprintf("the link current is gone, and generation %.12s is there: restore the link", e.Name()), err)
		}
	}
	return nil
}

// objects copies the bytes that are not there yet.
func (s *Store) objects(ctx context.Context, c *Change) error {
	done := map[string]bool{} // one file can have several names, as those of a release that is in a TUF repository
	for _, item := range c.items {
		if err := ctx.Err(); err != nil {
			return err
		}
		if done[item.SHA256] {
			continue
		}
		if err := s.object(item); err != nil {
			return fmt.Errorf("copy %s: %w", item.Path, err)
		}
		done[item.SHA256] = true
	}
	if err := action.SyncFolder(s.in(objectsName)); err != nil {
		return err
	}
	s.step("objects synced")
	return nil
}

func (s *Store) object(item Item) error {
	name := s.in(objectsName, item.SHA256)
	switch have, err := action.Digest(name); {
	case err == nil && have == item.SHA256:
		return nil
	case err == nil:
		return action.Reject(fmt.Errorf("%s is there with other bytes: the storage is damaged; restore it from a backup", name))
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	from, err := item.Open()
	if err != nil {
		return err
	}
	defer from.Close()
	f, err := os.CreateTemp(s.in(objectsName), temporary)
	if err != nil {
		return err
	}
	defer f.Close()
	s.step("begun " + item.Path)
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), io.LimitReader(from, item.Size+1))
	switch {
	case err != nil:
		return err
	case n != item.Size || hex.EncodeToString(h.Sum(nil)) != item.SHA256:
		return errors.New("it changed after it was verified; nobody else may write to it")
	}
	if err := errors.Join(f.Chmod(0o444), f.Sync()); err != nil {
		return err
	}
	s.step("written " + item.Path)
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	s.step("renamed " + item.Path)
	return nil
}

// generation links the next generation together. One of its name has the same bytes, because its name is their digest, and
// it appeared whole; it is left from a run that stopped.
func (s *Store) generation(ctx context.Context, c *Change) error {
	place := s.in(generationsName, c.Next)
	if _, err := os.Stat(place); err == nil {
		return nil
	}
	dir, err := os.MkdirTemp(s.in(generationsName), temporary)
	if err != nil {
		return err
	}
	s.step("generation begun")
	folders := map[string]bool{dir: true}
	for _, f := range c.entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		for folder := filepath.Dir(name); !folders[folder]; folder = filepath.Dir(folder) {
			folders[folder] = true
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.Link(s.in(objectsName, f.SHA256), name); err != nil {
			return fmt.Errorf("link %s: %w", f.Path, err)
		}
	}
	s.step("linked")
	if err := writeSynced(filepath.Join(dir, IndexName), c.index); err != nil {
		return err
	}
	s.step("index written")
	for folder := range folders {
		if err := action.SyncFolder(folder); err != nil {
			return err
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	s.step("generation synced")
	if err := os.Rename(dir, place); err != nil {
		return err
	}
	s.step("generation renamed")
	if err := action.SyncFolder(s.in(generationsName)); err != nil {
		return err
	}
	s.step("generations synced")
	return nil
}

// swap lets readers see the next generation, unless the folder is no longer what the change was planned upon.
func (s *Store) swap(ctx context.Context, c *Change) error {
	if err := os.Remove(s.in(nextName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(generationsName+"/"+c.Next, s.in(nextName)); err != nil {
		return err
	}
	s.step("pointer written")
	// Once more: where locks do not hold, somebody may have come in between.
	if err := s.unmoved(ctx, c); err != nil {
		return errors.Join(err, os.Remove(s.in(nextName)))
	}
	if err := os.Rename(s.in(nextName), s.in(currentName)); err != nil {
		return err
	}
	s.step("pointer renamed")
	return action.SyncFolder(s.Dir)
}

func writeSynced(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o444)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}
