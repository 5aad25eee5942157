// SPDX-License-Identifier: MIT

package tree

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/mod/semver"
)

// maxReason bounds the reason of a revocation, in bytes.
const maxReason = 500

// A Revocation says of a published version that nobody should use it any more. Its files stay: who has it can still see what
// it was, and build what was built from it.
type Revocation struct {
	Version  string `json:"version"` // with a leading v
	Reason   string `json:"reason"`  // one line
	Advisory string `json:"advisory,omitempty"`
	Time     string `json:"time"` // RFC 3339
}

// Check refuses a revocation that readers could not show.
func (r Revocation) Check() error {
	_, err := time.Parse(time.RFC3339, r.Time)
	switch {
	case semver.Canonical(r.Version) != r.Version:
		return fmt.Errorf("revoke %.40q: it is no canonical version", r.Version)
	case r.Reason == "" || len(r.Reason) > maxReason || strings.ContainsFunc(r.Reason, func(c rune) bool { return !unicode.IsPrint(c) }):
		return fmt.Errorf("revoke %s: the reason has to be one printable line of at most %d bytes", r.Version, maxReason)
	case err != nil:
		return fmt.Errorf("revoke %s: %w", r.Version, err)
	}
	return nil
}

// Revocation is the one of a version, if there is one.
func (x *Index) Revocation(version string) (Revocation, bool) {
	i := slices.IndexFunc(x.Revoked, func(r Revocation) bool { return r.Version == version })
	if i < 0 {
		return Revocation{}, false
	}
	return x.Revoked[i], true
}

func (x *Index) checkRevoked() error {
	for i, r := range x.Revoked {
		switch {
		case r.Check() != nil:
			return r.Check()
		case !slices.Contains(x.Names(), r.Version):
			return fmt.Errorf("index: %s is revoked and not there", r.Version)
		case i > 0 && semver.Compare(x.Revoked[i-1].Version, r.Version) >= 0:
			return errors.New("index: revoked versions stand twice, or not in order")
		}
	}
	return nil
}

// Revoke computes the change that revokes a version, with items such as advisories. What is revoked already keeps its time,
// and the same once more is nothing to do.
func Revoke(base *Index, generation string, r Revocation, items []Item) (*Change, error) {
	if !slices.Contains(base.Names(), r.Version) {
		return nil, fmt.Errorf("revoke %s: it is not published", r.Version)
	}
	if err := r.Check(); err != nil {
		return nil, err
	}
	if old, there := base.Revocation(r.Version); there {
		r.Time = old.Time
	}
	next := *base
	next.Revoked = slices.DeleteFunc(slices.Clone(base.Revoked), func(o Revocation) bool { return o.Version == r.Version })
	next.Revoked = append(next.Revoked, r)
	slices.SortFunc(next.Revoked, func(a, b Revocation) int {
		return cmp.Or(semver.Compare(a.Version, b.Version), strings.Compare(a.Version, b.Version))
	})
	items = slices.Clone(items)
	for _, f := range base.Under(goFolder) {
		if path.Base(f.Path) == "list" && path.Base(path.Dir(f.Path)) == "@v" {
			list, err := versionList(&next, path.Dir(f.Path))
			if err != nil {
				return nil, fmt.Errorf("revoke %s: %w", r.Version, err)
			}
			items = append(items, list)
		}
	}
	return Update(&next, generation, items)
}
