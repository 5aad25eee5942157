// SPDX-License-Identifier: MIT

package tree

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// An Item is a file that is to be published.
type Item struct {
	File
	// Fixed files never change once they are published.
	Fixed bool
	Open  func() (io.ReadCloser, error)
}

// Bytes is an item whose bytes are at hand.
func Bytes(path string, text []byte, fixed bool) Item {
	return Item{File{path, int64(len(text)), action.DigestOf(text)}, fixed, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }}
}

// What a change does to a file.
const (
	New     = "new"
	Same    = "same"
	Replace = "replace"
)

// A Difference is what a change does to one file.
type Difference struct {
	File
	Change string `json:"change"`
}

// A Change is the way from one generation to the next.
type Change struct {
	Base  string // generation that it was planned upon; "" for an empty folder
	Next  string // generation that it makes
	Files []Difference

	index   []byte
	entries []File // of the next generation
	items   []Item // what is not the same
}

// Nothing says whether all of it is published already.
func (c *Change) Nothing() bool { return c.Base == c.Next }

// A ReuseError says that a version is published with other bytes.
type ReuseError struct{ Version, Path string }

func (e *ReuseError) Error() string {
	return fmt.Sprintf("%s is published already with another %s: a version is never used twice; choose the next one", e.Version, e.Path)
}

// Plan computes the change that adds a release and items to what is published. Nothing is written.
func Plan(base *Index, generation string, version Version, items []Item) (*Change, error) {
	items = slices.Clone(items)
	slices.SortFunc(items, func(a, b Item) int { return strings.Compare(a.Path, b.Path) })
	if err := reused(base, version, items); err != nil {
		return nil, err
	}
	c := &Change{Base: generation}
	merged := map[string]File{}
	for _, f := range base.Files {
		merged[f.Path] = f
	}
	for i, item := range items {
		if i > 0 && items[i-1].Path == item.Path {
			return nil, fmt.Errorf("plan %s: two files have this name", item.Path)
		}
		old, there := base.find(item.Path)
		d := Difference{item.File, New}
		switch {
		case there && old == item.File:
			d.Change = Same
		case there && item.Fixed:
			return nil, &ReuseError{version.Version, item.Path}
		case there:
			d.Change = Replace
		}
		if d.Change != Same {
			c.items = append(c.items, item)
		}
		c.Files = append(c.Files, d)
		merged[item.Path] = item.File
	}
	next := &Index{Schema: Schema, Versions: slices.Clone(base.Versions), Revoked: slices.Clone(base.Revoked), Files: []File{}}
	if version != (Version{}) && !slices.Contains(next.Versions, version) {
		next.Versions = append(next.Versions, version)
	}
	slices.SortFunc(next.Versions, func(a, b Version) int {
		return cmp.Or(semver.Compare(a.Version, b.Version), strings.Compare(a.Version, b.Version))
	})
	for _, f := range merged {
		next.Files = append(next.Files, f)
	}
	slices.SortFunc(next.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	if err := foldersAreNoFiles(next.Files); err != nil {
		return nil, err
	}
	var err error
	c.entries = next.Files
	c.index, c.Next, err = next.encode()
	return c, err
}

// reused compares the release's folder as a whole: neither may lack a file that the other has.
func reused(base *Index, version Version, items []Item) error {
	if version == (Version{}) { // see Update
		return nil
	}
	if semver.Canonical(version.Version) != version.Version {
		return fmt.Errorf("plan version %.40q: it is no canonical version", version.Version)
	}
	there := false
	for _, v := range base.Versions {
		if v.Version == version.Version {
			there = true
			if v != version {
				return &ReuseError{version.Version, "manifest.json"}
			}
		}
	}
	folder := ReleaseFolder(version.Version) + "/"
	fresh := map[string]bool{}
	for _, item := range items {
		fresh[item.Path] = true
		if _, old := base.find(item.Path); there && !old && strings.HasPrefix(item.Path, folder) {
			return &ReuseError{version.Version, "set of files: it lacks " + strings.TrimPrefix(item.Path, folder)}
		}
	}
	for _, f := range base.Files {
		if strings.HasPrefix(f.Path, folder) && !fresh[f.Path] {
			return &ReuseError{version.Version, "set of files: it has " + strings.TrimPrefix(f.Path, folder)}
		}
	}
	return nil
}

// foldersAreNoFiles refuses a/b beside a, which no file system holds.
func foldersAreNoFiles(files []File) error {
	names := map[string]bool{}
	for _, f := range files {
		names[f.Path] = true
	}
	for _, f := range files {
		for dir := f.Path; ; {
			i := strings.LastIndexByte(dir, '/')
			if i < 0 {
				break
			}
			if dir = dir[:i]; names[dir] {
				return errors.New("plan " + f.Path + ": " + dir + " is a file")
			}
		}
	}
	return nil
}
