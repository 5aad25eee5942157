// SPDX-License-Identifier: MIT

package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Expect holds a document's components against a committed list, so that a component can't vanish or change its role or
// license without a change to that list. A line of the list is a role, a concluded license whose spaces are underscores,
// and the component without its version; or the word object, a component, and a linked file of it:
//
//	linked LGPL-2.1-or-later_WITH_GCC-exception-2.0-note pkg:generic/glibc
//	object pkg:generic/glibc crt1.o
//
// Empty lines and lines that begin with # say nothing. A line that counts twice stands twice. Expect returns what is missing
// and what is unexpected.
func Expect(b *Bill, list string) []string {
	open := map[string]int{}
	for line := range strings.Lines(list) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			open[line]++
		}
	}
	for _, line := range Expectation(b) {
		open[line]--
	}
	var faults []string
	for _, line := range slices.Sorted(maps.Keys(open)) {
		switch n := open[line]; {
		case n > 0:
			faults = append(faults, fmt.Sprintf("%s: is expected, and the document does not have it", line))
		case n < 0:
			faults = append(faults, fmt.Sprintf("%s: is in the document, and not in the list of what is expected", line))
		}
	}
	return faults
}

// Expectation is the list that a document meets, sorted.
func Expectation(b *Bill) []string {
	var list []string
	for _, c := range b.Components {
		name := c.identity()
		list = append(list, c.Role+" "+strings.ReplaceAll(c.Concluded, " ", "_")+" "+name)
		var objects []string
		for _, f := range c.Facts {
			if _, object, ok := strings.Cut(f, " of linked "); ok && strings.HasPrefix(f, "digest ") {
				objects = append(objects, "object "+name+" "+object)
			}
		}
		slices.Sort(objects)
		list = append(list, slices.Compact(objects)...)
	}
	slices.Sort(list)
	return list
}

// identity is the purl without version and qualifiers, which change with every release; without a purl, the name.
func (c *Component) identity() string {
	if c.PURL == "" {
		return c.Name
	}
	name, subpath, _ := strings.Cut(c.PURL, "#")
	name, _, _ = strings.Cut(name, "?")
	if at := strings.LastIndexByte(name, '@'); at > 0 {
		name = name[:at]
	}
	if subpath != "" {
		name += "#" + subpath
	}
	return name
}
