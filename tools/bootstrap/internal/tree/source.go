// SPDX-License-Identifier: MIT

package tree

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Limits on what an archive may unpack to.
const (
	maxFiles = 200_000
	maxFile  = 1 << 30 // bytes
	maxTotal = 4 << 30 // bytes
)

// File is one file that a source offers.
type File struct {
	Name string // relative to the source's root, with slashes
	Open func() (io.ReadCloser, error)
}

// Source is the content of an archive or a folder.
type Source struct {
	Files []File
	Close func() error
}

// OpenZip offers the files of the zip below prefix ("" for all).
func OpenZip(file, prefix string) (*Source, error) {
	z, err := zip.OpenReader(file)
	if err != nil {
		return nil, fmt.Errorf("open archive %s: %w", filepath.Base(file), err)
	}
	src := &Source{Close: z.Close}
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		name, ok := under(f.Name, prefix)
		if !ok {
			continue
		}
		if !f.Mode().IsRegular() {
			z.Close()
			return nil, fmt.Errorf("open archive %s: %s is no regular file", filepath.Base(file), f.Name)
		}
		src.Files = append(src.Files, File{name, f.Open})
	}
	return src, nil
}

// OpenDir offers the files of a folder. Links to files count as the files.
func OpenDir(dir string) (*Source, error) {
	src := &Source{Close: func() error { return nil }}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		src.Files = append(src.Files, File{filepath.ToSlash(rel), func() (io.ReadCloser, error) {
			f, err := os.Open(p)
			if err != nil {
				return nil, err
			}
			if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
				f.Close()
				return nil, fmt.Errorf("%s is no regular file", p)
			}
			return f, nil
		}})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read folder %s: %w", dir, err)
	}
	return src, nil
}

// Into returns the source with every name put into a folder.
func (s *Source) Into(dir string) *Source {
	out := &Source{Close: s.Close}
	for _, f := range s.Files {
		out.Files = append(out.Files, File{dir + "/" + f.Name, f.Open})
	}
	return out
}

// Join offers the files of two sources; Close closes both.
func Join(a, b *Source) *Source {
	return &Source{Files: append(append([]File{}, a.Files...), b.Files...), Close: func() error {
		errB := b.Close()
		if err := a.Close(); err != nil {
			return err
		}
		return errB
	}}
}

func under(name, prefix string) (string, bool) {
	if prefix == "" {
		return name, true
	}
	return strings.CutPrefix(name, strings.TrimSuffix(prefix, "/")+"/")
}
