// SPDX-License-Identifier: MIT

package lint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// maxFile bounds what is read of one file, in bytes.
const maxFile = 16 << 20

// Tree is the set of files under check.
type Tree struct {
	Root  string            // absolute
	Files []string          // regular files: slash-separated, relative to Root, sorted
	Links map[string]string // symbolic links, named alike, and where each leads to
}

// add files a name by what stands there. A tracked file may be gone from the
// working tree, and nothing but files and links is tracked.
func (t *Tree) add(name string) error {
	file := filepath.Join(t.Root, filepath.FromSlash(name))
	info, err := os.Lstat(file)
	switch {
	case err != nil:
		return nil
	case info.Mode().IsRegular():
		t.Files = append(t.Files, name)
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(file)
		if err != nil {
			return fmt.Errorf("read link %s: %w", name, err)
		}
		t.Links[name] = target
	}
	return nil
}

// Tracked is the tree of the files that git tracks under root, and of those
// that it would track: new ones that no ignore rule names.
func Tracked(ctx context.Context, r Runner, root string) (*Tree, error) {
	res, err := r.Run(ctx, Command{Dir: root, Args: []string{"git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"}})
	if err != nil {
		return nil, fmt.Errorf("list the files of %s: %w", root, err)
	}
	if res.Exit != 0 {
		return nil, fmt.Errorf("list the files of %s: git ls-files: %s; run lint in a git clone", root, lastLines(res.Stderr))
	}
	t := &Tree{Root: root, Links: map[string]string{}}
	for name := range strings.SplitSeq(string(res.Stdout), "\x00") {
		if name == "" {
			continue
		}
		if err := t.add(name); err != nil {
			return nil, err
		}
	}
	if len(t.Files) == 0 {
		return nil, fmt.Errorf("list the files of %s: git knows none; run lint in a git clone", root)
	}
	slices.Sort(t.Files)
	t.Files = slices.Compact(t.Files)
	return t, nil
}

// Walked is the tree of all files and links under root, for folders outside git.
func Walked(root string) (*Tree, error) {
	t := &Tree{Root: root, Links: map[string]string{}}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return t.add(name)
	})
	if err != nil {
		return nil, fmt.Errorf("list the files of %s: %w", root, err)
	}
	slices.Sort(t.Files)
	return t, nil
}

// FindRoot looks for the repository's root, the folder with MODULE.bazel, in
// dir and the folders above it.
func FindRoot(dir string) (string, error) {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "MODULE.bazel")); err == nil {
			return d, nil
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("find the repository's root: no MODULE.bazel in %s or above; run lint inside the repository", dir)
		}
	}
}

// Read returns a file's content, at most 16 MiB of it.
func (t *Tree) Read(name string) ([]byte, error) {
	f, err := os.Open(filepath.Join(t.Root, filepath.FromSlash(name)))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, errors.Unwrap(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("read %s: it is larger than 16 MiB; such files do not belong into the tree", name)
	}
	return data, nil
}

// each calls see with every file that match accepts.
func (t *Tree) each(ctx context.Context, match func(name string) bool, see func(name string, data []byte)) error {
	for _, name := range t.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !match(name) {
			continue
		}
		data, err := t.Read(name)
		if err != nil {
			return err
		}
		see(name, data)
	}
	return nil
}

// Module is a Go module of the tree.
type Module struct {
	Dir  string // relative to the root; "." for the root module
	Path string // as its go.mod says
	Go   string // the go line of its go.mod
}

var (
	modulePath = regexp.MustCompile(`(?m)^module\s+(\S+)`)
	goLine     = regexp.MustCompile(`(?m)^go\s+(\S+)`)
)

// Modules are the Go modules of the tree, outermost first. A tree without one
// is an error, since there would be nothing to check.
func (t *Tree) Modules(ctx context.Context) ([]Module, error) {
	var modules []Module
	var bad error
	isMod := func(name string) bool {
		return path.Base(name) == "go.mod" && !slices.Contains(strings.Split(name, "/"), "testdata")
	}
	err := t.each(ctx, isMod, func(name string, data []byte) {
		p, g := modulePath.FindSubmatch(data), goLine.FindSubmatch(data)
		if p == nil || g == nil {
			bad = fmt.Errorf("read %s: it lacks a module or go line", name)
			return
		}
		modules = append(modules, Module{Dir: path.Dir(name), Path: string(p[1]), Go: string(g[1])})
	})
	if err == nil {
		err = bad
	}
	if err == nil && len(modules) == 0 {
		err = errors.New("find Go modules: the tree has no go.mod")
	}
	slices.SortFunc(modules, func(a, b Module) int { return strings.Compare(a.Dir, b.Dir) })
	return modules, err
}

// inside says whether a file or folder is dir or lies below it.
func inside(name, dir string) bool {
	return dir == "." || name == dir || strings.HasPrefix(name, dir+"/")
}

func isGo(name string) bool { return path.Ext(name) == ".go" }

func lineOf(data []byte, offset int) int { return 1 + bytes.Count(data[:offset], []byte("\n")) }

func exists(t *Tree, name string) bool {
	_, err := os.Stat(filepath.Join(t.Root, filepath.FromSlash(name)))
	return err == nil
}
