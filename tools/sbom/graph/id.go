// SPDX-License-Identifier: MIT

package graph

import "strings"

// ID derives the ID of a component from its purl, or from its role and name where it has none. Bytes that an ID can't
// hold become hyphens; Validate sees it when two components get one ID by that.
func ID(c *Component) string {
	text := string(c.Role) + "-" + c.Name
	if c.PURL != "" {
		text, _, _ = strings.Cut(strings.TrimPrefix(c.PURL, "pkg:"), "?")
	}
	clean := func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-':
			return r
		}
		return '-'
	}
	return strings.Map(clean, text)
}

// purlName is the name in a purl of type generic.
func (c *Component) purlName() string {
	name, _, _ := strings.Cut(strings.TrimPrefix(c.PURL, "pkg:generic/"), "@")
	return name
}

// Identity is what a component is called whatever its version: its purl without version and qualifiers, or its name.
func (c *Component) Identity() string {
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
