// SPDX-License-Identifier: MIT

package lock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// Take takes the lock of a file without waiting. The system gives it back when the process ends, however that comes. The byte that
// is locked lies far behind the end, so that the file can be read:
// https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-lockfileex
func Take(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	at := windows.Overlapped{OffsetHigh: 1 << 30}
	err = windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
	if err != nil {
		f.Close()
		if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
			err = ErrBusy
		}
		return nil, err
	}
	return f, nil
}
