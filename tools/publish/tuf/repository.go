// SPDX-License-Identifier: MIT

package tuf

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/verify/bundle"
)

// A Repository is the metadata that is in force.
type Repository struct {
	root      *metadata.Metadata[metadata.RootType] // nil before the first
	timestamp *metadata.Metadata[metadata.TimestampType]
	snapshot  *metadata.Metadata[metadata.SnapshotType]
	targets   map[string]*metadata.Metadata[metadata.TargetsType] // by role
	texts     map[string][]byte                                   // by role
	read      func(name string) ([]byte, error)                   // a file of metadata, as the folder has it
	above     map[string]int64                                    // the next version of a role is above this one, too; see Seen
	signers   func() ([]Stranger, error)                          // who signed the releases that are published
}

// Load reads the repository of a folder as its readers see it, with the state that a change is planned upon. It is held
// against the root that is in force, but for the ends: what ended has to be renewed.
func Load(store *tree.Store) (*Repository, *tree.Index, string, error) {
	index, generation, err := store.Current()
	if err != nil {
		return nil, nil, "", err
	}
	files := map[string]tree.File{}
	for _, f := range index.Under(metadataFolder) {
		files[strings.TrimPrefix(f.Path, metadataFolder)] = f
	}
	r := &Repository{targets: map[string]*metadata.Metadata[metadata.TargetsType]{}, texts: map[string][]byte{}}
	r.signers = func() ([]Stranger, error) {
		return signers(index.Under("releases/"), func(f tree.File) ([]byte, error) { return store.Read(generation, f, bundle.MaxSize) })
	}
	if len(files) == 0 {
		return r, index, generation, nil
	}
	r.read = func(name string) ([]byte, error) {
		f, ok := files[name]
		if !ok {
			return nil, fmt.Errorf("%s is not there", name)
		}
		return store.Read(generation, f, maxMetadata)
	}
	if err := r.load(files); err != nil {
		return nil, nil, "", fmt.Errorf("read repository in %s: %w", store.Dir, err)
	}
	return r, index, generation, nil
}

func (r *Repository) load(files map[string]tree.File) error {
	last := int64(0)
	for name := range files {
		if role, version, err := parseName(name); err == nil && role == metadata.ROOT {
			last = max(last, version)
		}
	}
	text, err := r.read(strconv.FormatInt(last, 10) + ".root.json")
	if err != nil {
		return err
	}
	if r.root, err = parseRoot(text); err != nil {
		return fmt.Errorf("root: %w", err)
	}
	r.texts[metadata.ROOT] = text
	if text, err = r.read("timestamp.json"); err != nil {
		return err
	}
	if r.timestamp, err = metadata.Timestamp().FromBytes(text); err != nil {
		return fmt.Errorf("timestamp: %w", err)
	}
	r.texts[metadata.TIMESTAMP] = text
	meta := r.timestamp.Signed.Meta["snapshot.json"]
	if meta == nil {
		return errors.New("timestamp names no snapshot")
	}
	if text, err = r.read(strconv.FormatInt(meta.Version, 10) + ".snapshot.json"); err != nil {
		return err
	}
	if r.snapshot, err = metadata.Snapshot().FromBytes(text); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	r.texts[metadata.SNAPSHOT] = text
	if err := meta.VerifyLengthHashes(text); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	for name, meta := range r.snapshot.Signed.Meta {
		if meta == nil {
			return fmt.Errorf("snapshot says nothing of %.100q", name)
		}
		text, err := r.read(strconv.FormatInt(meta.Version, 10) + "." + name)
		if err != nil {
			return err
		}
		role := strings.TrimSuffix(name, ".json")
		if err := errors.Join(meta.VerifyLengthHashes(text), r.parse(role, text)); err != nil {
			return fmt.Errorf("%s: %w", role, err)
		}
	}
	return r.check()
}

func (r *Repository) parse(role string, text []byte) error {
	m, err := parseTargets(text)
	if err == nil {
		r.targets[role], r.texts[role] = m, text
	}
	return err
}

// check holds everything against each other.
func (r *Repository) check() error {
	if r.root == nil || r.timestamp == nil || r.snapshot == nil || r.targets[metadata.TARGETS] == nil {
		return errors.New("root, targets, snapshot or timestamp is missing")
	}
	if err := errors.Join(
		r.root.VerifyDelegate(metadata.ROOT, r.root),
		r.root.VerifyDelegate(metadata.TIMESTAMP, r.timestamp),
		r.root.VerifyDelegate(metadata.SNAPSHOT, r.snapshot),
	); err != nil {
		return err
	}
	return r.checkTargets()
}

// checkTargets holds targets and delegated roles against who may sign them, and against what they may list.
func (r *Repository) checkTargets() error {
	top := r.targets[metadata.TARGETS]
	if top == nil {
		return errors.New("targets is missing: sign and name it")
	}
	if err := r.root.VerifyDelegate(metadata.TARGETS, top); err != nil {
		return fmt.Errorf("targets: %w", err)
	}
	if len(top.Signed.Targets) > 0 {
		return errors.New("targets lists files itself, which only delegated roles do here")
	}
	for _, role := range slices.Sorted(maps.Keys(r.targets)) {
		if role == metadata.TARGETS {
			continue
		}
		m := r.targets[role]
		if err := top.VerifyDelegate(role, m); err != nil {
			return fmt.Errorf("%s: %w", role, err)
		}
		if m.Signed.Delegations != nil {
			return fmt.Errorf("%s delegates further, which no role does here", role)
		}
		for name := range m.Signed.Targets {
			if err := checkTarget(role, name); err != nil {
				return err
			}
		}
	}
	return checkKeys(&r.root.Signed, &top.Signed, nil)
}

// following is the version of a role behind one that is in force.
func (r *Repository) following(role string, version int64) int64 {
	return max(version, r.above[role]) + 1
}

// Empty says whether there is no repository yet.
func (r *Repository) Empty() bool { return r.root == nil }

// Text is the metadata of a role that is in force.
func (r *Repository) Text(role string) []byte { return r.texts[role] }

// parseRoot and parseTargets read metadata that somebody else may have written. The library follows a null in it.
func parseRoot(text []byte) (m *metadata.Metadata[metadata.RootType], err error) {
	defer refuseNull(&err)
	if m, err = metadata.Root().FromBytes(text); err != nil {
		return nil, err
	}
	for _, role := range metadata.TOP_LEVEL_ROLE_NAMES {
		if m.Signed.Roles[role] == nil {
			return nil, fmt.Errorf("it says nothing of %s", role)
		}
	}
	return m, nil
}

func parseTargets(text []byte) (m *metadata.Metadata[metadata.TargetsType], err error) {
	defer refuseNull(&err)
	return metadata.Targets().FromBytes(text)
}

func refuseNull(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("it is malformed: %v", p)
	}
}
