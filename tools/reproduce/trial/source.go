// SPDX-License-Identifier: MIT

package trial

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Source is the tree that is built.
type Source interface {
	Root() string
	// Files lists the files to copy, slash-separated and relative to Root.
	Files(ctx context.Context) ([]string, error)
}

// Git is a working tree: every file that git tracks or would track, as it stands, with edits not committed yet.
type Git struct {
	Dir string // top of the tree
	// Skip leaves out files that git does not track; nil leaves out none.
	Skip func(file string) bool
}

// Root is the top of the tree.
func (g Git) Root() string { return g.Dir }

// Files asks git.
func (g Git) Files(ctx context.Context) ([]string, error) {
	tracked, err := g.list(ctx, "--cached")
	if err != nil {
		return nil, err
	}
	others, err := g.list(ctx, "--others", "--exclude-standard")
	if err != nil {
		return nil, err
	}
	if g.Skip != nil {
		others = slices.DeleteFunc(others, g.Skip)
	}
	files := append(tracked, others...)
	slices.Sort(files)
	return slices.Compact(files), nil // one with a conflict stands more than once
}

func (g Git) list(ctx context.Context, which ...string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", g.Dir, "ls-files", "-z"}, which...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list files of %s: git: %w: %s", g.Dir, err, strings.TrimSpace(stderr.String()))
	}
	return slices.DeleteFunc(strings.Split(string(out), "\x00"), func(f string) bool { return f == "" }), nil
}

// Digest identifies the tree that is built: the SHA-256 of what sha256sum prints for its files, ordered by name. A link
// stands with its target in the place of a digest, and what may be executed with the star that marks a binary file there.
func Digest(ctx context.Context, s Source) (string, error) {
	files, err := s.Files(ctx)
	if err != nil {
		return "", err
	}
	all := sha256.New()
	for _, f := range slices.Sorted(slices.Values(files)) {
		line, err := digestLine(filepath.Join(s.Root(), f))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted, and the deletion not committed yet
		}
		if err != nil {
			return "", fmt.Errorf("digest source: %w", err)
		}
		fmt.Fprintf(all, "%s%s\n", line, f)
	}
	return hex.EncodeToString(all.Sum(nil)), nil
}

func digestLine(path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := os.Readlink(path)
		return "-> " + target + "  ", err
	}
	mark := "  "
	if info.Mode()&0o111 != 0 {
		mark = " *"
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)) + mark, err
}

// copySource writes the files of the tree, in their order or in reverse.
func copySource(ctx context.Context, s Source, to string, umask int, reverse bool) error {
	files, err := s.Files(ctx)
	if err != nil {
		return err
	}
	if reverse {
		files = slices.Clone(files)
		slices.Reverse(files)
	}
	copied := 0
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !filepath.IsLocal(f) {
			return fmt.Errorf("copy %s: the name leads out of the tree", f)
		}
		err := copyFile(filepath.Join(s.Root(), f), filepath.Join(to, f), fs.FileMode(umask))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted, and the deletion not committed yet
		}
		if err != nil {
			return fmt.Errorf("copy source: %w", err)
		}
		copied++
	}
	if copied == 0 {
		return fmt.Errorf("copy %s: there are no files", s.Root())
	}
	return nil
}

// copyFile copies content, executable bit and links, with the permissions that a checkout under the umask would give.
func copyFile(from, to string, umask fs.FileMode) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777&^umask); err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is neither file nor link", from)
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	mode := 0o666 | info.Mode()&0o111
	if mode&0o111 != 0 {
		mode = 0o777
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if e := out.Chmod(mode &^ umask); err == nil {
		err = e
	}
	if e := out.Close(); err == nil {
		err = e
	}
	return err
}

// setAside copies release files into a folder and gives their new places.
func setAside(files map[string]string, dir string) (map[string]string, error) {
	out := map[string]string{}
	for _, name := range sortedKeys(files) {
		if !filepath.IsLocal(name) {
			return nil, fmt.Errorf("put %s aside: the name leads out of its folder", name)
		}
		path, err := filepath.EvalSymlinks(files[name])
		if err != nil {
			return nil, fmt.Errorf("put %s aside: %w", name, err)
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			out[name] = filepath.Join(dir, name)
			if err := copyFile(path, out[name], 0o022); err != nil {
				return nil, fmt.Errorf("put %s aside: %w", name, err)
			}
			continue
		}
		if err := setFolderAside(out, name, path, dir); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// setFolderAside copies an output that is a folder, file by file.
func setFolderAside(out map[string]string, name, path, dir string) error {
	return filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(path, p)
		if err != nil {
			return err
		}
		full := name + "/" + filepath.ToSlash(rel)
		out[full] = filepath.Join(dir, full)
		real, err := filepath.EvalSymlinks(p)
		if err != nil {
			return err
		}
		return copyFile(real, out[full], 0o022)
	})
}

// removeAll removes a tree, also one with folders that may not be written to, as some of Bazel's outputs are.
func removeAll(dir string) error {
	if os.RemoveAll(dir) == nil {
		return nil
	}
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			_ = os.Chmod(path, 0o700) // before its entries are read; what still fails, RemoveAll reports
		}
		return nil
	})
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove %s: %w", dir, err)
	}
	return nil
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
