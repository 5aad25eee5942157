// SPDX-License-Identifier: MIT

//go:build !(darwin || freebsd || linux || netbsd || windows)

package lock

import (
	"errors"
	"os"
)

// Take has no counterpart here.
func Take(string) (*os.File, error) {
	return nil, errors.New("changing a folder in one step needs Linux, macOS, FreeBSD, NetBSD or Windows; get an archive by hand and verify it with gosqlite-verify")
}
