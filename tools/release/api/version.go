// SPDX-License-Identifier: MIT

package api

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"time"

	"golang.org/x/mod/semver"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// VersionFile says version and date of the release that a tree builds, below its root.
const VersionFile = "tools/release/version.bzl"

// maxVersionFile bounds it, in bytes.
const maxVersionFile = 1 << 20

var (
	versionLine = regexp.MustCompile(`(?m)^VERSION = "([^"]+)"$`)
	timeLine    = regexp.MustCompile(`(?m)^RELEASE_TIME = "([^"]+)"$`)
)

// An Edition is a release that a tree builds.
type Edition struct {
	Version string    // without v
	Time    time.Time // of the release; in UTC
}

// Day is the release date, YYYY-MM-DD.
func (e Edition) Day() string { return e.Time.Format(time.DateOnly) }

// ReadEdition reads VersionFile below root.
func ReadEdition(root string) (Edition, error) {
	text, err := action.ReadFile(filepath.Join(root, filepath.FromSlash(VersionFile)), maxVersionFile)
	if err != nil {
		return Edition{}, fmt.Errorf("read the version: %w", err)
	}
	return ParseEdition(text)
}

// ParseEdition reads the text of VersionFile. It is the one reader of both lines in Go.
func ParseEdition(text []byte) (Edition, error) {
	m := versionLine.FindSubmatch(text)
	if m == nil || !semver.IsValid("v"+string(m[1])) {
		return Edition{}, errors.New("read the version: " + VersionFile + " has no line VERSION = \"...\" with a version of semver.org")
	}
	e := Edition{Version: string(m[1])}
	if m = timeLine.FindSubmatch(text); m == nil {
		return Edition{}, errors.New("read the release date: " + VersionFile + " has no line RELEASE_TIME = \"...\"")
	}
	var err error
	if e.Time, err = time.Parse("2006-01-02T15:04:05Z", string(m[1])); err != nil {
		return Edition{}, fmt.Errorf("read the release date: %s: %w; write it as 2026-11-23T00:00:00Z", VersionFile, err)
	}
	return e, nil
}

// Version is the version of the tree below root, without v.
func Version(root string) (string, error) {
	e, err := ReadEdition(root)
	return e.Version, err
}
