// SPDX-License-Identifier: MIT

//go:build !windows

package install

import (
	"errors"
	"os"
)

var systemPointer pointer = link{}

// syncFile syncs a file or folder.
func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// modesTold: what is installed has the modes of the archive.
const modesTold = true
