// SPDX-License-Identifier: MIT

package install

import (
	"errors"
	"io/fs"
	"path/filepath"
	"sync"
)

// syncers is how many files are synced at once: a file system writes its journal once for many that wait.
const syncers = 16

// syncAll syncs all files and folders below dir, and dir itself.
func syncAll(dir string) error {
	names, failed := make(chan string), make(chan error, syncers)
	var work sync.WaitGroup
	for range syncers {
		work.Go(func() {
			var err error
			for name := range names {
				err = errors.Join(err, syncFile(name))
			}
			failed <- err
		})
	}
	err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err == nil {
			names <- name
		}
		return err
	})
	close(names)
	work.Wait()
	for range syncers {
		err = errors.Join(err, <-failed)
	}
	return err
}
