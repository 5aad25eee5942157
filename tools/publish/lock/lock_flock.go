// SPDX-License-Identifier: MIT

//go:build darwin || freebsd || linux || netbsd

package lock

import (
	"errors"
	"os"
	"syscall"
)

// Take takes the lock of a file without waiting. The system gives it back when the process ends, however that comes.
func Take(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrBusy
		}
		return nil, err
	}
	return f, nil
}
