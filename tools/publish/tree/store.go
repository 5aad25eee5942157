// SPDX-License-Identifier: MIT

package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/publish/lock"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Names in the folder.
const (
	currentName     = "current"
	nextName        = ".current.new"
	generationsName = "generations"
	objectsName     = "objects"
	lockName        = "lock"
	temporary       = ".new-" // begins names of what is in the making
)

// Errors that a caller may want to tell apart.
var (
	// ErrBusy says that another publisher holds the lock.
	ErrBusy = lock.ErrBusy
	// ErrMoved says that the folder is no longer what the plan was made upon.
	ErrMoved = errors.New("somebody else published since this was planned; run again")
)

// A Store is a folder that is published into.
type Store struct {
	Dir string
	// System is the operating system, as Go calls it; empty for this one.
	System string
	// Step, if it is not nil, is told each step once it is done. Tests stop a publisher there.
	Step func(name string)
}

// lock keeps other publishers out until what it gives is closed.
func (s *Store) lock() (*os.File, error) { return lock.Take(s.in(lockName)) }

// Able says whether anything can be published from this system: who fetches first and publishes then asks before.
func (s *Store) Able() error {
	system := s.System
	if system == "" {
		system = runtime.GOOS
	}
	if err := linked(system); err != nil {
		return fmt.Errorf("publish into %s: %w", s.Dir, err)
	}
	return nil
}

// linked refuses a system on which a link that is replaced in one step takes a right that users do not have.
func linked(system string) error {
	if system == "windows" {
		return errors.New("generations are switched by a link, which Windows has not for everybody: publish and mirror from Linux, macOS, FreeBSD or NetBSD")
	}
	return nil
}

func (s *Store) step(name string) {
	if s.Step != nil {
		s.Step(name)
	}
}

func (s *Store) in(elem ...string) string {
	return filepath.Join(append([]string{s.Dir}, elem...)...)
}

// Current reads what readers see. A folder that is empty, or not there, has the generation "" and an index of nothing. An index that is
// gone or was changed is rejected.
func (s *Store) Current() (*Index, string, error) {
	generation, err := s.pointer()
	if err != nil {
		return nil, "", err
	}
	if generation == "" {
		return &Index{Schema: Schema, Versions: []Version{}, Files: []File{}}, "", nil
	}
	index, err := s.generationIndex(generation)
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", s.Dir, err)
	}
	return index, generation, nil
}

// pointer is the generation that current names; "" where nothing is published yet.
func (s *Store) pointer() (string, error) {
	target, err := os.Readlink(s.in(currentName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", s.fresh()
	case err != nil:
		return "", fmt.Errorf("read %s: %w; it has to be a link to a generation", s.in(currentName), err)
	}
	generation, ok := strings.CutPrefix(filepath.ToSlash(target), generationsName+"/")
	if !ok || len(generation) != 64 || strings.Trim(generation, "0123456789abcdef") != "" {
		return "", action.Reject(fmt.Errorf("read %s: it leads to %.100q, which is no generation", s.in(currentName), target))
	}
	return generation, nil
}

// fresh fails where something else lives: publishing into a wrong folder must not go unnoticed.
func (s *Store) fresh() error {
	entries, err := os.ReadDir(s.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read %s: %w", s.Dir, err)
	}
	for _, e := range entries {
		if !slices.Contains([]string{nextName, generationsName, objectsName, lockName}, e.Name()) {
			return fmt.Errorf("publish into %s: it holds %.100q and nothing that was published; name an empty folder", s.Dir, e.Name())
		}
	}
	return nil
}
