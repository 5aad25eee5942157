// SPDX-License-Identifier: MIT

package tuf

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Seen are the versions that a state holds of root, timestamp and snapshot; none where nothing was seen. Nothing is
// changed or verified: who keeps these numbers elsewhere can tell a state that was lost, or set back to an older copy.
func Seen(state string) (map[string]int64, error) {
	if _, err := os.Lstat(filepath.Join(state, markName)); err != nil {
		return nil, ignoreMissing(err)
	}
	seen := map[string]int64{}
	for _, role := range []string{metadata.ROOT, metadata.TIMESTAMP, metadata.SNAPSHOT} {
		text, err := readMetadata(filepath.Join(state, role+".json"))
		if err != nil {
			return nil, damaged(state, role+".json", err)
		}
		if seen[role], err = versionOf(text); err != nil {
			return nil, damaged(state, role+".json", err)
		}
	}
	return seen, nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func readMetadata(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err == nil && info.Size() > maxMetadata {
		err = fmt.Errorf("%w: %d", ErrTooLarge, info.Size())
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

// head is what all metadata has.
type head struct {
	Signed struct {
		Version int64                              `json:"version"`
		Meta    map[string]struct{ Version int64 } `json:"meta"`
	} `json:"signed"`
}

func parseHead(text []byte) (*head, error) {
	h := &head{}
	if err := json.Unmarshal(text, h); err != nil {
		return nil, err
	}
	if h.Signed.Version < 1 {
		return nil, errors.New("it has no version")
	}
	return h, nil
}

func versionOf(text []byte) (int64, error) {
	h, err := parseHead(text)
	if err != nil {
		return 0, err
	}
	return h.Signed.Version, nil
}

// Copy is all metadata that is in force, by the names that a server has it under: a client of what is served from it sees
// the same. Roots before the pinned one are not in it.
func (c *Client) Copy(ctx context.Context) (map[string][]byte, error) {
	roles, err := c.Roles(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range roles { // so that the state holds them
		if _, err := c.Targets(ctx, r.Channel, r.Major); err != nil {
			return nil, err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	files := map[string][]byte{}
	add := func(role string) error {
		text, err := readMetadata(filepath.Join(c.o.State, role+".json"))
		if err != nil {
			return damaged(c.o.State, role+".json", err)
		}
		version, err := versionOf(text)
		if err != nil {
			return damaged(c.o.State, role+".json", err)
		}
		name := strconv.FormatInt(version, 10) + "." + role + ".json"
		if role == metadata.TIMESTAMP {
			name = role + ".json"
		}
		files[name] = text
		return nil
	}
	names := []string{metadata.ROOT, metadata.TIMESTAMP, metadata.SNAPSHOT, metadata.TARGETS}
	for _, r := range roles {
		names = append(names, r.name())
	}
	for _, role := range names {
		if err := add(role); err != nil {
			return nil, fmt.Errorf("copy metadata: %w", err)
		}
	}
	return files, c.copyRoots(files)
}

// copyRoots adds the roots from the pinned one to the one in force.
func (c *Client) copyRoots(files map[string][]byte) error {
	if c.o.Root == nil {
		return nil
	}
	first, err := parseRoot(c.o.Root)
	if err != nil {
		return fmt.Errorf("copy metadata: read pinned root: %w", err)
	}
	version := first.Root.Signed.Version
	last := c.updater.GetTrustedMetadataSet().Root.Signed.Version
	files[strconv.FormatInt(version, 10)+".root.json"] = c.o.Root
	for version++; version < last; version++ {
		text, err := readRoot(c.o.State, version)
		if err != nil {
			return fmt.Errorf("copy metadata: %w", damaged(c.o.State, historyName, err))
		}
		files[strconv.FormatInt(version, 10)+".root.json"] = text
	}
	return nil
}

// Seed begins a state with metadata as a server has it: that of a mirror, which may not go back behind what it shows.
// It is verified when a client opens the state, from the pinned root on.
func Seed(state string, files map[string][]byte) error {
	if err := seed(state, files); err != nil {
		return fmt.Errorf("begin state: %w", err)
	}
	return nil
}

func seed(state string, files map[string][]byte) error {
	if err := os.MkdirAll(state, 0o700); err != nil {
		return err
	}
	last := int64(0)
	for name, text := range files {
		number, ok := strings.CutSuffix(name, "."+metadata.ROOT+".json")
		version, err := strconv.ParseInt(number, 10, 64)
		if !ok || err != nil {
			continue
		}
		last = max(last, version)
		if err := keepRoot(state, version, text); err != nil {
			return err
		}
	}
	// From what points to what: a mirror may hold more than one version of a role.
	named := func(version int64, role string) string { return strconv.FormatInt(version, 10) + "." + role + ".json" }
	kept := map[string][]byte{metadata.ROOT: files[named(last, metadata.ROOT)], metadata.TIMESTAMP: files[metadata.TIMESTAMP+".json"]}
	timestamp, err := parseHead(kept[metadata.TIMESTAMP])
	if err != nil {
		return fmt.Errorf("read timestamp: %w", err)
	}
	kept[metadata.SNAPSHOT] = files[named(timestamp.Signed.Meta[metadata.SNAPSHOT+".json"].Version, metadata.SNAPSHOT)]
	snapshot, err := parseHead(kept[metadata.SNAPSHOT])
	if err != nil {
		return fmt.Errorf("read snapshot: %w", err)
	}
	for name, m := range snapshot.Signed.Meta {
		role := strings.TrimSuffix(name, ".json")
		if role != metadata.TARGETS && !roleName.MatchString(role) {
			continue
		}
		kept[role] = files[named(m.Version, role)]
	}
	for role, text := range kept {
		if text == nil {
			return fmt.Errorf("there is no metadata of %s", role)
		}
		if err := writeFile(filepath.Join(state, role+".json"), text); err != nil {
			return err
		}
	}
	return markState(state)
}
