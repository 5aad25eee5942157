// SPDX-License-Identifier: MIT

package api

import (
	"cmp"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/exp/apidiff"
)

// A Change is one difference between two interfaces.
type Change struct {
	Package    string `json:"package"` // relative to the module
	Message    string `json:"message"` // apidiff's
	Compatible bool   `json:"compatible"`
	Rule       string `json:"rule,omitempty"`      // of the promise that it breaks
	Platforms  string `json:"platforms,omitempty"` // those that have it, when not all do
	Line       string `json:"line,omitempty"`      // of the description, as file:number: text
}

// Name is the changed thing, such as (*Conn).Close.
func (c Change) Name() string {
	name, _, _ := strings.Cut(c.Message, ": ")
	return name
}

// String is the change in one line, with its rule.
func (c Change) String() string {
	text := c.Package + ": " + c.Message
	if c.Platforms != "" {
		text += " (" + c.Platforms + ")"
	}
	if c.Line != "" {
		text = c.Line + ": " + text
	}
	if c.Rule != "" {
		text += ": " + c.Rule + " (" + Promise + ")"
	}
	return text
}

// CompareCode is what changed from the code of one release to that of another; both are for the same platforms, and of one
// GOROOT.
func CompareCode(old, code *Code) []Change {
	found := newChanges(code.Platforms)
	for _, p := range code.Platforms {
		found.add(p, old.packages[p], code.packages[p])
	}
	return found.list()
}

// CompareDescription is what changed from what the lines describe to the code.
func CompareDescription(lines []Line, code *Code) ([]Change, error) {
	found := newChanges(code.Platforms)
	for _, p := range code.Platforms {
		if slices.Equal(flat(forPlatform(lines, p)), slices.Sorted(slices.Values(code.lines[p]))) {
			continue
		}
		old, err := code.described(lines, p)
		if err != nil {
			return nil, err
		}
		found.add(p, old, code.packages[p])
	}
	return found.list(), nil
}

// changes collects those of all platforms.
type changes struct {
	platforms int
	on        map[Change][]string
}

func newChanges(platforms []Platform) *changes {
	return &changes{len(platforms), map[Change][]string{}}
}

func (c *changes) add(p Platform, old, code map[string]*types.Package) {
	put := func(rel, message string, compatible bool) {
		change := Change{Package: rel, Message: message, Compatible: compatible}
		if !compatible {
			change.Rule = ruleOf(message)
		}
		c.on[change] = append(c.on[change], p.String())
	}
	for rel, before := range old {
		after := code[rel]
		if after == nil {
			put(rel, "package removed", false)
			continue
		}
		for _, change := range append(apidiff.Changes(before, after).Changes, constraintChanges(before, after)...) {
			put(rel, change.Message, change.Compatible)
		}
	}
	for rel := range code {
		if old[rel] == nil {
			put(rel, "package added", true)
		}
	}
}

func (c *changes) list() []Change {
	var all []Change
	for change, platforms := range maps.All(c.on) {
		if len(platforms) != c.platforms {
			slices.Sort(platforms)
			change.Platforms = strings.Join(slices.Compact(platforms), ", ")
		}
		all = append(all, change)
	}
	slices.SortFunc(all, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Package, b.Package), cmp.Compare(a.Message, b.Message), cmp.Compare(a.Platforms, b.Platforms))
	})
	return all
}
