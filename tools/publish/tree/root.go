// SPDX-License-Identifier: MIT

package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// OpenRoot opens for reading what readers of a folder see: its current generation, or the folder itself where it is one. All
// that is read comes from one moment, and from nowhere else.
func OpenRoot(dir string) (*os.Root, error) {
	place, err := filepath.EvalSymlinks(filepath.Join(dir, currentName))
	if errors.Is(err, fs.ErrNotExist) {
		place, err = dir, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	root, err := os.OpenRoot(place)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	return root, nil
}
