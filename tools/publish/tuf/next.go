// SPDX-License-Identifier: MIT

package tuf

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
)

// A Step is what becomes of a repository.
type Step struct {
	Staged Staged      // signed metadata to take in
	Renew  bool        // a snapshot with a later end is made, whether something changed or not
	Files  []tree.Item // of releases, which are published together with it
	Index  *tree.Index // what is published already
	Others []Stranger  // whose keys no role may have, besides those who signed what is published
	Now    time.Time
}

// Next takes in signed metadata, and makes the timestamp that clients see it by, and before it a snapshot where something
// changed. It returns what the repository becomes, and all files to publish. The repository itself is as before; nothing is
// written.
func (r *Repository) Next(ctx context.Context, s Step, online *Online) (*Repository, []tree.Item, error) {
	n := &Repository{r.root, r.timestamp, r.snapshot, maps.Clone(r.targets), maps.Clone(r.texts), r.read, r.above, r.signers}
	taken, err := n.take(s.Staged)
	if err == nil && n.root == nil {
		err = errEmpty
	}
	if err == nil {
		err = n.checkTargets()
	}
	if err == nil {
		err = n.Apart(s.Others)
	}
	if err == nil {
		err = n.covered(s.Index, s.Files)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("take metadata: %w", err)
	}
	now, items := s.Now, slices.Clone(s.Files)
	for name, text := range s.Staged {
		items = append(items, item(name, text, true))
	}
	snapshot := r.snapshot == nil || s.Renew || taken || n.root.VerifyDelegate(metadata.SNAPSHOT, r.snapshot) != nil
	if snapshot {
		text, err := n.newSnapshot(ctx, online, now)
		if err != nil {
			return nil, nil, fmt.Errorf("make snapshot: %w", err)
		}
		items = append(items, item(strconv.FormatInt(n.snapshot.Signed.Version, 10)+".snapshot.json", text, true))
	}
	text, err := n.newTimestamp(ctx, online, now)
	if err != nil {
		return nil, nil, fmt.Errorf("make timestamp: %w", err)
	}
	items = append(items, item("timestamp.json", text, false))
	if err := n.check(); err != nil {
		return nil, nil, fmt.Errorf("check new metadata: %w", err)
	}
	for role, end := range n.ends() {
		if !end.After(now) {
			return nil, nil, fmt.Errorf("check new metadata: %s ended at %s: run tuf rotate --renew %s, or tuf snapshot for the snapshot", role, end.Format(time.RFC3339), role)
		}
	}
	return n, items, nil
}

// take holds staged metadata against who has to sign it. Roots come first, in order; then targets; then what it delegates.
func (r *Repository) take(staged Staged) (changed bool, err error) {
	type file struct {
		role, name string
		version    int64
	}
	var files []file
	for name := range staged {
		role, version, err := parseName(name)
		if err != nil {
			return false, err
		}
		files = append(files, file{role, name, version})
	}
	rank := func(role string) int { return -slices.Index([]string{metadata.TARGETS, metadata.ROOT}, role) }
	slices.SortFunc(files, func(a, b file) int {
		return cmp.Or(cmp.Compare(rank(a.role), rank(b.role)), cmp.Compare(a.version, b.version), cmp.Compare(a.name, b.name))
	})
	for _, f := range files {
		text := staged[f.name]
		switch {
		case len(text) > maxMetadata:
			err = fmt.Errorf("it is larger than %d bytes", maxMetadata)
		case f.role == metadata.ROOT:
			err = r.takeRoot(text, f.version)
		case f.role == metadata.TARGETS || delegated.MatchString(f.role):
			changed = true
			err = r.takeTargets(f.role, text, f.version)
		default:
			err = errors.New("only root, targets and delegated roles are taken")
		}
		if err != nil {
			return false, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return changed, nil
}

func (r *Repository) takeRoot(text []byte, version int64) error {
	m, err := parseRoot(text)
	if err != nil {
		return err
	}
	before, want := r.root, int64(1)
	if before == nil {
		before = m
	} else {
		want = before.Signed.Version + 1
	}
	switch {
	case m.Signed.Version != want || version != want:
		return fmt.Errorf("version %d is the next one", want)
	case !m.Signed.ConsistentSnapshot:
		return errors.New("it has no consistent snapshots")
	}
	if err := errors.Join(before.VerifyDelegate(metadata.ROOT, m), m.VerifyDelegate(metadata.ROOT, m)); err != nil {
		return err
	}
	r.root, r.texts[metadata.ROOT] = m, text
	return nil
}

func (r *Repository) takeTargets(role string, text []byte, version int64) error {
	before := int64(0)
	if old := r.targets[role]; old != nil {
		before = old.Signed.Version
	}
	if err := r.parse(role, text); err != nil {
		return err
	}
	want := r.following(role, before)
	switch have := r.targets[role].Signed.Version; {
	case have == want && version == want:
		return nil
	case want > before+1:
		return fmt.Errorf("version %d is the next one, since clients may have seen %d: make it by a command with --seen", want, want-1)
	}
	return fmt.Errorf("version %d is the next one", want)
}

func (r *Repository) newSnapshot(ctx context.Context, online *Online, now time.Time) ([]byte, error) {
	m := metadata.Snapshot(online.Days.end(metadata.SNAPSHOT, now))
	m.Signed.Version = r.following(metadata.SNAPSHOT, 0)
	if r.snapshot != nil {
		m.Signed.Version = r.following(metadata.SNAPSHOT, r.snapshot.Signed.Version)
	}
	m.Signed.Meta = map[string]*metadata.MetaFiles{}
	for role, t := range r.targets {
		m.Signed.Meta[role+".json"] = described(r.texts[role], t.Signed.Version)
	}
	text, err := signOnline(ctx, online, metadata.SNAPSHOT, m)
	r.snapshot, r.texts[metadata.SNAPSHOT] = m, text
	return text, err
}

func (r *Repository) newTimestamp(ctx context.Context, online *Online, now time.Time) ([]byte, error) {
	m := metadata.Timestamp(online.Days.end(metadata.TIMESTAMP, now))
	m.Signed.Version = r.following(metadata.TIMESTAMP, 0)
	if r.timestamp != nil {
		m.Signed.Version = r.following(metadata.TIMESTAMP, r.timestamp.Signed.Version)
	}
	m.Signed.Meta = map[string]*metadata.MetaFiles{"snapshot.json": described(r.texts[metadata.SNAPSHOT], r.snapshot.Signed.Version)}
	text, err := signOnline(ctx, online, metadata.TIMESTAMP, m)
	r.timestamp, r.texts[metadata.TIMESTAMP] = m, text
	return text, err
}

// covered demands the bytes of every target that is listed.
func (r *Repository) covered(index *tree.Index, items []tree.Item) error {
	have := map[tree.File]bool{}
	for _, f := range index.Under(targetsFolder) {
		have[f] = true
	}
	for _, i := range items {
		have[i.File] = true
	}
	for role, m := range r.targets {
		for name, t := range m.Signed.Targets {
			digest := hex.EncodeToString(t.Hashes["sha256"])
			if !have[tree.File{Path: served(name, digest), Size: t.Length, SHA256: digest}] {
				return fmt.Errorf("%s lists %s, whose bytes are not there: bring them by publish --to tuf:FOLDER", role, name)
			}
		}
	}
	return nil
}

// Unpublished leaves of staged metadata what is not published yet. Other bytes under a published name are refused.
func Unpublished(index *tree.Index, staged Staged) (Staged, error) {
	have := map[string]string{}
	for _, f := range index.Under(metadataFolder) {
		have[f.Path] = f.SHA256
	}
	out := Staged{}
	for name, text := range staged {
		f := item(name, text, true)
		switch digest, ok := have[f.Path]; {
		case !ok:
			out[name] = text
		case digest != f.SHA256:
			return nil, fmt.Errorf("take metadata: %s is published with other bytes: make the next version upon what is published", name)
		}
	}
	return out, nil
}

// described binds length and digest besides the version, so that a client parses nothing that was not meant.
func described(text []byte, version int64) *metadata.MetaFiles {
	digest := sha256.Sum256(text)
	return &metadata.MetaFiles{Length: int64(len(text)), Hashes: metadata.Hashes{"sha256": digest[:]}, Version: version}
}

func signOnline[T metadata.Roles](ctx context.Context, online *Online, role string, m *metadata.Metadata[T]) (text []byte, err error) {
	k, err := online.Open(ctx, role)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	public, err := NewKey(k.Public())
	if err != nil {
		return nil, err
	}
	if err := addSignature(m, public.ID, k); err != nil {
		return nil, err
	}
	text, err = m.ToBytes(true)
	return append(text, '\n'), err
}

// ends are the ends of what is in force.
func (r *Repository) ends() map[string]time.Time {
	ends := map[string]time.Time{metadata.ROOT: r.root.Signed.Expires, metadata.SNAPSHOT: r.snapshot.Signed.Expires, metadata.TIMESTAMP: r.timestamp.Signed.Expires}
	for role, m := range r.targets {
		ends[role] = m.Signed.Expires
	}
	return ends
}

func item(name string, text []byte, fixed bool) tree.Item {
	digest := sha256.Sum256(text)
	f := tree.File{Path: metadataFolder + name, Size: int64(len(text)), SHA256: fmt.Sprintf("%x", digest)}
	return tree.Item{File: f, Fixed: fixed, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }}
}
