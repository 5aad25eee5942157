// SPDX-License-Identifier: MIT

// Package repository reads releases from a repository of The Update Framework, as package publish/tuf makes it: below one
// address or folder, tuf/metadata has what is signed and tuf/targets the bytes.
//
// The first root comes from the user, never from the repository: as a text, or as the SHA-256 of 1.root.json, which is then
// got from the repository. What was seen last is kept in a folder that belongs to the caller.
package repository

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/mod/semver"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/fetch/tuf"
	"github.com/gosqlite/gosqlite/tools/publish/onehost"
)

// Places below a repository's address, and in a folder that a server serves from.
const (
	MetadataFolder = "tuf/metadata"
	TargetsFolder  = "tuf/targets"
)

// Options are what a repository depends on.
type Options struct {
	Pin   Pin
	State string // a folder of this repository's alone; it is made where it is not there
	Now   func() time.Time
	Stall time.Duration // how long a server may send next to nothing of metadata
	// Wants says which roles are asked for; nil for all. What others list is not seen, and can do no harm.
	Wants func(channel source.Channel, major string) bool
}

// A Repository is a source. Its metadata is refreshed once, so that all of it is of one moment.
type Repository struct {
	o        Options
	base     string // address of metadata and targets, without a slash at its end
	http     *http.Client
	client   *tuf.Client // nil before it was asked
	versions []string
	files    map[string][]source.File // by version
}

var _ source.Signed = (*Repository)(nil)

// Seen are the versions of metadata that the state holds.
func (r *Repository) Seen() (map[string]int64, error) {
	seen, err := tuf.Seen(r.o.State)
	return seen, refusal(err)
}

// Fresh says, once Versions was asked, whether nothing was seen of the repository before: then nothing but the ends of its
// metadata told an old state from a new one.
func (r *Repository) Fresh() bool { return r.client != nil && r.client.Fresh() }

// Versions are those that the wanted roles list.
func (r *Repository) Versions(ctx context.Context) ([]string, error) {
	if err := r.load(ctx); err != nil {
		return nil, refusal(fmt.Errorf("ask repository: %w", err))
	}
	return r.versions, nil
}

// Release lists the files of a version.
func (r *Repository) Release(_ context.Context, version string) ([]source.File, error) {
	return r.files[version], nil
}

// Open reads a file of a version.
func (r *Repository) Open(ctx context.Context, version string, f source.File, from int64) (io.ReadCloser, int64, error) {
	role, err := roleOf(version)
	if err != nil {
		return nil, 0, err
	}
	address, err := r.client.Address(ctx, nameOf(role, version, f.Name))
	if err != nil {
		return nil, 0, refusal(err)
	}
	return onehost.Get(ctx, r.http.Do, address, from)
}

// roleOf is the role that may list a version: a pre-release, as v1.0.0-rc.1, is of the channel of candidates.
func roleOf(version string) (tuf.Role, error) {
	if err := source.CheckVersion(version); err != nil {
		return tuf.Role{}, err
	}
	channel := source.Stable
	if semver.Prerelease(version) != "" {
		channel = source.Candidate
	}
	return tuf.Role{Channel: string(channel), Major: semver.Major(version)}, nil
}

// nameOf is the target of a file.
func nameOf(role tuf.Role, version, file string) string {
	return strings.Join([]string{role.Channel, role.Major, version, file}, "/")
}

func (r *Repository) load(ctx context.Context) error {
	root, err := r.pinned(ctx)
	if err != nil {
		return err
	}
	if r.client, err = tuf.Open(tuf.Options{Root: root, MetadataURL: r.base + "/" + MetadataFolder, TargetsURL: r.base + "/" + TargetsFolder,
		State: r.o.State, HTTP: r.http, Now: r.o.Now, Limits: tuf.Limits{Window: r.o.Stall}}); err != nil {
		return err
	}
	if err := r.client.Refresh(ctx); err != nil {
		return err
	}
	roles, err := r.client.Roles(ctx)
	if err != nil {
		return err
	}
	r.versions, r.files = nil, map[string][]source.File{}
	for _, role := range roles {
		if r.o.Wants != nil && !r.o.Wants(source.Channel(role.Channel), role.Major) {
			continue
		}
		targets, err := r.client.Targets(ctx, role.Channel, role.Major)
		if err != nil {
			return err
		}
		if err := r.add(role, targets); err != nil {
			return err
		}
	}
	return nil
}

// add takes what a role lists. A version that another role should list is refused: a channel's keys sign for that channel.
func (r *Repository) add(role tuf.Role, targets []tuf.Target) error {
	for _, t := range targets {
		if of, err := roleOf(t.Version); err != nil || of != role {
			return fmt.Errorf("%w: %s-%s lists %.100q", tuf.ErrOutside, role.Channel, role.Major, t.Name)
		}
		if r.files[t.Version] == nil {
			r.versions = append(r.versions, t.Version)
		}
		r.files[t.Version] = append(r.files[t.Version], source.File{Name: t.File, Size: t.Size, SHA256: t.SHA256})
	}
	return nil
}
