// SPDX-License-Identifier: MIT

package cache

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Inputs are the files of a tree with their digests.
type Inputs struct {
	sums map[string]string // by slash-separated name: SHA-256 in hexadecimal, or where a link leads to
}

// sources are the endings of files that the go command and C compilers read: https://pkg.go.dev/go/build#Context.MatchFile
var sources = []string{
	".go", ".mod", ".sum", ".work", ".c", ".cc", ".cpp", ".cxx", ".m", ".h", ".hh", ".hpp", ".hxx", ".inc", ".def",
	".f", ".F", ".for", ".f90", ".s", ".S", ".sx", ".swig", ".swigcxx", ".syso",
}

// Source reports whether what a file says matters to whoever reads Go or C.
func Source(name string) bool {
	base := path.Base(name)
	return slices.Contains(sources, path.Ext(name)) || base == "modules.txt" || base == "staticcheck.conf"
}

// All reports that what any file says matters.
func All(string) bool { return true }

// Digest reads the files of the tree at root, and beside them the sources that lie there and that git ignores: a compiler
// reads those as well.
func Digest(root string, files []string, links map[string]string) (*Inputs, error) {
	in := &Inputs{map[string]string{}}
	for name, target := range links {
		in.sums[name] = "link to " + target
	}
	for _, name := range files {
		if err := in.add(root, name); err != nil {
			return nil, err
		}
	}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == ".git" {
			return skip(err)
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		if name := filepath.ToSlash(rel); d.Type().IsRegular() && in.sums[name] == "" && Source(name) {
			return in.add(root, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read inputs: %w", err)
	}
	return in, nil
}

// skip ends the walk with an error, or leaves a folder out.
func skip(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}

func (in *Inputs) add(root, name string) error {
	sum, err := action.Digest(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		return fmt.Errorf("read inputs: %w", err)
	}
	in.sums[name] = sum
	return nil
}

// Part is the files that are read, with their digests.
func (in *Inputs) Part(read func(name string) bool) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(in.sums)) {
		if read(name) {
			fmt.Fprintf(&b, "%q %s\n", name, in.sums[name])
		}
	}
	return b.String()
}

// Go is the sources with their digests, and the names of all other files, by which a package that embeds files can be loaded
// or not.
func (in *Inputs) Go() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(in.sums)) {
		if !Source(name) {
			fmt.Fprintf(&b, "%q\n", name)
		}
	}
	return in.Part(Source) + b.String()
}
