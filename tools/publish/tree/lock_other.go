// SPDX-License-Identifier: MIT

//go:build !(darwin || freebsd || linux || netbsd)

package tree

import (
	"errors"
	"os"
)

// lock has no counterpart here, and neither has a link that is replaced in one step.
func lock(string) (*os.File, error) {
	return nil, errors.New("publishing into a folder needs Linux, macOS, FreeBSD or NetBSD")
}
