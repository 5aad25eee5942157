// SPDX-License-Identifier: MIT

package install

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/verify/container"
)

// archive opens what is installed of a verified release: the archive of the platform, or that with signatures inside of its
// programs where there is one.
func archive(dir, version, platform string) (*container.Archive, *os.File, error) {
	stem := fmt.Sprintf("gosqlite_%s_%s", strings.TrimPrefix(version, "v"), platform)
	for _, name := range []string{stem + "_signed.zip", stem + "_signed.tar.gz", stem + ".zip", stem + ".tar.gz"} {
		f, err := os.Open(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		info, err := f.Stat()
		if err != nil {
			return nil, nil, errors.Join(err, f.Close())
		}
		a, err := container.Open(f, info.Size(), name)
		return a, f, err
	}
	return nil, nil, source.Refuse(source.Missing, "the release of %s has no archive for %s", version, platform)
}

// An entry is a file of an archive as it is installed.
type entry struct {
	path string // below the archive's one folder
	mode fs.FileMode
	size int64
	sum  [32]byte
}

// each hands out the entries of an archive under the names that they are installed by.
func each(a *container.Archive, use func(e entry, r io.Reader) error) error {
	folder := ""
	faults, err := a.Each(func(c container.Entry, r io.Reader) error {
		top, rest, ok := strings.Cut(c.Name, "/")
		if folder == "" {
			folder = top
		}
		first, _, _ := strings.Cut(rest, "/")
		if !ok || top != folder || !filepath.IsLocal(filepath.FromSlash(rest)) || strings.EqualFold(first, releaseName) {
			return source.Refuse(source.Unverified, "unpack: entry %.100q is not in the archive's one folder, or not ours", c.Name)
		}
		mode := fs.FileMode(0o644)
		if c.Mode&0o100 != 0 {
			mode = 0o755
		}
		return use(entry{path: rest, mode: mode, size: c.Size, sum: c.SHA256}, r)
	})
	if err == nil && len(faults) > 0 {
		err = source.Refuse(source.Unverified, "unpack: %s: %s", faults[0].Class, faults[0].Detail)
	}
	return err
}

// unpack writes the archive of a verified release beside it. Nothing gets out of dir, whatever an entry is called.
func unpack(dir, version, platform string) (files int, err error) {
	a, f, err := archive(filepath.Join(dir, releaseName), version, platform)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	root, err := os.OpenRoot(dir)
	if err != nil {
		return 0, err
	}
	defer root.Close()
	err = each(a, func(e entry, r io.Reader) error {
		files++
		if err := root.MkdirAll(path.Dir(e.path), 0o755); err != nil {
			return err
		}
		to, err := root.OpenFile(e.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, e.mode)
		if err != nil {
			return err
		}
		n, err := io.Copy(to, io.LimitReader(r, e.size+1))
		if err == nil && n != e.size {
			err = fmt.Errorf("%d bytes; its header says %d", n, e.size)
		}
		return errors.Join(err, to.Chmod(e.mode), to.Close())
	})
	if err != nil {
		return 0, fmt.Errorf("unpack %s: %w", filepath.Base(f.Name()), err)
	}
	return files, nil
}

// intact holds installed files against the archive that they came from, which was verified.
func intact(dir, version, platform string) error {
	a, f, err := archive(filepath.Join(dir, releaseName), version, platform)
	if err != nil {
		return err
	}
	defer f.Close()
	want := map[string]bool{}
	err = each(a, func(e entry, r io.Reader) error {
		want[filepath.FromSlash(e.path)] = true
		released := sha256.New()
		if _, err := io.Copy(released, r); err != nil {
			return err
		}
		return sameFile(filepath.Join(dir, filepath.FromSlash(e.path)), e, [32]byte(released.Sum(nil)))
	})
	if err != nil {
		return err
	}
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		switch {
		case err != nil:
			return err
		case d.IsDir() && rel == releaseName:
			return filepath.SkipDir
		case !d.IsDir() && !want[rel]:
			return source.Refuse(source.Damaged, "%s is not of the release", rel)
		}
		return nil
	})
}

// sameFile compares an installed file with what was released.
func sameFile(name string, e entry, sum [32]byte) error {
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return source.Refuse(source.Damaged, "%s is gone", e.path)
	case err != nil:
		return err
	case !info.Mode().IsRegular() || modesTold && info.Mode().Perm() != e.mode || info.Size() != e.size:
		return source.Refuse(source.Damaged, "%s has mode %v and %d bytes; the release has %v and %d", e.path, info.Mode(), info.Size(), e.mode, e.size)
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if [32]byte(h.Sum(nil)) != sum {
		return source.Refuse(source.Damaged, "%s has other bytes than the release's", e.path)
	}
	return nil
}
