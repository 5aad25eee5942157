// SPDX-License-Identifier: MIT

// Package store keeps inputs in the user's cache folder. A part is a folder
// that appears at once, complete and verified, or not at all.
package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Need is about what a first fetch takes at its peak, in bytes.
const Need = 1_600_000_000

// Store is the folder <cache>/gosqlite.
type Store struct{ Root string }

// Open returns the store below the user's cache folder as getenv names it
// (XDG_CACHE_HOME, else HOME/.cache), and makes it.
func Open(getenv func(string) string) (*Store, error) {
	base := getenv("XDG_CACHE_HOME")
	if base == "" {
		home := getenv("HOME")
		if home == "" {
			return nil, errors.New("find the cache folder: neither XDG_CACHE_HOME nor HOME is set")
		}
		base = filepath.Join(home, ".cache")
	}
	if !filepath.IsAbs(base) {
		return nil, fmt.Errorf("find the cache folder: %q is not absolute", base)
	}
	s := &Store{filepath.Join(base, "gosqlite")}
	for _, d := range []string{"inputs", "registries", "debs"} {
		if err := os.MkdirAll(s.Path(d), 0o755); err != nil {
			return nil, fmt.Errorf("make the cache folder: %w", err)
		}
	}
	return s, nil
}

// Path returns a name below the store.
func (s *Store) Path(elem ...string) string {
	return filepath.Join(append([]string{s.Root}, elem...)...)
}

// Has says whether a part is there.
func (s *Store) Has(part string) bool {
	st, err := os.Stat(s.Path(part))
	return err == nil && st.IsDir()
}

const tmpPrefix = ".tmp-"

// Temp makes an empty folder that Sweep removes if the process dies. The name
// is fixed, since one process at a time holds the lock.
func (s *Store) Temp(kind string) (string, error) {
	dir := s.Path("inputs", tmpPrefix+kind)
	if err := removeAll(dir); err != nil {
		return "", fmt.Errorf("clear %s: %w", dir, err)
	}
	return dir, os.MkdirAll(dir, 0o755)
}

// Install makes a part: build fills a temporary folder, which is then synced
// and renamed. Nothing is left when build fails.
func (s *Store) Install(part string, build func(tmp string) error) error {
	final := s.Path(part)
	tmp := filepath.Join(filepath.Dir(final), tmpPrefix+filepath.Base(final))
	if err := removeAll(tmp); err != nil {
		return fmt.Errorf("clear %s: %w", tmp, err)
	}
	if err := os.MkdirAll(tmp, 0o755); err != nil {
		return err
	}
	err := build(tmp)
	if err == nil {
		err = syncFS(tmp)
	}
	if err == nil {
		err = os.Rename(tmp, final)
	}
	if err != nil {
		return errors.Join(s.explain(err), removeAll(tmp))
	}
	return nil
}

// explain adds what to do to a full disk.
func (s *Store) explain(err error) error {
	if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) {
		return err
	}
	return fmt.Errorf("%w; the disk that holds %s is full: about %.1f GB are needed in all; free space, or name another place with XDG_CACHE_HOME", err, s.Root, Need/1e9)
}

// Sweep removes what a killed run left behind. Call it with the lock held.
func (s *Store) Sweep() error {
	var errs []error
	for _, d := range []string{"inputs", "registries"} {
		entries, err := os.ReadDir(s.Path(d))
		errs = append(errs, err)
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), tmpPrefix) {
				errs = append(errs, removeAll(s.Path(d, e.Name())))
			}
		}
	}
	return errors.Join(errs...)
}

// Lock takes the store for this process; waiting is called once if another
// process holds it. The kernel lets go when the process ends, however it ends.
func (s *Store) Lock(ctx context.Context, waiting func()) (unlock func() error, err error) {
	f, err := os.OpenFile(s.Path("lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock the cache: %w", err)
	}
	for first := true; ; first = false {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f.Close, nil
		}
		if err != syscall.EWOULDBLOCK && err != syscall.EINTR {
			f.Close()
			return nil, fmt.Errorf("lock the cache: %w", err)
		}
		if first {
			waiting()
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// WriteFile replaces a file atomically, and only when its content differs. It
// makes the folder.
func WriteFile(path string, data []byte, mode os.FileMode) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == string(data) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), tmpPrefix)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// removeAll also removes folders that lost their write permission.
func removeAll(dir string) error {
	if err := os.RemoveAll(dir); err == nil {
		return nil
	}
	filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			os.Chmod(p, 0o755)
		}
		return nil
	})
	return os.RemoveAll(dir)
}

// sysSyncfs is the number of syncfs(2), which package syscall does not have.
var sysSyncfs = map[string]uintptr{"amd64": 306, "arm64": 267}

// syncFS writes the file system that holds dir to the disk: one call instead of
// an fsync for each of 20,000 files.
func syncFS(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, _, errno := syscall.Syscall(sysSyncfs[runtime.GOARCH], f.Fd(), 0, 0); errno != 0 {
		return fmt.Errorf("sync %s: %w", dir, errno)
	}
	return nil
}
