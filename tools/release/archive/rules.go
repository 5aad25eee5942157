// SPDX-License-Identifier: MIT

package archive

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Rule says whether an archive may hold a name.
type Rule struct {
	Name string // pattern of Match, without the archive's prefix
	GOOS string // the rule is for this system only; empty is all
	Need Need
}

// Need is what a rule asks for.
type Need int

// What a rule asks of the names that match it.
const (
	Required  Need = iota // at least one is there
	Forbidden             // none is there, even where another rule allows it
)

// rules are the contents of each kind of archive. A name that no rule of the kind mentions is refused: what ships is
// written here, or does not ship.
var rules = map[string][]Rule{
	"release": {
		{Name: "LICENSE"},
		{Name: "THIRD_PARTY_NOTICES.txt"},
		{Name: "USAGE.md"},
		{Name: "bin/gosqlite"},
		{Name: "bin/gosqlite", GOOS: "windows", Need: Forbidden},
		{Name: "bin/gosqlite.exe", GOOS: "windows"},
		{Name: "bin/gosqlite-verify"},
		{Name: "bin/gosqlite-verify", GOOS: "windows", Need: Forbidden},
		{Name: "bin/gosqlite-verify.exe", GOOS: "windows"},
		{Name: "include/sqlite3.h"},
		{Name: "include/sqlite3ext.h"},
		{Name: "lib/libsqlite3.a"},
	},
	"debug": {
		{Name: "LICENSE"},
		{Name: "bin/gosqlite"},
		{Name: "bin/gosqlite", GOOS: "windows", Need: Forbidden},
		{Name: "bin/gosqlite.exe", GOOS: "windows"},
		{Name: "bin/gosqlite-verify"},
		{Name: "bin/gosqlite-verify", GOOS: "windows", Need: Forbidden},
		{Name: "bin/gosqlite-verify.exe", GOOS: "windows"},
	},
	// What the release promises: the interface in Go, and what is promised beside it.
	"api": {
		{Name: "compat.txt"},
		{Name: "defaults.txt"},
		{Name: "dsn.txt"},
		{Name: "errors.txt"},
		{Name: "formats.txt"},
		{Name: "next.txt"},
		{Name: "options.txt"},
		{Name: "shell.txt"},
		{Name: "v1.txt"},
	},
	// Bills of materials in the further formats, of the whole and of each platform.
	"sbom": {
		{Name: "*.cdx-1.6.json"},
		{Name: "*.cdx-1.6.xml"},
		{Name: "*.spdx"},
		{Name: "*.spdx3.json"},
	},
}

// systems are the values of GOOS that have rules.
var systems = []string{"darwin", "freebsd", "linux", "netbsd", "windows"}

// Kinds are the kinds of archive, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(rules)) }

// Systems are the systems that archives are made for, as GOOS says them, sorted.
func Systems() []string { return slices.Clone(systems) }

// CheckRules reports every difference between the archive, before it got its prefix, and the rules of its kind for the
// system goos. The error ends with the listing.
func (a *Archive) CheckRules(kind, goos string) error {
	table, ok := rules[kind]
	if !ok {
		return fmt.Errorf("no rules for archives of kind %q; there are %s", kind, strings.Join(Kinds(), ", "))
	}
	if !slices.Contains(systems, goos) {
		return fmt.Errorf("no rules for the system %q; there are %s", goos, strings.Join(systems, ", "))
	}
	return check(a, effective(table, goos))
}

// effective are the rules that hold for goos: one that names the system replaces the general one of the same name.
func effective(table []Rule, goos string) []Rule {
	var out []Rule
	for _, r := range table {
		if r.GOOS != "" && r.GOOS != goos {
			continue
		}
		out = slices.DeleteFunc(out, func(o Rule) bool { return o.Name == r.Name })
		out = append(out, r)
	}
	return out
}

func check(a *Archive, table []Rule) error {
	var faults []string
	have := make([]bool, len(table))
	for _, f := range a.Files {
		allowed, forbidden := false, false
		for i, r := range table {
			ok, err := Match(r.Name, f.Name)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			have[i] = true
			allowed = allowed || r.Need != Forbidden
			forbidden = forbidden || r.Need == Forbidden
		}
		switch {
		case forbidden:
			faults = append(faults, "must not hold "+f.Name)
		case !allowed:
			faults = append(faults, "holds "+f.Name+", which no rule allows")
		}
	}
	for i, r := range table {
		if r.Need == Required && !have[i] {
			faults = append(faults, "lacks "+r.Name)
		}
	}
	if len(faults) == 0 {
		return nil
	}
	var names []string
	for _, f := range a.Files {
		names = append(names, f.Name)
	}
	return fmt.Errorf("archive %s; it holds: %s", strings.Join(faults, "; "), strings.Join(names, " "))
}
