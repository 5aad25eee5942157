// SPDX-License-Identifier: MIT

package recompute

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// Limits of an archive that is looked into.
const (
	MaxMembers = 1 << 16
	MaxBytes   = 4 << 30 // of all members, unpacked
)

// release adds the digests of a release's files that the document names, and of the members of its archives. It returns
// the names of what is missing although its archive is there.
func (at Objects) release(d *graph.Document, sums map[string]map[graph.Algorithm]string) (missing map[string]bool, err error) {
	archives := map[string]bool{}
	var members []string
	for _, c := range d.Components {
		for _, digest := range c.Digests {
			switch name := digest.Name; {
			case digest.Object != graph.ReleasedFile:
			case strings.Contains(name, "/"):
				members = append(members, name)
			case !archives[name] && sums["file "+name] == nil:
				prefix := ""
				if d.Platform == "" {
					prefix = name + "/"
				}
				if archives[name], err = releasedFile(filepath.Join(at.Release, filepath.FromSlash(name)), name, prefix, sums); err != nil {
					return nil, fmt.Errorf("recompute %s: %w", name, err)
				}
			}
		}
	}
	missing = map[string]bool{}
	subject := d.Component(d.Subject).File()
	for _, name := range members {
		archive := subject
		if d.Platform == "" {
			archive, _, _ = strings.Cut(name, "/")
		}
		if archives[archive] && sums["file "+name] == nil {
			missing["file "+name] = true
		}
	}
	return missing, nil
}

// releasedFile adds the digests of a file and, if it is an archive, of its members. It says whether it is an archive that
// is at hand.
func releasedFile(name, as, prefix string, sums map[string]map[graph.Algorithm]string) (bool, error) {
	f, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil // not at hand
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	if sums["file "+as], err = sumOf(f); err != nil {
		return false, err
	}
	m := members{sums: sums, prefix: prefix}
	switch {
	case strings.HasSuffix(as, ".tar.gz"):
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return false, err
		}
		return true, m.tar(f)
	case strings.HasSuffix(as, ".zip"):
		return true, m.zip(f, info.Size())
	}
	return false, nil
}

type members struct {
	sums   map[string]map[graph.Algorithm]string
	prefix string // of the names of members
	count  int
	bytes  int64
}

func (m *members) add(name string, r io.Reader) error {
	if m.count++; m.count > MaxMembers {
		return fmt.Errorf("more than %d members", MaxMembers)
	}
	_, inside, ok := strings.Cut(path.Clean(name), "/")
	if !ok {
		return nil
	}
	key := "file " + m.prefix + inside
	if m.sums[key] != nil {
		return fmt.Errorf("member %s is there twice", name)
	}
	h := newHashes()
	n, err := io.Copy(h, io.LimitReader(r, MaxBytes-m.bytes+1))
	if m.bytes += n; m.bytes > MaxBytes {
		return fmt.Errorf("more than %d bytes", int64(MaxBytes))
	}
	m.sums[key] = h.sums()
	return err
}

func (m *members) tar(r io.Reader) error {
	z, err := gzip.NewReader(r)
	if err != nil {
		return err
	}
	for t := tar.NewReader(z); ; {
		header, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if header.Typeflag == tar.TypeReg {
			if err := m.add(header.Name, t); err != nil {
				return err
			}
		}
	}
}

func (m *members) zip(r io.ReaderAt, size int64) error {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return err
	}
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		content, err := f.Open()
		if err != nil {
			return err
		}
		err = m.add(f.Name, content)
		content.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
