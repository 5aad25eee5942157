// SPDX-License-Identifier: MIT

package sumdb

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Seen is the newest head that a key signed and that was published, in a file that lies with the key.
type Seen struct{ Name string }

// Begin writes the head of an empty log, beside a new key. What is there is not replaced.
func (s Seen) Begin(signer note.Signer) error {
	if _, err := os.Lstat(s.Name); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("begin memory of the key: %s is there already", s.Name)
	}
	hash, err := tlog.TreeHash(0, nil)
	if err != nil {
		return err
	}
	text, err := SignHead(tlog.Tree{Hash: hash}, signer)
	if err != nil {
		return err
	}
	return s.write(text)
}

// Check refuses a database that is not the one the key signed, grown or as it was.
func (s Seen) Check(d *Database) error {
	head, err := s.read(d.known)
	if err == nil {
		err = d.Extends(head)
	}
	if err != nil {
		return fmt.Errorf("compare with %s: %w", s.Name, err)
	}
	return nil
}

// Remember keeps the head of a database that is published. A later one is never replaced by an earlier one.
func (s Seen) Remember(d *Database) error {
	if err := s.Check(d); err != nil {
		return err
	}
	return s.write(d.Signed)
}

// Adopt remembers a database without comparing: after the memory was lost.
func (s Seen) Adopt(d *Database) error {
	if _, err := os.Lstat(s.Name); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("adopt database: %s is there already", s.Name)
	}
	if d.Signed == nil {
		return errors.New("adopt database: there is none")
	}
	return s.write(d.Signed)
}

func (s Seen) read(known note.Verifier) (tlog.Tree, error) {
	f, err := os.Open(s.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return tlog.Tree{}, fmt.Errorf("%w: what the key signed is not known; restore the file, or see publish sumdb check --adopt", err)
	}
	if err != nil {
		return tlog.Tree{}, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return tlog.Tree{}, err
	}
	return Head(text, known)
}

func (s Seen) write(text []byte) error {
	return action.WriteFile(s.Name, 0o644, func(w io.Writer) error { _, err := w.Write(text); return err })
}
