// SPDX-License-Identifier: MIT

// Package archive makes the release archives. The value Archive lists what an archive holds; everything is "add, check
// the rules, prefix, write". Nothing here reads a clock, a folder's order or a file's metadata: the time is data, the mode
// is a function of the name, owners are 0 with empty names, and files are in the order of their names' bytes. The same
// Archive therefore always becomes the same bytes, as long as the Go release that compresses is the same: Go 1.27 deflates
// differently from 1.26.
//
// Folders are implied by the files and never listed. Contents are opened when they are written, and streamed.
//
// Reading archives is left to others on purpose: a verifier that shared this code would share its mistakes.
package archive

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// MaxFiles bounds the number of files of one archive.
const MaxFiles = 10_000

// level is what deflate compresses with. 9 would take four times as long for two thousandths less.
const level = 8

// MaxName bounds a file's name, prefix included, in bytes. It is what a USTAR header holds in its name field, so that no
// archive needs the extensions that readers treat differently.
const MaxName = 100

// An Archive is a collection of files, ordered by the bytes of their names.
type Archive struct {
	Files []File
}

// A File is one file of an archive.
type File struct {
	Name   string      // slash-separated, relative
	Time   time.Time   // modification time, in whole seconds
	Mode   fs.FileMode // permission bits
	Source Source      // contents
}

// Add puts a file where its name belongs. The mode is that of ModeOf(name). A name that is unsafe, or that means the same
// file as another on some file system, is an error.
func (a *Archive) Add(name string, source Source) error {
	if err := checkName(name); err != nil {
		return err
	}
	if len(a.Files) >= MaxFiles {
		return fmt.Errorf("add %s: more than %d files", name, MaxFiles)
	}
	i, found := slices.BinarySearchFunc(a.Files, name, func(f File, name string) int { return strings.Compare(f.Name, name) })
	if found {
		return fmt.Errorf("add %s: there is already a file of that name", name)
	}
	a.Files = slices.Insert(a.Files, i, File{Name: name, Mode: ModeOf(name), Source: source})
	return nil
}

// AddPrefix puts prefix and a slash before every name. Modes stay.
func (a *Archive) AddPrefix(prefix string) {
	for i := range a.Files {
		a.Files[i].Name = prefix + "/" + a.Files[i].Name
	}
}

// SetTime sets the modification time of every file.
func (a *Archive) SetTime(t time.Time) {
	for i := range a.Files {
		a.Files[i].Time = t
	}
}

// ModeOf is the mode of a file of that name: programs (in a folder bin) and shared libraries may be run, nothing else.
func ModeOf(name string) fs.FileMode {
	dir, base := path.Split(name)
	if path.Base(dir) == "bin" || strings.HasSuffix(base, ".so") || strings.HasSuffix(base, ".dylib") {
		return 0o755
	}
	return 0o644
}

// Match reports whether name matches pattern: path.Match, and a last element ** stands for any further elements, at
// least one.
func Match(pattern, name string) (bool, error) {
	if dir, ok := strings.CutSuffix(pattern, "/**"); ok {
		elements := strings.Split(name, "/")
		depth := strings.Count(dir, "/") + 1
		if len(elements) <= depth {
			_, err := path.Match(dir, "")
			return false, err
		}
		pattern, name = dir, strings.Join(elements[:depth], "/")
	}
	ok, err := path.Match(pattern, name)
	if err != nil {
		return false, fmt.Errorf("pattern %s: %w", pattern, err)
	}
	return ok, nil
}
