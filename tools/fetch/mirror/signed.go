// SPDX-License-Identifier: MIT

package mirror

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
)

// maxMetadata bounds a file of metadata that a mirror holds, in bytes.
const maxMetadata = 5_000_000

// A Repository is a signed source that is copied with its metadata, so that the copy is such a source, too.
type Repository interface {
	source.Signed
	// State is where it keeps what it showed last; Seed begins that with metadata, by its paths, where there is none.
	State() string
	Seed(metadata map[string][]byte) error
	// Metadata is what is in force, by its paths.
	Metadata(ctx context.Context) (map[string][]byte, error)
	// Target is the path of a file's bytes.
	Target(version string, f source.File) (string, error)
}

// State is where a repository that is copied into a folder keeps what it showed last. It begins anew with each run, by what
// the mirror itself shows: neither can be lost without the other.
func State(folder string) string { return filepath.Join(staging(folder), "tuf") }

func staging(folder string) string { return filepath.Clean(folder) + ".staging" }

// metadataFolder is where a mirror has the metadata.
const metadataFolder = "tuf/metadata/"

// seed lets a repository begin behind what the mirror shows. A run that was stopped has left more than that.
func (c *copying) seed(r Repository) error {
	if seen, err := r.Seen(); err == nil && seen != nil {
		return nil
	}
	if err := os.RemoveAll(r.State()); err != nil { // a part of a state, of a run that was stopped
		return err
	}
	base, generation, err := c.store.Current()
	if err != nil {
		return err
	}
	files := map[string][]byte{}
	for _, f := range base.Under(metadataFolder) {
		if files[f.Path], err = c.store.Read(generation, f, maxMetadata); err != nil {
			return damaged(err)
		}
	}
	return r.Seed(files)
}

// repository copies metadata, and the files that it lists, as the last step: who reads the copy as a repository sees the
// state before or the one after it.
func (c *copying) repository(ctx context.Context, r Repository, listed []string) error {
	base, generation, err := c.store.Current()
	if err != nil {
		return err
	}
	var items []tree.Item
	for _, v := range base.Names() {
		if !slices.Contains(listed, v) {
			continue
		}
		files, err := source.Files(ctx, r, v)
		if err != nil {
			return err
		}
		for _, f := range files {
			to, err := r.Target(v, f)
			if err != nil {
				return err
			}
			from := c.store.Place(generation, path.Join(tree.ReleaseFolder(v), f.Name))
			items = append(items, tree.Item{File: tree.File{Path: to, Size: f.Size, SHA256: f.SHA256}, Fixed: true,
				Open: func() (io.ReadCloser, error) { return os.Open(from) }})
		}
	}
	metadata, err := r.Metadata(ctx)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(metadata)) {
		items = append(items, tree.Bytes(name, metadata[name], path.Base(name) != "timestamp.json"))
	}
	change, err := tree.Update(base, generation, items)
	if err != nil {
		return source.Refuse(source.Reused, "%v", err)
	}
	if change.Nothing() {
		return nil
	}
	return c.store.Commit(ctx, change)
}

// withdraw revokes in the folder what the source revoked, and what a repository listed when it was copied and lists no more.
func (c *copying) withdraw(ctx context.Context, listed []string) error {
	names, _, err := c.store.Current()
	if err != nil {
		return err
	}
	for _, v := range names.Names() {
		base, generation, err := c.store.Current()
		if err != nil {
			return err
		}
		if _, known := base.Revocation(v); known {
			continue
		}
		reason, err := c.reason(ctx, base, v, slices.Contains(listed, v))
		if err != nil {
			return err
		}
		if reason == "" {
			continue
		}
		change, err := tree.Revoke(base, generation, tree.Revocation{Version: v, Time: c.Now().UTC().Format(time.RFC3339), Reason: reason}, nil)
		if err == nil {
			err = c.store.Commit(ctx, change)
		}
		if err != nil {
			return fmt.Errorf("withdraw %s: %w", v, err)
		}
		c.result.Withdrawn = append(c.result.Withdrawn, v)
	}
	return nil
}

// reason is why a version that the folder has should not be used; "" where nothing says so.
func (c *copying) reason(ctx context.Context, base *tree.Index, version string, listed bool) (string, error) {
	if listed {
		return source.Revoked(ctx, c.From, version)
	}
	r, ok := c.From.(Repository)
	if !ok {
		return "", nil
	}
	target, err := r.Target(version, source.File{Name: "-"})
	if err != nil || len(base.Under(path.Dir(target)+"/")) == 0 {
		return "", nil // it is from elsewhere
	}
	return "withdrawn: the signed metadata of the repository lists it no more", nil
}
