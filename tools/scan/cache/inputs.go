// SPDX-License-Identifier: MIT

package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
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

// unreadable stands for the digest of what nobody can read who runs this, and so no scanner.
const unreadable = "not readable"

// Digest reads the files of the tree at root, and beside them the sources that lie there and that git ignores: a compiler
// reads those as well. A file of the tree that cannot be read is an error, which names it. What git ignores may be anything,
// also a folder of another user: what cannot be read of it is no source to anybody here, and is remembered as that.
func Digest(root string, files []string, links map[string]string) (*Inputs, error) {
	sum := func(name string) (string, error) { return action.Digest(filepath.Join(root, filepath.FromSlash(name))) }
	return digest(os.DirFS(root), sum, files, links)
}

func digest(tree fs.FS, sum func(name string) (string, error), files []string, links map[string]string) (*Inputs, error) {
	in := &Inputs{map[string]string{}}
	for name, target := range links {
		in.sums[name] = "link to " + target
	}
	for _, name := range files {
		s, err := sum(name)
		if err != nil {
			advice := ""
			if errors.Is(err, fs.ErrPermission) {
				advice = "; make it readable, or remove it"
			}
			return nil, fmt.Errorf("read inputs: %s, a file of the tree: %w%s", name, cause(err), advice)
		}
		in.sums[name] = s
	}
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case name == "." && err != nil:
			return err
		case err != nil:
			in.sums[name] = unreadable
			return fs.SkipDir
		case d.IsDir() && d.Name() == ".git":
			return fs.SkipDir
		case d.Type().IsRegular() && in.sums[name] == "" && Source(name):
			if in.sums[name], err = sum(name); err != nil {
				in.sums[name] = unreadable
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read inputs: %w", err)
	}
	return in, nil
}

// cause is an error without the name of the file on this machine.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
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
