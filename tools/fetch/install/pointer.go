// SPDX-License-Identifier: MIT

package install

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// A pointer says which version is in use: ROOT/current, replaced in one step.
type pointer interface {
	// read is versions/NAME; an error of fs.ErrNotExist where there is none.
	read(current string) (string, error)
	// write makes the next one, which readers do not see yet.
	write(next, target string) error
	// replace puts the next one in the place of the other.
	replace(next, current string) error
}

// pointer is how this system points.
func (r *Root) pointer() pointer {
	if r.pointing != nil {
		return r.pointing
	}
	return systemPointer
}

// A link is a symbolic link.
type link struct{}

func (link) read(current string) (string, error) {
	target, err := os.Readlink(current)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w; it has to be a link", err)
	}
	return filepath.ToSlash(target), err
}

func (link) write(next, target string) error { return os.Symlink(target, next) }

func (link) replace(next, current string) error { return os.Rename(next, current) }

// maxPointer bounds a pointer that is a file, in bytes.
const maxPointer = 512

// A file is one line: for systems on which making a link takes a right that users do not have. move renames over what is there,
// in one step.
type file struct {
	move func(from, to string) error
}

func (file) read(current string) (string, error) {
	text, err := action.ReadFile(current, maxPointer)
	if err != nil {
		return "", err
	}
	line, rest, ok := strings.Cut(string(text), "\n")
	if !ok || rest != "" {
		return "", errors.New("it has to be one line: it was written by something else")
	}
	return strings.TrimSuffix(line, "\r"), nil
}

func (file) write(next, target string) error {
	f, err := os.OpenFile(next, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(target + "\n")
	return errors.Join(err, f.Sync(), f.Close())
}

func (p file) replace(next, current string) error { return p.move(next, current) }

// Who reads a file without sharing it, as scanners do, keeps it from being replaced for a moment.
const (
	moveTries = 50
	movePause = 20 * time.Millisecond
)

// patiently does something until it succeeds, or fails for good, or has failed moveTries times.
func patiently(do func() error, transient func(error) bool, pause func(time.Duration)) error {
	for try := 1; ; try++ {
		err := do()
		if err == nil || !transient(err) || try == moveTries {
			return err
		}
		pause(movePause)
	}
}
