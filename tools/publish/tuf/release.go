// SPDX-License-Identifier: MIT

package tuf

import (
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
)

// errEmpty is for whoever needs a repository.
var errEmpty = errors.New("there is no repository yet: run tuf init, tuf sign and tuf snapshot")

// Add makes the next metadata of the role of a version, unsigned, with the files of its release.
func (r *Repository) Add(version string, files []tree.File, days Days, now time.Time) (Staged, error) {
	role, err := RoleOf(version)
	if err != nil {
		return nil, err
	}
	m, err := r.next(role, days, now)
	if err != nil {
		return nil, fmt.Errorf("add %s: %w", version, err)
	}
	fresh, err := entries(role, version, files)
	if err != nil {
		return nil, fmt.Errorf("add %s: %w", version, err)
	}
	folder, _ := folderOf(version)
	for name := range m.Signed.Targets {
		if strings.HasPrefix(name, folder) {
			return nil, fmt.Errorf("add %s: %s lists it already: a version is never used twice; choose the next one", version, role)
		}
	}
	maps.Copy(m.Signed.Targets, fresh)
	s := Staged{}
	return s, s.put(role, m.Signed.Version, m)
}

// entries are the files of a release as metadata has them.
func entries(role, version string, files []tree.File) (map[string]*metadata.TargetFiles, error) {
	folder, err := folderOf(version)
	if err != nil {
		return nil, err
	}
	out := map[string]*metadata.TargetFiles{}
	for _, f := range files {
		name := folder + f.Path
		if err := checkTarget(role, name); err != nil {
			return nil, err
		}
		digest, err := hex.DecodeString(f.SHA256)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = &metadata.TargetFiles{Length: f.Size, Hashes: metadata.Hashes{"sha256": digest}, Path: name}
	}
	if len(out) == 0 {
		return nil, errors.New("the release has no files")
	}
	return out, nil
}

// Remove makes the next metadata of the role of a version, unsigned, without the version: clients get it no more. The
// bytes stay where they are, for those who name them otherwise.
func (r *Repository) Remove(version string, days Days, now time.Time) (Staged, error) {
	role, err := RoleOf(version)
	if err != nil {
		return nil, err
	}
	m, err := r.next(role, days, now)
	if err != nil {
		return nil, fmt.Errorf("remove %s: %w", version, err)
	}
	folder, _ := folderOf(version)
	before := len(m.Signed.Targets)
	maps.DeleteFunc(m.Signed.Targets, func(name string, _ *metadata.TargetFiles) bool { return strings.HasPrefix(name, folder) })
	if len(m.Signed.Targets) == before {
		return nil, fmt.Errorf("remove %s: %s does not list it", version, role)
	}
	s := Staged{}
	return s, s.put(role, m.Signed.Version, m)
}

// next is a role's metadata with the next version and no signature.
func (r *Repository) next(role string, days Days, now time.Time) (*metadata.Metadata[metadata.TargetsType], error) {
	if r.Empty() {
		return nil, errEmpty
	}
	m := metadata.Targets(days.end(role, now))
	if old := r.targets[role]; old != nil {
		var err error
		if m, err = parseTargets(r.texts[role]); err != nil {
			return nil, err
		}
		m.Signed.Version = r.following(role, m.Signed.Version)
		m.Signed.Expires = days.end(role, now)
		m.ClearSignatures()
		return m, nil
	}
	if !r.delegates(role) {
		return nil, fmt.Errorf("nobody may sign for %s: run tuf rotate --add %s=PUBLIC_KEY", role, role)
	}
	m.Signed.Version = r.following(role, 0)
	return m, nil
}

// delegates says whether targets say who signs for a role.
func (r *Repository) delegates(role string) bool {
	d := r.targets[metadata.TARGETS].Signed.Delegations
	return d != nil && slices.ContainsFunc(d.Roles, func(d metadata.DelegatedRole) bool { return d.Name == role })
}

// Lists holds the metadata of a version's role against the repository and a release: it lists what was listed before and
// these files, and nothing else. It is the staged one, or the one in force where none is staged.
func (r *Repository) Lists(staged Staged, version string, files []tree.File) error {
	role, err := RoleOf(version)
	if err != nil {
		return err
	}
	text := r.texts[role]
	for name, fresh := range staged {
		if of, _, err := parseName(name); err == nil && of == role {
			text = fresh
		}
	}
	if text == nil {
		return fmt.Errorf("%s has no metadata: make it by tuf add, and sign it", role)
	}
	m, err := parseTargets(text)
	if err != nil {
		return fmt.Errorf("read %s: %w", role, err)
	}
	want, err := entries(role, version, files)
	if err != nil {
		return err
	}
	folder, _ := folderOf(version)
	if old := r.targets[role]; old != nil {
		for name, entry := range old.Signed.Targets {
			if !strings.HasPrefix(name, folder) {
				want[name] = entry
			}
		}
	}
	for name, entry := range want {
		have := m.Signed.Targets[name]
		if have == nil || have.Length != entry.Length || len(have.Hashes) != len(entry.Hashes) || !have.Hashes.Equal(entry.Hashes) {
			return fmt.Errorf("%s lists no %s of these bytes: make it by tuf add from the same release", role, name)
		}
	}
	for name := range m.Signed.Targets {
		if want[name] == nil {
			return fmt.Errorf("%s lists %.100q, which is no file of the release or of an earlier one", role, name)
		}
	}
	return nil
}
