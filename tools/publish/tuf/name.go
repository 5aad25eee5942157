// SPDX-License-Identifier: MIT

package tuf

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"golang.org/x/mod/semver"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
)

// The channels.
const (
	Stable    = "stable"
	Candidate = "candidate"
)

// Places in a generation of the tree.
const (
	metadataFolder = "tuf/metadata/"
	targetsFolder  = "tuf/targets/"
)

// maxDepth bounds how deep the files of a release lie under the folder of their version: a pattern of a delegation stands
// for one depth.
const maxDepth = 6

var (
	delegated  = regexp.MustCompile(`^(stable|candidate)-(v(?:0|[1-9][0-9]{0,8}))$`)
	stagedName = regexp.MustCompile(`^([1-9][0-9]{0,17})\.([a-z][a-z0-9-]{0,63})\.json$`)
)

// RoleOf is the delegated role that lists a version, which has a leading v.
func RoleOf(version string) (string, error) {
	if semver.Canonical(version) != version || !semver.IsValid(version) {
		return "", fmt.Errorf("find role of %.40q: it is no canonical version, such as v1.2.0", version)
	}
	channel := Stable
	if semver.Prerelease(version) != "" {
		channel = Candidate
	}
	return channel + "-" + semver.Major(version), nil
}

// folderOf is where the targets of a version are.
func folderOf(version string) (string, error) {
	role, err := RoleOf(version)
	if err != nil {
		return "", err
	}
	return strings.Replace(role, "-", "/", 1) + "/" + version + "/", nil
}

// patterns are the paths that a delegated role may list. A * stands for one element of a path.
func patterns(role string) []string {
	m := delegated.FindStringSubmatch(role)
	var out []string
	for depth := range maxDepth {
		out = append(out, m[1]+"/"+m[2]+"/*"+strings.Repeat("/*", depth+1))
	}
	return out
}

// checkTarget admits the names that a delegated role may list. A pattern alone would let stable/v1/../x through.
func checkTarget(role, name string) error {
	if !fs.ValidPath(name) {
		return fmt.Errorf("%s lists %.100q, which is no plain path", role, name)
	}
	d := metadata.DelegatedRole{Paths: patterns(role)}
	if ok, err := d.IsDelegatedPath(name); err != nil || !ok {
		return fmt.Errorf("%s lists %.100q, which it may not", role, name)
	}
	return nil
}

// served is where the file of a target lies in the tree: consistent snapshots put its digest before the name.
func served(name, sha256 string) string {
	return targetsFolder + path.Dir(name) + "/" + sha256 + "." + path.Base(name)
}

// Items are the files of a release as targets: the same bytes as tree.Release lays out, under the names that clients of TUF
// ask for.
func Items(dir, version string, files []tree.File) ([]tree.Item, error) {
	folder, err := folderOf(version)
	if err != nil {
		return nil, err
	}
	items := tree.Release(dir, version, files)
	for i, f := range files {
		items[i].Path = served(folder+f.Path, f.SHA256)
	}
	return items, nil
}
