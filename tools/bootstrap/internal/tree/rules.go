// SPDX-License-Identifier: MIT

// Package tree selects, writes and digests the declared files of an input.
// What it writes is the same whichever channel brought the bytes.
package tree

import (
	"fmt"
	"path"
	"strings"
)

// Rules say which files of an unpacked archive are declared.
//
// Renames come first, then Files, then Exclude; all names are relative, with
// slashes. Content is changed by Insert alone.
type Rules struct {
	// Files are files or folders, "." for everything.
	Files []string `json:"files"`
	// Exclude are patterns of base names (path.Match): "x/" leaves out folders
	// of that name at any depth, "x" leaves out files.
	Exclude []string `json:"exclude,omitempty"`
	// Rename maps a file's name in the archive to its declared name.
	Rename map[string]string `json:"rename,omitempty"`
	// Executable are path patterns of the files with mode 0755; a pattern
	// without a slash is held against the base name. All others are 0644.
	Executable []string `json:"executable,omitempty"`
	// Empty are files that are made, empty, when the archive lacks them.
	Empty []string `json:"empty,omitempty"`
	// Insert adds a line to a file.
	Insert []Insert `json:"insert,omitempty"`
}

// Insert adds Line after the one line of File that begins with After.
type Insert struct {
	File  string `json:"file"`
	After string `json:"after"`
	Line  string `json:"line"`
}

// Declared maps a name of the archive to its declared name, or to false.
func (r Rules) Declared(name string) (string, bool) {
	if to, ok := r.Rename[name]; ok {
		name = to
	}
	if !r.listed(name) {
		return "", false
	}
	dirs := strings.Split(name, "/")
	base := dirs[len(dirs)-1]
	for _, pat := range r.Exclude {
		dirPat, isDir := strings.CutSuffix(pat, "/")
		if !isDir {
			if ok, _ := path.Match(pat, base); ok {
				return "", false
			}
			continue
		}
		for _, d := range dirs[:len(dirs)-1] {
			if ok, _ := path.Match(dirPat, d); ok {
				return "", false
			}
		}
	}
	return name, true
}

func (r Rules) listed(name string) bool {
	for _, f := range r.Files {
		if f == "." || f == name || strings.HasPrefix(name, f+"/") {
			return true
		}
	}
	return false
}

func (r Rules) executable(name string) bool {
	for _, pat := range r.Executable {
		subject := name
		if !strings.Contains(pat, "/") {
			subject = path.Base(name)
		}
		if ok, _ := path.Match(pat, subject); ok {
			return true
		}
	}
	return false
}

// apply returns data with the lines that the rules insert into file name.
func (r Rules) apply(name string, data []byte) ([]byte, error) {
	for _, in := range r.Insert {
		if in.File != name {
			continue
		}
		lines := strings.SplitAfter(string(data), "\n")
		at := -1
		for i, l := range lines {
			if strings.HasPrefix(l, in.After) {
				if at >= 0 {
					return nil, fmt.Errorf("insert into %s: two lines begin with %q", name, in.After)
				}
				at = i
			}
		}
		if at < 0 {
			return nil, fmt.Errorf("insert into %s: no line begins with %q", name, in.After)
		}
		lines[at] += in.Line + "\n"
		data = []byte(strings.Join(lines, ""))
	}
	return data, nil
}

func (r Rules) inserts(name string) bool {
	for _, in := range r.Insert {
		if in.File == name {
			return true
		}
	}
	return false
}

// CheckName refuses names that could leave the folder or that sha256sum would
// escape, which would make the digest hard to recompute by hand.
func CheckName(name string) error {
	if name == "" || name != path.Clean(name) || path.IsAbs(name) || name == ".." ||
		strings.HasPrefix(name, "../") || strings.ContainsAny(name, "\\\n\r\x00") || len(name) > 4096 {
		return fmt.Errorf("file name %q: not a plain relative name", name)
	}
	return nil
}
