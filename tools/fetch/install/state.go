// SPDX-License-Identifier: MIT

package install

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"

	"golang.org/x/mod/semver"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
)

// stateSchema identifies the form of state.json.
const stateSchema = "gosqlite-install/1"

// maxState bounds state.json, in bytes.
const maxState = 16 << 20

// A State is what is remembered between runs.
type State struct {
	Schema   string            `json:"schema"`
	Source   string            `json:"source"`             // as it was named
	Channel  source.Channel    `json:"channel"`            // that is followed
	Platform string            `json:"platform"`           // that is installed
	Seen     map[string]string `json:"seen"`               // SHA-256 of manifest.json, by version: all that were verified here
	Metadata map[string]int64  `json:"metadata,omitempty"` // versions of signed metadata that were seen last, by role
}

// State reads what is remembered. Of an empty root it is nothing; a record that is lost or damaged is a *RefusedError.
func (r *Root) State() (*State, error) {
	s := &State{Schema: stateSchema, Seen: map[string]string{}}
	text, err := action.ReadFile(r.in(stateName), maxState)
	if errors.Is(err, fs.ErrNotExist) {
		installed, err := r.Installed()
		if err == nil && len(installed) > 0 {
			err = source.Refuse(source.LostState, "%s is gone, and with it what was verified there before; 'check --repair' begins a new one with what is installed", r.in(stateName))
		}
		return s, err
	}
	if err != nil {
		return s, fmt.Errorf("read state: %w", err)
	}
	if err := strictjson.Strict(text, s); err != nil || s.Schema != stateSchema || s.check() != nil {
		return s, source.Refuse(source.LostState, "%s can't be read (%v); 'check --repair' begins a new one with what is installed", r.in(stateName), errors.Join(err, s.check()))
	}
	return s, nil
}

func (s *State) check() error {
	if s.Seen == nil {
		s.Seen = map[string]string{}
	}
	if s.Platform != "" {
		if err := checkPlatform(s.Platform); err != nil {
			return err
		}
	}
	for version, sum := range s.Seen {
		if err := source.CheckVersion(version); err != nil || len(sum) != 64 {
			return fmt.Errorf("version %.40q: %w", version, err)
		}
	}
	return nil
}

// kept holds the metadata that is on this machine against what is remembered of it. A new root may begin the numbers of
// other roles anew: keys that are replaced leave them to their thief.
func (s *State) kept(have map[string]int64, dir string) error {
	if s.Metadata == nil {
		return nil
	}
	const root = "root"
	for _, role := range slices.Sorted(maps.Keys(s.Metadata)) {
		want := s.Metadata[role]
		if have[role] < want && (role == root || have[root] == s.Metadata[root]) {
			return source.Refuse(source.LostState, "%s held %s %d, and holds %s: what was seen of the repository was lost, or set back to an older copy; restore it, or give up the protection from a rollback: 'check --repair' begins a new record",
				dir, role, want, number(have[role]))
		}
	}
	return nil
}

func number(version int64) string {
	if version == 0 {
		return "none"
	}
	return strconv.FormatInt(version, 10)
}

// highest is the highest version that was verified; "" for none.
func (s *State) highest() string {
	highest := ""
	for v := range s.Seen {
		if highest == "" || semver.Compare(v, highest) > 0 {
			highest = v
		}
	}
	return highest
}

// remember writes the state.
func (r *Root) remember(s *State) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	err = action.WriteFile(r.in(stateName), 0o644, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
	if err == nil {
		err = syncFile(r.Dir)
	}
	if err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	r.step("state written")
	return nil
}

// manifestSum is the digest of the manifest that a version was installed by.
func (r *Root) manifestSum(i Installed) (string, error) {
	return action.Digest(r.in(versionsName, i.Name, releaseName, manifest.FileName))
}
