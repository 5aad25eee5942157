// SPDX-License-Identifier: MIT

package tuf

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// A Group is who signs for a role.
type Group struct {
	Keys      []Key
	Threshold int // how many of them have to; 0 stands for 1, and 2 for root
}

// Staged is metadata by the names of its files, such as 2.root.json, on its way from one key to the next.
type Staged map[string][]byte

func (s Staged) put(role string, version int64, m interface{ ToBytes(bool) ([]byte, error) }) error {
	text, err := m.ToBytes(true)
	if err != nil {
		return fmt.Errorf("write metadata of %s: %w", role, err)
	}
	s[strconv.FormatInt(version, 10)+"."+role+".json"] = append(text, '\n')
	return nil
}

// Begin makes the first root, and the first targets with its delegations. Neither is signed.
func Begin(groups map[string]Group, strangers []Stranger, days Days, now time.Time) (Staged, error) {
	root := metadata.Root(days.end(metadata.ROOT, now))
	targets := metadata.Targets(days.end(metadata.TARGETS, now))
	targets.Signed.Delegations = &metadata.Delegations{Keys: map[string]*metadata.Key{}, Roles: []metadata.DelegatedRole{}}
	for _, role := range metadata.TOP_LEVEL_ROLE_NAMES {
		if len(groups[role].Keys) == 0 {
			return nil, fmt.Errorf("begin repository: %s has no key", role)
		}
	}
	e := Edit{Add: map[string][]Key{}, Threshold: map[string]int{}}
	for role, g := range groups {
		e.Add[role] = g.Keys
		e.Threshold[role] = g.Threshold
		if g.Threshold == 0 {
			e.Threshold[role] = defaultThreshold(role)
		}
	}
	if err := e.apply(&root.Signed, &targets.Signed); err != nil {
		return nil, fmt.Errorf("begin repository: %w", err)
	}
	if err := checkKeys(&root.Signed, &targets.Signed, strangers); err != nil {
		return nil, fmt.Errorf("begin repository: %w", err)
	}
	s := Staged{}
	return s, errors.Join(s.put(metadata.ROOT, 1, root), s.put(metadata.TARGETS, 1, targets))
}

func defaultThreshold(role string) int {
	if role == metadata.ROOT {
		return 2
	}
	return 1
}

// An Edit changes who signs, by role.
type Edit struct {
	Add       map[string][]Key
	Remove    map[string][]string // identifiers
	Threshold map[string]int
	Renew     []string // roles whose metadata is made anew, with a later end
}

// roles are those that it names, in order.
func (e *Edit) roles() []string {
	names := map[string]bool{}
	for role := range e.Add {
		names[role] = true
	}
	for role := range e.Remove {
		names[role] = true
	}
	for role := range e.Threshold {
		names[role] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// apply changes root and targets. New delegated roles come into being.
func (e *Edit) apply(root *metadata.RootType, targets *metadata.TargetsType) error {
	for _, role := range e.roles() {
		ids, threshold, keys := &[]string{}, new(int), root.Keys
		switch r, top := root.Roles[role]; {
		case top:
			ids, threshold = &r.KeyIDs, &r.Threshold
		case delegated.MatchString(role):
			d := delegation(targets, role)
			ids, threshold, keys = &d.KeyIDs, &d.Threshold, targets.Delegations.Keys
		default:
			return fmt.Errorf("there is no role %.40q: a role is root, targets, snapshot, timestamp, or as stable-v1 and candidate-v1", role)
		}
		for _, k := range e.Add[role] {
			if slices.Contains(*ids, k.ID) {
				return fmt.Errorf("key %.12s has the role %s already", k.ID, role)
			}
			*ids = append(*ids, k.ID)
			keys[k.ID] = k.key
		}
		for _, id := range e.Remove[role] {
			i := slices.Index(*ids, id)
			if i < 0 {
				return fmt.Errorf("key %.12s has not the role %s", id, role)
			}
			*ids = slices.Delete(*ids, i, i+1)
		}
		if n, ok := e.Threshold[role]; ok {
			*threshold = n
		}
	}
	forget(root, targets)
	return nil
}

// delegation is the entry of a role, which is made where there is none.
func delegation(targets *metadata.TargetsType, role string) *metadata.DelegatedRole {
	roles := &targets.Delegations.Roles
	i := slices.IndexFunc(*roles, func(d metadata.DelegatedRole) bool { return d.Name == role })
	if i < 0 {
		i = len(*roles)
		*roles = append(*roles, metadata.DelegatedRole{Name: role, KeyIDs: []string{}, Threshold: defaultThreshold(role), Terminating: true, Paths: patterns(role)})
	}
	return &(*roles)[i]
}

// forget drops keys that no role has.
func forget(root *metadata.RootType, targets *metadata.TargetsType) {
	used := map[string]bool{}
	for _, r := range root.Roles {
		for _, id := range r.KeyIDs {
			used[id] = true
		}
	}
	maps.DeleteFunc(root.Keys, func(id string, _ *metadata.Key) bool { return !used[id] })
	clear(used)
	for _, d := range targets.Delegations.Roles {
		for _, id := range d.KeyIDs {
			used[id] = true
		}
	}
	maps.DeleteFunc(targets.Delegations.Keys, func(id string, _ *metadata.Key) bool { return !used[id] })
}

// checkKeys holds groups against the rules of this repository.
func checkKeys(root *metadata.RootType, targets *metadata.TargetsType, strangers []Stranger) error {
	check := func(role string, ids []string, threshold int) error {
		switch {
		case threshold < defaultThreshold(role):
			return fmt.Errorf("%d signatures are too few for %s: %d at least", threshold, role, defaultThreshold(role))
		case len(ids) < threshold:
			return fmt.Errorf("%s needs %d signatures and has %d keys", role, threshold, len(ids))
		}
		return nil
	}
	for _, role := range metadata.TOP_LEVEL_ROLE_NAMES {
		r := root.Roles[role]
		if r == nil {
			return fmt.Errorf("root says nothing of %s", role)
		}
		if err := check(role, r.KeyIDs, r.Threshold); err != nil {
			return err
		}
	}
	if targets != nil && targets.Delegations != nil {
		for _, d := range targets.Delegations.Roles {
			if err := check(d.Name, d.KeyIDs, d.Threshold); err != nil {
				return err
			}
			if !delegated.MatchString(d.Name) || !slices.Equal(d.Paths, patterns(d.Name)) || !d.Terminating || len(d.PathHashPrefixes) > 0 {
				return fmt.Errorf("targets delegates to %.40q what it should not", d.Name)
			}
		}
	}
	return separate(root, targets, strangers)
}
