// SPDX-License-Identifier: MIT

package tree

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Verify holds every file of what readers see, and every object, against its digest. What is gone or has other bytes is rejected;
// what can't be read is an error.
func (s *Store) Verify(ctx context.Context) (files int, err error) {
	index, generation, err := s.Current()
	if err != nil {
		return 0, err
	}
	root := s.in(generationsName, generation)
	seen := map[string]bool{IndexName: true}
	for _, f := range index.Files {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		for _, name := range []string{s.Place(generation, f.Path), s.in(objectsName, f.SHA256)} {
			switch have, err := action.Digest(name); {
			case err != nil && !errors.Is(err, fs.ErrNotExist):
				return 0, fmt.Errorf("verify %s: %w", s.Dir, err)
			case err != nil || have != f.SHA256:
				return 0, action.Reject(errors.Join(fmt.Errorf("verify %s: %s is not what the index lists: restore the storage from a backup", s.Dir, name), err))
			}
		}
		seen[f.Path] = true
	}
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err == nil && !seen[filepath.ToSlash(rel)] {
			err = action.Reject(fmt.Errorf("verify %s: %s is not in the index", s.Dir, name))
		}
		return err
	})
	return len(index.Files), err
}

// Copy brings what readers of one folder see into another, as one transaction of the other: a backup, and the way back.
// Every file's digest is computed while it is copied, and once more of what has arrived. It resumes what was stopped. A
// folder that has a version, or another file that never changes, which the source lacks is left as it is: the source was set
// back.
func Copy(ctx context.Context, from, to *Store) (files int, err error) {
	index, generation, err := from.Current()
	if err != nil {
		return 0, err
	}
	if generation == "" {
		return 0, fmt.Errorf("copy %s: nothing is published there", from.Dir)
	}
	have, base, err := to.Current()
	if err != nil {
		return 0, err
	}
	if err := covers(index, have); err != nil {
		return 0, fmt.Errorf("copy %s to %s: %w", from.Dir, to.Dir, err)
	}
	c := &Change{Base: base, Next: generation, entries: index.Files}
	if c.index, _, err = index.encode(); err != nil {
		return 0, err
	}
	for _, f := range index.Files {
		name := from.in(objectsName, f.SHA256)
		c.items = append(c.items, Item{f, true, func() (io.ReadCloser, error) {
			object, err := os.Open(name)
			return object, action.Needed(err)
		}})
	}
	if err := to.Commit(ctx, c); err != nil {
		return 0, fmt.Errorf("copy %s: %w", from.Dir, err)
	}
	return to.Verify(ctx)
}

// covers says whether all that must never be lost of an index is in another: versions, files of releases and modules, and the
// roots of a TUF repository.
func covers(index, earlier *Index) error {
	for _, v := range earlier.Versions {
		if !slices.Contains(index.Versions, v) {
			return fmt.Errorf("%s is there, and not what replaces it", v.Version)
		}
	}
	for _, r := range earlier.Revoked {
		if _, there := index.Revocation(r.Version); !there {
			return fmt.Errorf("%s is revoked there, and not in what replaces it", r.Version)
		}
	}
	for _, f := range earlier.Files {
		lasting := strings.HasPrefix(f.Path, "releases/") || strings.HasPrefix(f.Path, goFolder) && strings.HasSuffix(f.Path, ".zip") ||
			strings.HasPrefix(f.Path, "tuf/") && strings.HasSuffix(f.Path, ".root.json") // whoever has seen a root takes no earlier one
		if have, there := index.find(f.Path); lasting && (!there || have != f) {
			return fmt.Errorf("%s is there, and not in what replaces it", f.Path)
		}
	}
	return nil
}

// Prune removes all but the newest generations, and objects that none of the rest has. What readers see stays, and so does
// every released version: a generation that has one which readers do not see is an error, before anything is removed. It may
// be stopped at any time and run again.
func (s *Store) Prune(ctx context.Context, keep int) (generations, objects int, err error) {
	if keep < 1 {
		return 0, 0, errors.New("prune: at least the generation that readers see is kept")
	}
	index, current, err := s.Current()
	if err != nil {
		return 0, 0, err
	}
	if current == "" {
		return 0, 0, fmt.Errorf("prune %s: nothing is published there", s.Dir)
	}
	held, err := s.lock()
	if err != nil {
		return 0, 0, fmt.Errorf("prune %s: %w", s.Dir, err)
	}
	defer held.Close()
	// Whoever published in between holds readers to another state.
	if err := s.unmoved(ctx, &Change{Base: current}); err != nil {
		return 0, 0, fmt.Errorf("prune %s: %w", s.Dir, err)
	}
	if err := s.sweep(ctx, nil); err != nil {
		return 0, 0, fmt.Errorf("prune %s: %w", s.Dir, err)
	}
	old, used, err := s.old(index, current, keep)
	if err == nil {
		generations, err = s.dropGenerations(ctx, old)
	}
	if err == nil {
		objects, err = s.dropObjects(ctx, used)
	}
	if err != nil {
		return generations, objects, fmt.Errorf("prune %s: %w", s.Dir, err)
	}
	s.step("done")
	return generations, objects, nil
}

// old are the generations to remove, and the digests that the others have.
func (s *Store) old(index *Index, current string, keep int) (old []string, used map[string]bool, err error) {
	entries, err := os.ReadDir(s.in(generationsName))
	if err != nil {
		return nil, nil, err
	}
	type aged struct {
		name string
		time time.Time
	}
	var all []aged
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return nil, nil, err
		}
		if e.Name() != current {
			all = append(all, aged{e.Name(), info.ModTime()})
		}
	}
	slices.SortFunc(all, func(a, b aged) int { return cmp.Or(b.time.Compare(a.time), strings.Compare(a.name, b.name)) })
	used = map[string]bool{}
	for _, f := range index.Files {
		used[f.SHA256] = true
	}
	for i, g := range all {
		x, err := s.generationIndex(g.name)
		if err != nil {
			return nil, nil, err
		}
		if err := covers(index, x); err != nil {
			return nil, nil, fmt.Errorf("generation %.12s: %w; the folder was set back: publish or restore what is missing first", g.name, err)
		}
		if i+1 >= keep {
			old = append(old, g.name)
			continue
		}
		for _, f := range x.Files {
			used[f.SHA256] = true
		}
	}
	return old, used, nil
}

// generationIndex reads the index of any generation. One that is gone, or has other bytes, is rejected.
func (s *Store) generationIndex(name string) (*Index, error) {
	text, err := upTo(s.in(generationsName, name, IndexName), MaxIndex+1) // a longer one has another digest
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, damaged(s.Dir, fmt.Sprintf("generation %.12s has no index", name), err)
	case err != nil:
		return nil, err
	case action.DigestOf(text) != name:
		return nil, damaged(s.Dir, fmt.Sprintf("the index is not that of generation %.12s: it was changed", name), nil)
	}
	return ParseIndex(text)
}

// dropGenerations takes each away by a rename, so that none is ever seen in part under its name.
func (s *Store) dropGenerations(ctx context.Context, old []string) (n int, err error) {
	for _, name := range old {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		away := s.in(generationsName, temporary+name)
		if err := os.Rename(s.in(generationsName, name), away); err != nil {
			return n, err
		}
		s.step("generation taken away")
		if err := os.RemoveAll(away); err != nil {
			return n, err
		}
		s.step("generation removed")
		n++
	}
	return n, action.SyncFolder(s.in(generationsName))
}

func (s *Store) dropObjects(ctx context.Context, used map[string]bool) (n int, err error) {
	entries, err := os.ReadDir(s.in(objectsName))
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		if used[e.Name()] {
			continue
		}
		if err := os.Remove(s.in(objectsName, e.Name())); err != nil {
			return n, err
		}
		s.step("object removed")
		n++
	}
	return n, action.SyncFolder(s.in(objectsName))
}
