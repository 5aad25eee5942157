// SPDX-License-Identifier: MIT

package tuf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Signers are who has to sign a role's metadata.
type Signers struct {
	Role      string
	Keys      []string // identifiers
	Threshold int      // how many of them
}

func (s Signers) String() string {
	short := make([]string, len(s.Keys))
	for i, id := range s.Keys {
		short[i] = id[:min(len(id), 12)]
	}
	return fmt.Sprintf("%d of the keys of %s (%s)", s.Threshold, s.Role, strings.Join(short, ", "))
}

// Offers says whether clients are offered a version, and who has to sign when that changes.
func (r *Repository) Offers(version string) (bool, Signers, error) {
	s := Signers{}
	if r.Empty() {
		return false, s, errEmpty
	}
	role, err := RoleOf(version)
	if err != nil {
		return false, s, err
	}
	s.Role = role
	d := r.targets[metadata.TARGETS].Signed.Delegations
	if i := slices.IndexFunc(d.Roles, func(d metadata.DelegatedRole) bool { return d.Name == role }); i >= 0 {
		s.Keys, s.Threshold = d.Roles[i].KeyIDs, d.Roles[i].Threshold
	}
	folder, _ := folderOf(version)
	m := r.targets[role]
	if m == nil {
		return false, s, nil
	}
	for name := range m.Signed.Targets {
		if strings.HasPrefix(name, folder) {
			return true, s, nil
		}
	}
	return false, s, nil
}

// Lacks holds staged metadata against the repository: it is that of a version's role alone, and lists what is listed now
// but for the version.
func (r *Repository) Lacks(staged Staged, version string) error {
	role, err := RoleOf(version)
	if err != nil {
		return err
	}
	if len(staged) != 1 {
		return fmt.Errorf("withdraw %s: %d files of metadata are staged and not published; the next one of %s alone belongs there", version, len(staged), role)
	}
	for name, text := range staged {
		if of, _, err := parseName(name); err != nil || of != role {
			return fmt.Errorf("withdraw %s: %s is staged, which is not of %s", version, name, role)
		}
		m, err := parseTargets(text)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		folder, _ := folderOf(version)
		left := 0
		for target, want := range r.targets[role].Signed.Targets {
			if strings.HasPrefix(target, folder) {
				continue
			}
			left++
			have := m.Signed.Targets[target]
			if have == nil || have.Length != want.Length || !have.Hashes.Equal(want.Hashes) {
				return fmt.Errorf("withdraw %s: %s lists no %.100q as it was: make it by tuf remove", version, name, target)
			}
		}
		if len(m.Signed.Targets) != left {
			return fmt.Errorf("withdraw %s: %s lists it, or what was not listed before: make it by tuf remove", version, name)
		}
	}
	return nil
}
