// SPDX-License-Identifier: MIT

// Package install keeps releases in a folder, one of which is in use.
//
//	ROOT/current               a link to versions/NAME: all that users name, such as ROOT/current/bin/gosqlite. On Windows, where
//	                           links take a right of their own, a file with the line versions/NAME
//	ROOT/versions/NAME/        an unpacked archive; NAME is VERSION_PLATFORM, and .2 and so on after a repair
//	  release/                   the files of the release that it was verified by, so that it can be verified again
//	ROOT/state.json            what was verified here before, and where from
//	ROOT/tuf/                  metadata of a TUF repository that was seen last
//	ROOT/staging/              what is on its way
//	ROOT/lock                  held by who changes something
//
// # One switch
//
// Files come into staging/ and are verified there by the user's policy, archive included, before anything is unpacked. What
// was unpacked is synced and renamed to versions/NAME. The last step renames a new link, or file, over current. Whoever stops before
// it leaves current as it was; the next run uses what it finds after its digests were computed anew.
//
// # Going back
//
// state.json remembers the manifest of each version that was verified here. A lower version than the highest of them is
// refused, and so is a version whose manifest is another than before. Without the record, what is installed still counts.
// It has the versions of the metadata in tuf/, too, so that neither can be lost, or set back, without the other.
package install

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/publish/lock"
)

// Names in a root.
const (
	currentName  = "current"
	nextName     = ".current.new"
	versionsName = "versions"
	stateName    = "state.json"
	stagingName  = "staging"
	partsName    = "parts"
	lockName     = "lock"
	metadataName = "tuf"
	releaseName  = "release"
)

// A Root is a folder of installed versions.
type Root struct {
	Dir string
	// Step, if it is not nil, is told each step once it is done. Tests stop a run there.
	Step func(name string)

	pointing pointer // for tests; nil is the system's
}

func (r *Root) step(name string) {
	if r.Step != nil {
		r.Step(name)
	}
}

func (r *Root) in(elem ...string) string {
	return filepath.Join(append([]string{r.Dir}, elem...)...)
}

// Metadata is the folder in which a signed source keeps what it showed last.
func (r *Root) Metadata() string { return r.in(metadataName) }

// An Installed is a folder of versions/.
type Installed struct {
	Name     string `json:"name"`
	Version  string `json:"version"` // with a leading v
	Platform string `json:"platform"`
	Current  bool   `json:"current"`
	again    int    // how often it was repaired
}

// parseName reads the name of a folder.
func parseName(name string) (Installed, bool) {
	version, rest, ok := strings.Cut(name, "_")
	platform, number, repaired := strings.Cut(rest, ".")
	again := 1
	if repaired {
		again, _ = strconv.Atoi(number)
		ok = ok && again > 1 && strconv.Itoa(again) == number
	}
	ok = ok && source.CheckVersion(version) == nil && checkPlatform(platform) == nil
	return Installed{Name: name, Version: version, Platform: platform, again: again}, ok
}

// checkPlatform refuses what is no platform's name, before a folder is called by it.
func checkPlatform(platform string) error {
	if platform == "" || strings.Trim(platform, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return fmt.Errorf("platform %.40q: want a name such as linux_amd64", platform)
	}
	return nil
}

// Installed lists the versions that are there, the lowest first.
func (r *Root) Installed() ([]Installed, error) {
	current, err := r.current()
	if err != nil && !errors.Is(err, errDangling) {
		return nil, err
	}
	entries, err := os.ReadDir(r.in(versionsName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read %s: %w", r.Dir, err)
	}
	list := []Installed{}
	for _, e := range entries {
		if i, ok := parseName(e.Name()); ok && e.IsDir() {
			i.Current = i.Name == current
			list = append(list, i)
		}
	}
	slices.SortFunc(list, func(a, b Installed) int {
		if c := semver.Compare(a.Version, b.Version); c != 0 {
			return c
		}
		if c := strings.Compare(a.Platform, b.Platform); c != 0 {
			return c
		}
		return a.again - b.again
	})
	return list, nil
}

var errDangling = errors.New("it leads to nothing")

// current is the name of the version in use; "" for none.
func (r *Root) current() (string, error) {
	target, err := r.pointer().read(r.in(currentName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("read %s: %w", r.in(currentName), err)
	}
	name, ok := strings.CutPrefix(target, versionsName+"/")
	if _, valid := parseName(name); !ok || !valid {
		return "", fmt.Errorf("read %s: it leads to %.100q, which is no installed version", r.in(currentName), target)
	}
	if info, err := os.Lstat(r.in(versionsName, name)); err != nil || !info.IsDir() {
		return name, fmt.Errorf("read %s: versions/%s: %w", r.in(currentName), name, errDangling)
	}
	return name, nil
}

// begin takes the lock, and makes the folders. A folder with something else in it is not touched.
func (r *Root) begin() (*os.File, error) {
	entries, err := os.ReadDir(r.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open %s: %w", r.Dir, err)
	}
	ours := []string{currentName, nextName, versionsName, stateName, stagingName, lockName, metadataName}
	for _, e := range entries {
		if !slices.Contains(ours, e.Name()) && !strings.HasPrefix(e.Name(), "."+stateName+".") {
			return nil, fmt.Errorf("open %s: it holds %.100q, which is none of ours; name an empty folder", r.Dir, e.Name())
		}
	}
	for _, dir := range []string{r.Dir, r.in(versionsName), r.in(stagingName), r.in(stagingName, partsName)} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("open %s: %w", r.Dir, err)
		}
	}
	held, err := lock.Take(r.in(lockName))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", r.Dir, err)
	}
	r.step("locked")
	return held, nil
}

// swap makes a version the one in use.
func (r *Root) swap(name string) error {
	if err := os.Remove(r.in(nextName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("switch to %s: %w", name, err)
	}
	if err := r.pointer().write(r.in(nextName), versionsName+"/"+name); err != nil {
		return fmt.Errorf("switch to %s: %w", name, err)
	}
	r.step("link written")
	if err := r.pointer().replace(r.in(nextName), r.in(currentName)); err != nil {
		return fmt.Errorf("switch to %s: %w", name, err)
	}
	r.step("link renamed")
	return syncFile(r.Dir)
}
