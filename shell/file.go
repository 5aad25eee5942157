// SPDX-License-Identifier: MIT

package shell

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// newFile is a file that takes its name only when it is whole: it is written
// under a temporary name in the same folder, synced and renamed.
type newFile struct {
	*os.File
	path string
	temp string // empty: path is a device or a pipe and is written directly
}

// maxTemporaries bounds the search for a free temporary name.
const maxTemporaries = 1000

// createFile begins a file that will replace path. A symbolic link stays and
// its target is replaced, with the permissions that the old file had.
func createFile(path string) (*newFile, error) {
	mode := fs.FileMode(0o666)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	info, err := os.Stat(path)
	if err == nil && info.Mode().IsRegular() {
		mode = info.Mode().Perm()
	} else if err == nil {
		if info.IsDir() {
			return nil, fmt.Errorf("write %s: is a folder", path)
		}
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, err
		}
		return &newFile{File: f, path: path}, nil
	}
	folder, base := filepath.Split(path)
	for i := range maxTemporaries {
		temp := filepath.Join(folder, fmt.Sprintf(".%s.part%d", base, i))
		f, err := os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", path, err)
		}
		return &newFile{File: f, path: path, temp: temp}, nil
	}
	return nil, fmt.Errorf("write %s: %d unfinished files .%s.part* lie beside it; remove them", path, maxTemporaries, base)
}

// commit makes the file appear under its name.
func (f *newFile) commit() error {
	if f.temp == "" {
		return f.Close()
	}
	err := f.Sync()
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.temp, f.path)
	}
	if err != nil {
		os.Remove(f.temp)
		return fmt.Errorf("write %s: %w", f.path, err)
	}
	return syncFolder(filepath.Dir(f.path))
}

// abort leaves no trace of the file.
func (f *newFile) abort() {
	f.Close()
	if f.temp != "" {
		os.Remove(f.temp)
	}
}

// syncFolder makes a rename durable. Windows has no such call for folders.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
