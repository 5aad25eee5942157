// SPDX-License-Identifier: MIT

package semver

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"
)

// A Level is the part of a version that a change asks to raise.
type Level int

// The levels.
const (
	Patch Level = iota
	Minor
	Major
)

// String is patch, minor or major.
func (l Level) String() string { return [...]string{"patch", "minor", "major"}[l] }

// MarshalText is String.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads String.
func (l *Level) UnmarshalText(text []byte) error {
	for _, level := range []Level{Patch, Minor, Major} {
		if level.String() == string(text) {
			*l = level
			return nil
		}
	}
	return fmt.Errorf("level %q is none of patch, minor and major", text)
}

// Least is the lowest version after base, vMAJOR.MINOR.PATCH, that a level allows.
func Least(base string, level Level) (string, error) {
	var n [3]int
	for i, part := range strings.Split(strings.TrimPrefix(semver.Canonical(base), "v"), ".") {
		v, err := strconv.Atoi(part)
		if err != nil || i > 2 {
			return "", fmt.Errorf("compute the least version: %q is no release", base)
		}
		n[i] = v
	}
	if n[0] == 0 && level > Patch {
		// Before 1.0.0 anything may change; the minor version says that something did.
		level--
	}
	switch level {
	case Major:
		n = [3]int{n[0] + 1, 0, 0}
	case Minor:
		n = [3]int{n[0], n[1] + 1, 0}
	default:
		n[2]++
	}
	return fmt.Sprintf("v%d.%d.%d", n[0], n[1], n[2]), nil
}

// core is a version without its pre-release.
func core(version string) string {
	return strings.TrimSuffix(semver.Canonical(version), semver.Prerelease(version))
}
