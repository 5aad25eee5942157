// SPDX-License-Identifier: MIT

package collect

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strings"
)

// label is a Bazel label in canonical form, @@repository//package:name, taken apart.
type label struct {
	repository, pkg, name string
}

func parseLabel(text string) (label, error) {
	repository, rest, ok := strings.Cut(strings.TrimLeft(text, "@"), "//")
	if !ok {
		return label{}, fmt.Errorf("read label %q: it has no //", text)
	}
	pkg, name, named := strings.Cut(rest, ":")
	if !named {
		name = path.Base(pkg)
	}
	return label{repository, pkg, name}, nil
}

// covers tells whether a declaration claims a label.
func (d *Declaration) covers(l label) bool {
	if d.Repository != l.repository || len(d.RuntimeFiles) > 0 {
		return false
	}
	inPackage := len(d.Packages) == 0 || slices.ContainsFunc(d.Packages, func(p string) bool {
		return l.pkg == p || strings.HasPrefix(l.pkg, p+"/")
	})
	return inPackage && (len(d.Targets) == 0 || matches(d.Targets, l.name))
}

// matches tells whether one of the patterns, in which * stands for any text without a slash, is name.
func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, name)
		return err == nil && ok
	})
}

// specificity orders declarations that claim one label: the one that names the longest package, then targets, is meant.
func (d *Declaration) specificity(l label) int {
	n := 0
	for _, p := range d.Packages {
		if l.pkg == p || strings.HasPrefix(l.pkg, p+"/") {
			n = max(n, 2*len(p)+2)
		}
	}
	if len(d.Targets) > 0 {
		n++
	}
	return n
}

// owner finds the declaration of a label. One beside the target that the document is about, root, wins: its writers may know
// another license or supplier of what a set of declarations from elsewhere covers, too. No declaration is no error here: a
// target without files needs none.
func owner(declarations []Declaration, root, text string) (*Declaration, error) {
	l, err := parseLabel(text)
	if err != nil {
		return nil, err
	}
	home, err := parseLabel(root)
	if err != nil {
		return nil, err
	}
	weight := func(d *Declaration) int {
		if at, err := parseLabel(d.Label); err == nil && at.repository == home.repository {
			return math.MaxInt32 + d.specificity(l)
		}
		return d.specificity(l)
	}
	var best *Declaration
	for i := range declarations {
		d := &declarations[i]
		if !d.covers(l) {
			continue
		}
		switch {
		case best == nil || weight(d) > weight(best):
			best = d
		case weight(d) == weight(best):
			return nil, fmt.Errorf("resolve %s: both %s and %s cover it: narrow one of them by packages or targets", text, best.Label, d.Label)
		}
	}
	return best, nil
}
