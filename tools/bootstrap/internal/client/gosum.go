// SPDX-License-Identifier: MIT

package client

import (
	"fmt"
	"sort"
	"strings"
)

// GoModuleVersion is a module at a version.
type GoModuleVersion struct{ Path, Version string }

func (m GoModuleVersion) String() string { return m.Path + "@" + m.Version }

// GoSum is what go.sum files vouch for (https://go.dev/ref/mod#go-sum-files):
// the hashes of module zips and of go.mod files.
type GoSum struct {
	Zips, Mods map[GoModuleVersion]string
}

// NewGoSum returns an empty sum.
func NewGoSum() *GoSum {
	return &GoSum{Zips: map[GoModuleVersion]string{}, Mods: map[GoModuleVersion]string{}}
}

// Add reads the text of one go.sum. Two files may say the same; they must not
// contradict each other.
func (s *GoSum) Add(text string) error {
	for i, line := range strings.Split(text, "\n") {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if len(f) != 3 || !strings.HasPrefix(f[2], "h1:") || !wellFormed(f[0]) {
			return fmt.Errorf("line %d is none of a go.sum", i+1)
		}
		version, isMod := strings.CutSuffix(f[1], "/go.mod")
		if !wellFormed(version) || strings.Contains(version, "/") {
			return fmt.Errorf("line %d is none of a go.sum", i+1)
		}
		hashes := s.Zips
		if isMod {
			hashes = s.Mods
		}
		m := GoModuleVersion{f[0], version}
		if old := hashes[m]; old != "" && old != f[2] {
			return &WrongDigest{What: "go.sum's line of " + m.String(), Want: old, Got: f[2],
				Hint: "two go.sum files contradict each other: find out which one is wrong"}
		}
		hashes[m] = f[2]
	}
	return nil
}

// wellFormed refuses what could leave a folder or pass for an option of the go
// command; module paths are plain (https://go.dev/ref/mod#go-mod-file-ident).
func wellFormed(s string) bool {
	for _, r := range s {
		if !strings.ContainsRune("-._~/+", r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return s != "" && s[0] != '-' && s[0] != '/' && !strings.Contains(s, "..") && !strings.Contains(s, "//")
}

// SortedMods lists the modules whose go.mod has a hash.
func (s *GoSum) SortedMods() []GoModuleVersion { return sorted(s.Mods) }

// SortedZips lists the modules that have both hashes: no go command takes a zip
// whose go.mod has none.
func (s *GoSum) SortedZips() []GoModuleVersion {
	both := map[GoModuleVersion]string{}
	for m := range s.Zips {
		if s.Mods[m] != "" {
			both[m] = s.Zips[m]
		}
	}
	return sorted(both)
}

func sorted(hashes map[GoModuleVersion]string) []GoModuleVersion {
	list := make([]GoModuleVersion, 0, len(hashes))
	for m := range hashes {
		list = append(list, m)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].String() < list[j].String() })
	return list
}
