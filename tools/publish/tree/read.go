// SPDX-License-Identifier: MIT

package tree

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Under lists the files whose paths begin with a prefix, in order.
func (x *Index) Under(prefix string) []File {
	var out []File
	for _, f := range x.Files {
		if strings.HasPrefix(f.Path, prefix) {
			out = append(out, f)
		}
	}
	return out
}

// Place is where a generation has the file of a path that its index lists.
func (s *Store) Place(generation, path string) string {
	return s.in(generationsName, generation, filepath.FromSlash(path))
}

// Read returns a file of a generation, of at most limit bytes, after it was held against the index. Other bytes, and a file that is
// gone, are rejected; what can't be read is an error.
func (s *Store) Read(generation string, f File, limit int64) ([]byte, error) {
	if f.Size > limit {
		return nil, fmt.Errorf("read %s: %s has %d bytes, and at most %d are taken", s.Dir, f.Path, f.Size, limit)
	}
	text, err := upTo(s.Place(generation, f.Path), f.Size+1)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("read %s: %w", s.Dir, err)
	case err != nil || action.DigestOf(text) != f.SHA256:
		return nil, damaged(s.Dir, f.Path+" is not what the index lists", err)
	}
	return text, nil
}

// damaged is the verdict that bytes of a folder are gone or other ones. cause may be nil.
func damaged(dir, what string, cause error) error {
	err := fmt.Errorf("read %s: %s: the storage is damaged; restore it from a backup", dir, what)
	return action.Reject(errors.Join(err, cause))
}

// upTo reads a file's first n bytes.
func upTo(name string, n int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, n))
}

// Update computes the change that adds items which belong to no version, or replaces those that are not fixed. Nothing is
// written.
func Update(base *Index, generation string, items []Item) (*Change, error) {
	return Plan(base, generation, Version{}, items)
}

// Snapshot computes the change to a generation that has these items and nothing else: a copy of what is no tree itself. Nothing
// is written.
func Snapshot(base *Index, generation string, items []Item) (*Change, error) {
	if len(base.Versions) > 0 {
		return nil, errors.New("plan a copy: releases are published there")
	}
	return Plan(&Index{Schema: Schema, Versions: []Version{}, Files: []File{}}, generation, Version{}, items)
}
