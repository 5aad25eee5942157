// SPDX-License-Identifier: MIT

package tuf

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Rotate makes the metadata that an edit takes, unsigned: the next root where it changes who has a role of root's, the next
// targets where it changes a delegated role, and anew what the changed keys have to sign.
func (r *Repository) Rotate(e Edit, strangers []Stranger, days Days, now time.Time) (Staged, error) {
	s, err := r.rotate(e, strangers, days, now)
	if err != nil {
		return nil, fmt.Errorf("rotate: %w", err)
	}
	if len(s) == 0 {
		return nil, errors.New("rotate: nothing is to be changed")
	}
	return s, nil
}

func (r *Repository) rotate(e Edit, strangers []Stranger, days Days, now time.Time) (Staged, error) {
	if r.Empty() {
		return nil, errEmpty
	}
	root, err := parseRoot(r.texts[metadata.ROOT])
	if err != nil {
		return nil, err
	}
	targets, err := r.next(metadata.TARGETS, days, now)
	if err != nil {
		return nil, err
	}
	if err := e.apply(&root.Signed, &targets.Signed); err != nil {
		return nil, err
	}
	published, err := r.signers()
	if err != nil {
		return nil, err
	}
	if err := checkKeys(&root.Signed, &targets.Signed, append(published, strangers...)); err != nil {
		return nil, err
	}
	again := map[string]bool{} // what is made anew
	for _, role := range e.roles() {
		_, top := root.Signed.Roles[role]
		again[metadata.ROOT] = again[metadata.ROOT] || top
		again[metadata.TARGETS] = again[metadata.TARGETS] || !top || role == metadata.TARGETS
		if !top && r.targets[role] != nil {
			again[role] = true
		}
	}
	for _, role := range e.Renew {
		if role != metadata.ROOT && r.targets[role] == nil {
			return nil, fmt.Errorf("%.40q has no metadata to renew", role)
		}
		again[role] = true
	}
	s := Staged{}
	for _, role := range slices.Sorted(maps.Keys(again)) {
		switch {
		case !again[role]:
		case role == metadata.ROOT:
			root.Signed.Version++
			root.Signed.Expires = days.end(role, now)
			root.ClearSignatures()
			err = s.put(role, root.Signed.Version, root)
		case role == metadata.TARGETS:
			err = s.put(role, targets.Signed.Version, targets)
		default:
			var m *metadata.Metadata[metadata.TargetsType]
			if m, err = r.next(role, days, now); err == nil {
				err = s.put(role, m.Signed.Version, m)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}
