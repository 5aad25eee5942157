// SPDX-License-Identifier: MIT

package compare

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
)

// maxLocate is the size in bytes up to which differing files are read whole to find their first difference.
const maxLocate = 512 << 20

// File is the verdict on one release file.
type File struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	SizeA  int64  `json:"size_a"`
	SizeB  int64  `json:"size_b"`
	HashA  string `json:"sha256_a"`
	HashB  string `json:"sha256_b"`
	Detail string `json:"detail,omitempty"`
	// Rule names how signatures were taken off before files that differ were found equal; empty for equal bytes.
	Rule  string `json:"rule,omitempty"`
	Place *Place `json:"place,omitempty"`
}

// Files compares two sets of files, each a map from name to path, by size, SHA-256 and the executable bit. A file of
// one side only fails.
func Files(a, b map[string]string) ([]File, error) {
	names := map[string]bool{}
	for _, side := range []map[string]string{a, b} {
		for n := range side {
			names[n] = true
		}
	}
	var out []File
	for n := range names {
		f, err := compareFile(n, a[n], b[n])
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out, nil
}

func compareFile(name, a, b string) (File, error) {
	f := File{Name: name, Status: Fail}
	var execA, execB bool
	var err error
	if a == "" {
		f.Detail = "made by build B only"
	} else if f.SizeA, f.HashA, execA, err = digest(a); err != nil {
		return f, err
	}
	if b == "" {
		f.Detail = "made by build A only"
	} else if f.SizeB, f.HashB, execB, err = digest(b); err != nil {
		return f, err
	}
	switch {
	case f.Detail != "":
	case f.HashA != f.HashB || f.SizeA != f.SizeB:
		f.Detail = "content differs"
		f.Place, err = LocateFiles(a, b)
	case execA != execB:
		f.Detail = "executable in one build only"
	default:
		f.Status = Pass
	}
	return f, err
}

// Digest gives size and SHA-256 of a regular file.
func Digest(path string) (size int64, sum string, err error) {
	size, sum, _, err = digest(path)
	return size, sum, err
}

func digest(path string) (size int64, sum string, exec bool, err error) {
	in, err := os.Open(path)
	if err != nil {
		return 0, "", false, err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return 0, "", false, err
	}
	if !info.Mode().IsRegular() {
		return 0, "", false, fmt.Errorf("read %s: not a regular file", path)
	}
	h := sha256.New()
	size, err = io.Copy(h, in)
	return size, hex.EncodeToString(h.Sum(nil)), info.Mode()&0o111 != 0, err
}

// LocateFiles is Locate for two files on disk. Files above a limit give no place.
func LocateFiles(a, b string) (*Place, error) {
	var data [2][]byte
	for i, path := range []string{a, b} {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if info.Size() > maxLocate {
			return nil, nil
		}
		if data[i], err = os.ReadFile(path); err != nil {
			return nil, err
		}
	}
	return Locate(data[0], data[1]), nil
}

// Tree lists the regular files below a folder, by slash-separated path from it. Links to files count as files; an
// empty tree is an error, since a comparison of nothing passes.
func Tree(dir string) (map[string]string, error) {
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("list %s: %s is neither file nor folder", dir, path)
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		out[filepath.ToSlash(name)] = path
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("list %s: %w", dir, ErrEmpty)
	}
	return out, nil
}

// ErrEmpty reports a folder or build without files.
var ErrEmpty = errors.New("there are no files to compare")
