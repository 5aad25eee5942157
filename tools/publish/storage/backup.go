// SPDX-License-Identifier: MIT

package storage

import (
	"context"
	"fmt"
	"io"
	"os"
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
		return Counts{}, fmt.Errorf("verify storage: %w", err)
	}
	n, err := s.verify(ctx, c)
	if err != nil {
		return n, fmt.Errorf("verify storage: %w", err)
	}
	base, generation, err := to.Current()
	if err != nil {
		return n, err
	}
	if len(base.Files) > 0 && len(base.Under(prefix)) != len(base.Files) {
		return n, action.UsageError("back up into %s: it holds something else; name a folder of its own", to.Dir)
	}
	if err := s.lacks(c, base, to, generation); err != nil {
		return n, fmt.Errorf("back up into %s: %w", to.Dir, err)
	}
	var items []tree.Item
	for _, f := range c.files { // whose digests were computed just now, and are once more while they are copied
		items = append(items, tree.Item{File: tree.File{Path: prefix + f.Path, Size: f.Size, SHA256: f.SHA256},
			Open: func() (io.ReadCloser, error) { return os.Open(s.in(f.Path)) }})
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

// lacks rejects a storage that was set back: a release of the backup is not in it, or is by another manifest.
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
			return damaged("%s of %s is in the backup, and not in the storage: the storage was set back; the backup stays as it is", m[2], m[1])
		case there && now != string(text):
			return damaged("%s of %s is another one in the backup: the storage was set back; the backup stays as it is", m[2], m[1])
		}
	}
	return nil
}
