// SPDX-License-Identifier: MIT

package relocate

import (
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/client"
)

// patch sets the loader and the library path of programs. Debian's patchelf
// runs under Debian's loader, so that the machine needs neither.
func (j *Job) patch(ctx context.Context, rpath string, programs ...string) error {
	args := []string{"--library-path", filepath.Join(j.Root, multiarch), filepath.Join(j.Root, "usr/bin/patchelf"),
		"--set-interpreter", filepath.Join(j.Final, "lib", loader), "--force-rpath", "--set-rpath", rpath}
	_, err := j.Runner.Run(ctx, client.Command{Dir: j.Tmp, Name: filepath.Join(j.Root, multiarch, loader),
		Args: append(args, programs...)})
	return err
}

// needs copies into lib/ every library that the files need, directly or not,
// unless it lies beside them or in the folder own.
func (j *Job) needs(own string, files ...string) error {
	for todo := files; len(todo) > 0; todo = todo[1:] {
		names, err := imported(todo[0])
		if err != nil {
			return err
		}
		dir := filepath.Dir(todo[0])
		for _, n := range names {
			to := filepath.Join(j.Tmp, "lib", n)
			if exists(to) || exists(filepath.Join(dir, n)) || exists(filepath.Join(own, n)) {
				continue
			}
			from := filepath.Join(j.Root, multiarch, n)
			if !exists(from) {
				return fmt.Errorf("library %s, needed by %s, is in no downloaded package", n, filepath.Base(todo[0]))
			}
			if err := copyFile(from, to, 0o644); err != nil {
				return err
			}
			todo = append(todo, to)
		}
	}
	return nil
}

func imported(file string) ([]string, error) {
	f, err := elf.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Base(file), err)
	}
	defer f.Close()
	return f.ImportedLibraries()
}

func isELF(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	var magic [4]byte
	_, err = f.Read(magic[:])
	return err == nil && bytes.Equal(magic[:], []byte(elf.ELFMAG))
}
