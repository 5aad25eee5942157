// SPDX-License-Identifier: MIT

//go:build !(darwin || freebsd || linux || netbsd)

package lock

import (
	"errors"
	"os"
)

// Take has no counterpart here, and neither has a link that is replaced in one step.
func Take(string) (*os.File, error) {
	return nil, errors.New("changing a folder in one step needs Linux, macOS, FreeBSD or NetBSD; publish from one of them, or get an archive by hand and verify it with gosqlite-verify")
}
