// SPDX-License-Identifier: MIT

// Package source is what a place of published releases looks like to who fetches them: a folder of plain files, a
// registry, a TUF repository. A source carries bytes and lists. Whose release it is, the release's own signatures say, by
// the user's policy; a source that vouches for its lists as well, as TUF does, checks that before it hands them out.
package source

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// Limits of what a source may list.
const (
	MaxVersions = 100_000
	MaxFiles    = 20_000 // of a release
	maxName     = 512    // bytes
)

// A File is one of a release.
type File struct {
	Name   string // in the release's folder, with slashes
	Size   int64  // in bytes; -1 where the source does not tell
	SHA256 string // 64 lower-case hexadecimal digits
}

// A Source is a place of published releases.
type Source interface {
	// Versions are the versions that it has, in any order.
	Versions(ctx context.Context) ([]string, error)
	// Release lists all files of a version.
	Release(ctx context.Context, version string) ([]File, error)
	// Open reads a file of a version from a byte on. It tells where the body begins: there, or at 0 where that can't be
	// done. The body may be anything of any length: the caller bounds it and holds it against the digest.
	Open(ctx context.Context, version string, f File, from int64) (body io.ReadCloser, at int64, err error)
}

// A Signed source vouches for its lists: they are signed, and they end. It keeps what it showed last in a folder of this
// machine, so that nobody can show an older state, and what a list lacks was withdrawn.
type Signed interface {
	Source
	// Seen are the versions of metadata that the folder holds, by role; none where it holds nothing.
	Seen() (map[string]int64, error)
}

// A Revoker is a source that says of versions that nobody should use them any more.
type Revoker interface {
	// Revoked is why a version is revoked, in one printable line; "" for one that is not.
	Revoked(ctx context.Context, version string) (reason string, err error)
}

// Revoked asks a source that may be a Revoker.
func Revoked(ctx context.Context, s Source, version string) (string, error) {
	r, ok := s.(Revoker)
	if !ok {
		return "", nil
	}
	reason, err := r.Revoked(ctx, version)
	if err != nil {
		return "", fmt.Errorf("ask whether %s is revoked: %w", version, err)
	}
	return reason, nil
}

// A RefusedError says that something was got and is not taken.
type RefusedError struct {
	Class string // stable, for machines
	Err   error
}

func (e *RefusedError) Error() string { return e.Err.Error() }
func (e *RefusedError) Unwrap() error { return e.Err }

// Refuse is a *RefusedError. format is that of fmt.Errorf: %w keeps a cause.
func Refuse(class, format string, args ...any) error {
	return &RefusedError{class, fmt.Errorf(format, args...)}
}

// Classes of refusals.
const (
	BadList      = "bad-list"         // names, digests or versions of a list can't be used
	BadDigest    = "digest-mismatch"  // other bytes than the list says
	TooLarge     = "too-large"        // more bytes than are taken
	Rollback     = "rollback"         // older than what is installed, or was
	Reused       = "version-reused"   // a version has other files than before
	Missing      = "missing-file"     // the list lacks what a release has
	Unverified   = "unverified"       // the policy does not pass it
	Unlisted     = "missing-version"  // no such version
	Withdrawn    = "withdrawn"        // the version was revoked, or a signed list lacks it that had it
	Expired      = "expired"          // signed metadata ended
	Unsigned     = "unsigned"         // metadata is not signed by those who have to
	Damaged      = "damaged"          // what is installed is not what was released
	LostState    = "lost-state"       // the record of what was installed is gone or old
	NoPlatform   = "missing-platform" // the release has nothing for the platform
	NotInstalled = "not-installed"
)

// Versions asks a source, and orders the versions from the lowest to the highest. Each has one, canonical, form.
func Versions(ctx context.Context, s Source) ([]string, error) {
	versions, err := s.Versions(ctx)
	if err != nil {
		return nil, err
	}
	if len(versions) > MaxVersions {
		return nil, Refuse(BadList, "list versions: more than %d", MaxVersions)
	}
	versions = slices.Clone(versions)
	for _, v := range versions {
		if err := CheckVersion(v); err != nil {
			return nil, err
		}
	}
	semver.Sort(versions)
	return slices.Compact(versions), nil
}

// CheckVersion admits what a release is called by: such as v1.0.0 or v1.0.0-rc.1.
func CheckVersion(v string) error {
	if v == "" || len(v) > maxName/4 || semver.Canonical(v) != v {
		return Refuse(BadList, "version %.100q is not such as v1.0.0 or v1.0.0-rc.1", v)
	}
	return nil
}

// Files asks a source for a version, and orders its files by name.
func Files(ctx context.Context, s Source, version string) ([]File, error) {
	files, err := s.Release(ctx, version)
	if err != nil {
		return nil, err
	}
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files, check(version, files)
}

// check admits names that every file system reads the same, none of them twice.
func check(version string, files []File) error {
	if len(files) > MaxFiles {
		return Refuse(BadList, "list %s: more than %d files", version, MaxFiles)
	}
	folded := map[string]bool{}
	for _, f := range files {
		digest, err := hex.DecodeString(f.SHA256)
		switch {
		case !plain(f.Name):
			return Refuse(BadList, "list %s: file name %.100q is no plain relative one", version, f.Name)
		case err != nil || len(digest) != 32 || strings.ToLower(f.SHA256) != f.SHA256 || f.Size < -1:
			return Refuse(BadList, "list %s: %s has no digest or size", version, f.Name)
		case folded[strings.ToLower(f.Name)]:
			return Refuse(BadList, "list %s: %s stands twice, where case does not count", version, f.Name)
		}
		folded[strings.ToLower(f.Name)] = true
	}
	for _, f := range files {
		for i := range f.Name {
			if f.Name[i] == '/' && folded[strings.ToLower(f.Name[:i])] {
				return Refuse(BadList, "list %s: %s is a file and a folder", version, f.Name[:i])
			}
		}
	}
	return nil
}

func plain(name string) bool {
	odd := func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`\:*?"<>|`, r) }
	if !fs.ValidPath(name) || name == "." || len(name) > maxName || strings.ContainsFunc(name, odd) {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasSuffix(part, ".") || strings.HasPrefix(part, ".") {
			return false
		}
	}
	return true
}
