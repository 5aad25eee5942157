// SPDX-License-Identifier: MIT

// Package mirror copies a source whole into a folder of plain files, from which releases are then fetched without a network.
// The folder is laid out, and changed in one step for its readers, as package publish/tree does both.
package mirror

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/fetch/download"
	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/fetch/verified"
	"github.com/gosqlite/gosqlite/tools/publish/lock"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// maxBeside bounds what a tree has beside releases, in bytes, and each file of it.
const maxBeside = 16 << 30

// Beside is what a source has beside releases: a GOPROXY, advisories. Only its own list says what it has to be.
type Beside interface {
	Index(ctx context.Context) (*tree.Index, error)
	OpenPath(ctx context.Context, path string, from int64) (body io.ReadCloser, at int64, err error)
}

// A Request says what to copy.
type Request struct {
	From      source.Source // that is a Beside as well, if it has such files
	Folder    string
	System    string   // the operating system, as Go calls it; empty for this one
	Versions  []string // empty for all
	Policy    *policy.Policy
	Downgrade bool // admits a source that lacks a version that the folder has
	Now       func() time.Time
	Download  download.Downloader // its folder for parts is set here
}

// A Result is what was copied.
type Result struct {
	Folder     string   `json:"folder"`
	Generation string   `json:"generation"` // SHA-256 of its index
	Versions   []string `json:"versions"`   // that the folder has
	Added      []string `json:"added"`
	Withdrawn  []string `json:"withdrawn,omitempty"` // revoked since the last time
	Bytes      int64    `json:"bytes"`               // that came
}

// A copying is one run.
type copying struct {
	*Request
	store   *tree.Store
	staging string
	result  *Result
}

// Sync copies what the folder lacks. Each release is verified whole before readers see it; what was got of one that is not
// whole yet is kept in FOLDER.staging for the next run.
func Sync(ctx context.Context, q Request) (*Result, error) {
	c := &copying{&q, &tree.Store{Dir: q.Folder, System: q.System}, staging(q.Folder), &Result{Folder: q.Folder, Added: []string{}}}
	// Before anything is fetched for a folder that this system can't switch.
	if err := c.store.Able(); err != nil {
		return nil, err
	}
	if _, _, err := c.store.Current(); err != nil {
		return nil, err
	}
	c.Download.Parts = filepath.Join(c.staging, "parts")
	if err := os.MkdirAll(c.Download.Parts, 0o755); err != nil {
		return nil, err
	}
	held, err := lock.Take(filepath.Join(c.staging, "lock"))
	if err != nil {
		return nil, fmt.Errorf("copy into %s: %w", q.Folder, err)
	}
	defer held.Close()
	repository, signed := q.From.(Repository)
	if signed {
		if err := c.seed(repository); err != nil {
			return nil, err
		}
	}
	listed, err := source.Versions(ctx, q.From)
	if err != nil {
		return nil, err
	}
	if err := c.lacks(listed, signed); err != nil {
		return nil, err
	}
	versions, err := c.chosen(slices.Clone(listed))
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		if err := c.release(ctx, v); err != nil {
			return nil, fmt.Errorf("copy %s: %w", v, err)
		}
	}
	if err := c.beside(ctx); err != nil {
		return nil, fmt.Errorf("copy what lies beside releases: %w", err)
	}
	if err := c.withdraw(ctx, listed); err != nil {
		return nil, err
	}
	if signed {
		if err := c.repository(ctx, repository, listed); err != nil {
			return nil, fmt.Errorf("copy repository: %w", err)
		}
	}
	index, generation, err := c.store.Current()
	if err != nil {
		return nil, err
	}
	c.result.Generation, c.result.Versions = generation, index.Names()
	return c.result, os.RemoveAll(c.staging)
}

// lacks refuses a source that has forgotten a version. Of a signed one, that is no old state: it was withdrawn.
func (c *copying) lacks(listed []string, signed bool) error {
	base, _, err := c.store.Current()
	if err != nil {
		return err
	}
	for _, v := range base.Names() {
		if !slices.Contains(listed, v) && !signed && !c.Downgrade {
			return source.Refuse(source.Rollback, "the source lacks %s, which %s has: it shows an old state, or the version was withdrawn; ask its publisher; --allow-downgrade keeps it and goes on", v, c.Folder)
		}
	}
	return nil
}

func (c *copying) chosen(versions []string) ([]string, error) {
	if len(c.Versions) == 0 {
		return versions, nil
	}
	for _, v := range c.Versions {
		if _, err := source.Pick(versions, v, source.Candidate); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(versions, func(v string) bool { return !slices.Contains(c.Versions, v) }), nil
}

// release copies one release. One that is there is compared by its list.
func (c *copying) release(ctx context.Context, version string) error {
	files, err := source.Files(ctx, c.From, version)
	if err != nil {
		return err
	}
	base, generation, err := c.store.Current()
	if err != nil {
		return err
	}
	if slices.Contains(base.Names(), version) {
		return same(base, version, files)
	}
	x := &verified.Release{From: c.From, Files: files, Version: version, Policy: c.Policy, Now: c.Now(), Download: &c.Download, Dir: filepath.Join(c.staging, version)}
	if err := os.MkdirAll(x.Dir, 0o755); err != nil {
		return err
	}
	if err := x.Fetch(ctx); err != nil {
		return err
	}
	c.result.Bytes += x.Bytes
	if err := x.Verify(ctx); err != nil {
		return err
	}
	change, err := c.plan(x, base, generation)
	if err != nil {
		return err
	}
	if err := c.store.Commit(ctx, change); err != nil {
		return err
	}
	c.result.Added = append(c.result.Added, version)
	return os.RemoveAll(x.Dir)
}

// plan lays out a verified release, and its Go module.
func (c *copying) plan(x *verified.Release, base *tree.Index, generation string) (*tree.Change, error) {
	text, err := action.ReadFile(filepath.Join(x.Dir, manifest.FileName), manifest.MaxText)
	if err != nil {
		return nil, err
	}
	m, err := manifest.Parse(text)
	if err != nil {
		return nil, err
	}
	var files []tree.File
	sum := ""
	for _, f := range x.Files {
		name := filepath.Join(x.Dir, filepath.FromSlash(f.Name))
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		files = append(files, tree.File{Path: f.Name, Size: info.Size(), SHA256: f.SHA256})
		if f.Name == manifest.FileName {
			sum = f.SHA256
		}
	}
	module, err := tree.Module(x.Dir, m, base)
	if err != nil {
		return nil, err
	}
	return tree.Plan(base, generation, tree.Version{Version: x.Version, Manifest: sum}, append(tree.Release(x.Dir, x.Version, files), module...))
}

// same holds a release that the folder has against the source's list.
func same(base *tree.Index, version string, files []source.File) error {
	have := map[string]string{}
	for _, f := range base.Files {
		if name, ok := strings.CutPrefix(f.Path, tree.ReleaseFolder(version)+"/"); ok {
			have[name] = f.SHA256
		}
	}
	for _, f := range files {
		if have[f.Name] != f.SHA256 {
			return source.Refuse(source.Reused, "the source has another %s than the folder: a version is never used twice", f.Name)
		}
	}
	if len(files) != len(have) {
		return source.Refuse(source.Reused, "the source has %d files, and the folder %d: a version is never used twice", len(files), len(have))
	}
	return nil
}

// beside copies everything else that a tree lists, as it is: no signature is over it.
func (c *copying) beside(ctx context.Context) error {
	from, ok := c.From.(Beside)
	if !ok {
		return nil
	}
	index, err := from.Index(ctx)
	if err != nil {
		return err
	}
	base, generation, err := c.store.Current()
	if err != nil || len(base.Versions) == 0 {
		return err
	}
	last := base.Versions[len(base.Versions)-1]
	var items []tree.Item
	for _, f := range base.Files {
		if strings.HasPrefix(f.Path, tree.ReleaseFolder(last.Version)+"/") {
			items = append(items, tree.Item{File: f, Fixed: true, Open: func() (io.ReadCloser, error) { return nil, errors.New("it is there") }})
		}
	}
	held := map[tree.File]string{} // by size and digest
	for _, f := range base.Files {
		held[tree.File{Size: f.Size, SHA256: f.SHA256}] = f.Path
	}
	left := int64(maxBeside)
	for _, f := range index.Files {
		if strings.HasPrefix(f.Path, "releases/") {
			continue
		}
		name := filepath.Join(c.staging, "beside", filepath.FromSlash(f.Path))
		if path, ok := held[tree.File{Size: f.Size, SHA256: f.SHA256}]; ok {
			// A release's file once more, as the targets of a TUF repository and the Go module are: one file with two names.
			name = c.store.Place(generation, path)
		} else {
			came, err := c.Download.Fetch(ctx, func(ctx context.Context, at int64) (io.ReadCloser, int64, error) {
				return from.OpenPath(ctx, f.Path, at)
			}, source.File{Name: f.Path, Size: f.Size, SHA256: f.SHA256}, left, name)
			if c.result.Bytes += came; err != nil {
				return err
			}
			left -= f.Size
		}
		fixed := strings.Contains(f.Path, "/@v/") && !strings.HasSuffix(f.Path, "/list")
		items = append(items, tree.Item{File: f, Fixed: fixed, Open: func() (io.ReadCloser, error) { return os.Open(name) }})
	}
	change, err := tree.Plan(base, generation, last, items)
	if err != nil || change.Nothing() {
		return err
	}
	return c.store.Commit(ctx, change)
}
