// SPDX-License-Identifier: MIT

package tuf

import (
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// ReadStaged reads the metadata in a folder. Files of other names are left out.
func ReadStaged(dir string) (Staged, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read staged metadata: %w", err)
	}
	staged := Staged{}
	for _, e := range entries {
		if _, _, err := parseName(e.Name()); err != nil {
			continue
		}
		text, err := action.ReadFile(filepath.Join(dir, e.Name()), maxMetadata)
		if err != nil {
			return nil, fmt.Errorf("read staged metadata: %w", err)
		}
		staged[e.Name()] = text
	}
	return staged, nil
}

// Describe tells what metadata says, for who is going to sign it.
func Describe(name string, text []byte) ([][2]string, error) {
	role, _, err := parseName(name)
	if err != nil {
		return nil, err
	}
	if role == metadata.ROOT {
		m, err := parseRoot(text)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		rows := heading(role, m.Signed.Version, m.Signed.Expires, m.Signatures)
		for _, role := range metadata.TOP_LEVEL_ROLE_NAMES {
			rows = append(rows, group(role, m.Signed.Roles[role].KeyIDs, m.Signed.Roles[role].Threshold)...)
		}
		return rows, nil
	}
	m, err := parseTargets(text)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	rows := heading(role, m.Signed.Version, m.Signed.Expires, m.Signatures)
	if m.Signed.Delegations != nil {
		for _, d := range m.Signed.Delegations.Roles {
			rows = append(rows, group(d.Name, d.KeyIDs, d.Threshold)...)
		}
	}
	for _, target := range slices.Sorted(maps.Keys(m.Signed.Targets)) {
		t := m.Signed.Targets[target]
		rows = append(rows, [2]string{target, fmt.Sprintf("%d bytes, sha256 %s", t.Length, hex.EncodeToString(t.Hashes["sha256"]))})
	}
	return rows, nil
}

func heading(role string, version int64, end time.Time, signatures []metadata.Signature) [][2]string {
	rows := [][2]string{{"role", role}, {"version", strconv.FormatInt(version, 10)}, {"ends", end.Format(time.RFC3339)}}
	for _, s := range signatures {
		rows = append(rows, [2]string{"signed by", s.KeyID})
	}
	return rows
}

func group(role string, ids []string, threshold int) [][2]string {
	rows := [][2]string{{role, fmt.Sprintf("%d of %d keys", threshold, len(ids))}}
	for _, id := range ids {
		rows = append(rows, [2]string{"", "key " + id})
	}
	return rows
}
