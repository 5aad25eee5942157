// SPDX-License-Identifier: MIT

package tuf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/trustedmetadata"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Names in the state, beside the metadata that the updater keeps: ROLE.json.
const (
	rootName    = "root.json"
	historyName = "roots" // N.json, each root that was accepted
	markName    = "refreshed"
)

// maxRoots bounds how many roots are followed from the pinned one.
const maxRoots = 4096

// Init makes a state that trusts a root without holding it against a pinned one, as the command line of tuf-conformance has
// it. Programs for people pin a root instead.
func Init(state string, root []byte) error {
	if _, err := parseRoot(root); err != nil {
		return fmt.Errorf("begin state: %w", err)
	}
	if err := os.MkdirAll(state, 0o700); err != nil {
		return fmt.Errorf("begin state: %w", err)
	}
	if _, err := os.Lstat(filepath.Join(state, rootName)); err == nil {
		return fmt.Errorf("begin state: %w: %s has a root already", ErrState, state)
	}
	return writeFile(filepath.Join(state, rootName), root)
}

// openState finds the newest root, beginning at the pinned one.
func openState(state string, pinned []byte) (root []byte, fresh bool, err error) {
	if err := os.MkdirAll(state, 0o700); err != nil {
		return nil, false, classify(err)
	}
	kept, err := os.ReadFile(filepath.Join(state, rootName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, false, classify(err)
	}
	if pinned == nil {
		if kept == nil {
			return nil, false, fmt.Errorf("%w: %s has no root; pin the one that you have from elsewhere", ErrState, state)
		}
		_, err = os.Lstat(filepath.Join(state, markName))
		return kept, err != nil, nil
	}
	root, version, err := follow(state, pinned)
	if err != nil || kept == nil {
		return root, kept == nil, err
	}
	last, err := parseRoot(kept)
	switch {
	case err != nil:
		return nil, false, damaged(state, rootName, err)
	case last.Root.Signed.Version > version:
		return nil, false, damaged(state, historyName, fmt.Errorf("root %d was seen, and does not follow from the pinned one, whose last successor is %d", last.Root.Signed.Version, version))
	case last.Root.Signed.Version == version && !bytes.Equal(kept, root):
		return nil, false, damaged(state, rootName, fmt.Errorf("root %d is another one than follows from the pinned one", version))
	}
	return root, false, nil
}

// follow goes from the pinned root through those that were accepted.
func follow(state string, pinned []byte) (root []byte, version int64, err error) {
	trusted, err := parseRoot(pinned)
	if err != nil {
		return nil, 0, fmt.Errorf("read pinned root: %w", err)
	}
	root = pinned
	for range maxRoots {
		next, err := readRoot(state, trusted.Root.Signed.Version+1)
		if errors.Is(err, fs.ErrNotExist) {
			return root, trusted.Root.Signed.Version, nil
		}
		if err != nil {
			return nil, 0, classify(err)
		}
		if guarded(func() error { _, err := trusted.UpdateRoot(next); return err }) != nil {
			return root, trusted.Root.Signed.Version, nil // it came, and was refused then, too
		}
		root = next
	}
	return nil, 0, damaged(state, historyName, errors.New("too many roots"))
}

func parseRoot(text []byte) (t *trustedmetadata.TrustedMetadata, err error) {
	err = guarded(func() (err error) { t, err = trustedmetadata.New(text); return err })
	return t, err
}

func rootFile(state string, version int64) string {
	return filepath.Join(state, historyName, strconv.FormatInt(version, 10)+".json")
}

func readRoot(state string, version int64) ([]byte, error) {
	return os.ReadFile(rootFile(state, version))
}

func keepRoot(state string, version int64, text []byte) error {
	if err := os.MkdirAll(filepath.Join(state, historyName), 0o700); err != nil {
		return classify(err)
	}
	return writeFile(rootFile(state, version), text)
}

// checkState refuses a state of which a part was lost: what is left would protect from less than it seems to.
func checkState(state string) error {
	_, err := os.Lstat(filepath.Join(state, markName))
	marked := err == nil
	for _, role := range metadata.TOP_LEVEL_ROLE_NAMES {
		name := role + ".json"
		text, err := os.ReadFile(filepath.Join(state, name))
		switch {
		case errors.Is(err, fs.ErrNotExist) && !marked:
		case err != nil:
			return damaged(state, name, err)
		case !json.Valid(text):
			return damaged(state, name, errors.New("it is no JSON"))
		}
	}
	return nil
}

// markState says that every file of metadata was there once.
func markState(state string) error {
	if err := syncState(state); err != nil {
		return classify(fmt.Errorf("keep metadata: %w", err))
	}
	return writeFile(filepath.Join(state, markName), nil)
}

// damaged hides the class of its cause: it is this machine's file that is wrong, and no answer of a server.
func damaged(state, name string, err error) error {
	return fmt.Errorf("%w: %s: %v; restore the folder, or remove all of %s to begin at the pinned root, which gives up the protection from a rollback", ErrState, name, err, state)
}

// syncState makes what the updater wrote last, which it does not do itself: a mark that lasts longer would make the state look
// damaged after a power cut.
func syncState(state string) error {
	for _, role := range metadata.TOP_LEVEL_ROLE_NAMES {
		f, err := os.OpenFile(filepath.Join(state, role+".json"), os.O_RDWR, 0)
		if err == nil {
			err = errors.Join(f.Sync(), f.Close())
		}
		if err != nil {
			return err
		}
	}
	return action.SyncFolder(state)
}

// writeFile replaces a file by a whole one.
func writeFile(name string, text []byte) error {
	return classify(action.WriteFile(name, 0o600, func(w io.Writer) error { _, err := w.Write(text); return err }))
}
