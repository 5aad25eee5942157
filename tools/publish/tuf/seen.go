// SPDX-License-Identifier: MIT

package tuf

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/gosqlite/gosqlite/tools/publish/lock"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
)

// SeenSchema identifies the memory of a repository.
const SeenSchema = "gosqlite-tuf-seen/1"

// maxSeen bounds the memory, in bytes.
const maxSeen = 1 << 20

// Seen is the memory of who has the online keys, in a file that lies with them: the last state that was published, by the
// version and digest of each role's metadata. The folder itself can be set back, by a thief or by a restore from an old
// backup, and then looks as it once was; whoever signs over it tells clients that nothing happened since.
//
//	{"schema": "gosqlite-tuf-seen/1",
//	 "roles": {"root": {"version": 1, "sha256": "..."}, "timestamp": {"version": 9, "sha256": "...", "highest": 12}, ...}}
//
// highest is there where newer metadata was given up: clients may have seen it, so the next version is above.
type Seen struct{ Name string }

// A Mark is what is remembered of a role.
type Mark struct {
	Version int64  `json:"version"` // 0 where all metadata of it was given up
	SHA256  string `json:"sha256"`  // in hexadecimal
	Highest int64  `json:"highest,omitempty"`
}

func (m Mark) highest() int64 { return max(m.Version, m.Highest) }

type memory struct {
	Schema string          `json:"schema"`
	Roles  map[string]Mark `json:"roles"`
}

// A SetBackError says that a folder is not what was published last, or what followed from it.
type SetBackError struct{ Memory, Detail string }

func (e *SetBackError) Error() string {
	return fmt.Sprintf("%s, which %s remembers: the folder was set back or changed by somebody else, and nothing is signed. Find out who did, "+
		"and restore the newest backup or mirror; where what is newer is lost for good, see tuf seen --adopt", e.Detail, e.Memory)
}

// Hold refuses, with exit code 3, a repository that is behind what is remembered, or has another history. Where newer
// metadata was given up before, the next versions of the repository are above it. Nothing is written.
func (s Seen) Hold(r *Repository) error {
	marks, err := s.read()
	if err != nil || marks == nil && r.Empty() {
		return err
	}
	if marks == nil {
		return action.Reject(fmt.Errorf("read memory of the online keys: %s is not there, and there is a repository: what was published last is not known; "+
			"restore the file, or run tuf seen --adopt once, after somebody vouched for the folder", s.Name))
	}
	if err := r.follows(marks); err != nil {
		return action.Reject(&SetBackError{Memory: s.Name, Detail: err.Error()})
	}
	r.above = above(marks)
	return nil
}

func above(marks map[string]Mark) map[string]int64 {
	out := map[string]int64{}
	for role, m := range marks {
		out[role] = m.highest()
	}
	return out
}

// follows holds the repository against what is remembered.
func (r *Repository) follows(marks map[string]Mark) error {
	if err := r.rootsFollow(marks[metadata.ROOT]); err != nil {
		return err
	}
	have := r.marks()
	for _, role := range slices.Sorted(maps.Keys(marks)) {
		want, now := marks[role], have[role]
		switch {
		case now.Version < want.Version && now.Version == 0:
			return fmt.Errorf("there is no %s, and version %d of it was published", role, want.Version)
		case now.Version < want.Version:
			return fmt.Errorf("%s has version %d, and version %d was published", role, now.Version, want.Version)
		case now.Version == want.Version && now.SHA256 != want.SHA256:
			return fmt.Errorf("%s %d has other bytes than the one that was published", role, want.Version)
		}
	}
	return nil
}

// rootsFollow goes from the root that is remembered to the one in force, as clients do.
func (r *Repository) rootsFollow(from Mark) error {
	if r.root == nil || from.Version == 0 || from.Version >= r.root.Signed.Version {
		return nil
	}
	var before *metadata.Metadata[metadata.RootType]
	for version := from.Version; version <= r.root.Signed.Version; version++ {
		text, err := r.read(strconv.FormatInt(version, 10) + ".root.json")
		if err != nil {
			return err
		}
		if version == from.Version && action.DigestOf(text) != from.SHA256 {
			return fmt.Errorf("root %d has other bytes than the one that was published", version)
		}
		m, err := parseRoot(text)
		if err == nil && before != nil {
			err = errors.Join(before.VerifyDelegate(metadata.ROOT, m), m.VerifyDelegate(metadata.ROOT, m))
		}
		if err != nil {
			return fmt.Errorf("root %d does not follow from root %d: %w", version, version-1, err)
		}
		before = m
	}
	return nil
}

// marks are what there is to remember.
func (r *Repository) marks() map[string]Mark {
	marks := map[string]Mark{}
	if r.Empty() {
		return marks
	}
	add := func(role string, version int64) {
		marks[role] = Mark{Version: version, SHA256: action.DigestOf(r.texts[role])}
	}
	add(metadata.ROOT, r.root.Signed.Version)
	add(metadata.TIMESTAMP, r.timestamp.Signed.Version)
	add(metadata.SNAPSHOT, r.snapshot.Signed.Version)
	for role, m := range r.targets {
		add(role, m.Signed.Version)
	}
	return marks
}

// Commit carries a change of a folder out, and remembers what is published then. before is what the change was planned
// upon, after what it makes. That somebody else published since is tree.ErrMoved. Who stops between both has published, and the
// next run finds the folder ahead of the memory.
func (s Seen) Commit(ctx context.Context, store *tree.Store, change *tree.Change, before, after *Repository) (err error) {
	held, err := lock.Take(s.Name + ".lock")
	if err != nil {
		return fmt.Errorf("lock memory of the online keys: %w", err)
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	// Who published and remembered since this was planned did nothing wrong: before is old then, and the folder is not.
	_, generation, err := store.Current()
	if err == nil && generation != change.Base {
		err = tree.ErrMoved
	}
	if err != nil {
		return fmt.Errorf("publish into %s: %w", store.Dir, err)
	}
	if err := s.Hold(before); err != nil {
		return err
	}
	if err := store.Commit(ctx, change); err != nil {
		return err
	}
	if err := s.remember(after); err != nil {
		return fmt.Errorf("it is published, and not remembered; run tuf timestamp once %s can be written: %w", s.Name, err)
	}
	return nil
}

// remember writes what is published. What is remembered of a role only grows.
func (s Seen) remember(r *Repository) error {
	marks, err := s.read()
	if err != nil {
		return err
	}
	now := r.marks()
	for role, old := range marks {
		m, there := now[role]
		switch {
		case !there || m.Version < old.Version:
			now[role] = old
		case old.highest() > m.Version:
			m.Highest = old.highest()
			now[role] = m
		}
	}
	return s.write(now)
}

// Adopt takes a folder as it is: where the memory was lost, or what was newer is. What clients may have seen of it stays
// above the next versions. Roots can't be given up: each client has them, and goes from one to the next.
func (s Seen) Adopt(r *Repository) error {
	if r.Empty() {
		return fmt.Errorf("adopt repository: %w", errEmpty)
	}
	held, err := lock.Take(s.Name + ".lock")
	if err != nil {
		return fmt.Errorf("lock memory of the online keys: %w", err)
	}
	defer held.Close()
	marks, err := s.read()
	if err != nil {
		return err
	}
	if old, there := marks[metadata.ROOT]; there {
		if err := r.follows(map[string]Mark{metadata.ROOT: old}); err != nil {
			return action.Reject(fmt.Errorf("adopt repository: %w: clients have that root and take no other; get its files from any of them or from a mirror, put them back, and run again", err))
		}
	}
	now := r.marks()
	for role, old := range marks {
		m := now[role]
		if old.highest() > m.Version {
			m.Highest = old.highest()
		}
		now[role] = m
	}
	return s.write(now)
}

// Row compares a role.
type Row struct {
	Role       string
	Remembered Mark
	Folder     Mark
	Delegated  bool // the folder's targets say who signs for it
}

// Compare lists what is remembered beside what a folder has, by role.
func (s Seen) Compare(r *Repository) ([]Row, error) {
	marks, err := s.read()
	if err != nil {
		return nil, err
	}
	have := r.marks()
	names := maps.Clone(have)
	maps.Copy(names, marks)
	var rows []Row
	for _, role := range slices.Sorted(maps.Keys(names)) {
		rows = append(rows, Row{role, marks[role], have[role], !r.Empty() && r.delegates(role)})
	}
	return rows, nil
}

// read is what is remembered; nil where there is no file.
func (s Seen) read() (map[string]Mark, error) {
	text, err := action.ReadFile(s.Name, maxSeen)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	m := memory{}
	if err == nil {
		err = strictjson.Strict(text, &m)
	}
	if err == nil {
		err = m.check()
	}
	if err != nil {
		return nil, action.Reject(fmt.Errorf("read memory of the online keys %s: %w: restore it; without it nothing is signed", s.Name, err))
	}
	return m.Roles, nil
}

func (m *memory) check() error {
	if m.Schema != SeenSchema || len(m.Roles) == 0 {
		return fmt.Errorf("it is no %s with roles", SeenSchema)
	}
	for role, mark := range m.Roles {
		if !slices.Contains(metadata.TOP_LEVEL_ROLE_NAMES[:], role) && !delegated.MatchString(role) {
			return fmt.Errorf("there is no role %.40q", role)
		}
		raw, err := hex.DecodeString(mark.SHA256)
		if mark.Version < 0 || mark.Highest < 0 || mark.Version > 0 && (err != nil || len(raw) != sha256.Size) {
			return fmt.Errorf("version or digest of %s is none", role)
		}
	}
	return nil
}

func (s Seen) write(marks map[string]Mark) error {
	text, err := json.MarshalIndent(memory{SeenSchema, marks}, "", " ")
	if err != nil {
		return err
	}
	return action.WriteText(s.Name, string(text)+"\n", 0o644)
}
