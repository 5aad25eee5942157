// SPDX-License-Identifier: MIT

package install

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// systemPointer: symbolic links take a privilege or the developer mode.
var systemPointer pointer = file{move}

// move renames over what is there. MOVEFILE_WRITE_THROUGH returns once the disk has it, which stands for syncing the folder:
// https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-movefileexw
func move(from, to string) error {
	a, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return err
	}
	b, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return err
	}
	err = patiently(func() error {
		return windows.MoveFileEx(a, b, windows.MOVEFILE_REPLACE_EXISTING|windows.MOVEFILE_WRITE_THROUGH)
	}, func(err error) bool {
		return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_LOCK_VIOLATION)
	}, time.Sleep)
	if err != nil {
		return &os.LinkError{Op: "move", Old: from, New: to, Err: err}
	}
	return nil
}

// syncFile syncs a file, for which it has to be open for writing. Folders can't be.
func syncFile(name string) error {
	info, err := os.Stat(name)
	if err != nil || info.IsDir() {
		return err
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// modesTold: a file of this system has no mode but read-only.
const modesTold = false
