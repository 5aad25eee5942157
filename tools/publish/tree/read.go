// SPDX-License-Identifier: MIT

package tree

import (
	"errors"
	"fmt"
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

// Read returns a file of a generation, of at most limit bytes, after it was held against the index. Other bytes are rejected.
func (s *Store) Read(generation string, f File, limit int64) ([]byte, error) {
	text, err := readLimited(s.Place(generation, f.Path), limit)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", s.Dir, err)
	}
	if sum(text) != f.SHA256 {
		return nil, action.Reject(fmt.Errorf("read %s: %s is not what the index lists: the storage is damaged; restore it from a backup", s.Dir, f.Path))
	}
	return text, nil
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
