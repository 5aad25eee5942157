// SPDX-License-Identifier: MIT

package action

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// WriteFile makes the file name with what write writes. The bytes go to a temporary file in the same folder, which is
// synced and renamed only when write and everything after it succeeded: a failed run leaves neither a half-written nor a
// new file, and an older file of that name as it was.
func WriteFile(name string, mode fs.FileMode, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("create %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(f, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := f.Chmod(mode); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := SyncFolder(filepath.Dir(name)); err != nil {
		return fmt.Errorf("%s is written, and may be lost by a power cut: %w", name, err)
	}
	return nil
}

// WriteText is WriteFile of a text that is at hand.
func WriteText(name, text string, mode fs.FileMode) error {
	return WriteFile(name, mode, func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
}

// Sweep removes what is in a folder under names that begin with prefix: what runs that were stopped left in the making. The folder's
// own name may have any character.
func Sweep(dir, prefix string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// SyncFolder makes the names in a folder last a power cut. Windows has no such call for folders.
func SyncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil // a file system without it
	}
	return errors.Join(err, d.Close())
}
