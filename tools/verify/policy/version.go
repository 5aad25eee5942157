// SPDX-License-Identifier: MIT

package policy

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// A Version is a version as https://semver.org/spec/v2.0.0.html orders them.
type Version struct {
	core [3]uint64
	pre  []string // nil for a release
}

// ParseVersion reads a version without a leading v.
func ParseVersion(text string) (Version, error) {
	bad := fmt.Errorf("version %.40q is not such as 1.0.0 or 1.0.0-rc.1", text)
	var v Version
	core, _, _ := strings.Cut(text, "+")
	core, pre, hasPre := strings.Cut(core, "-")
	numbers := strings.Split(core, ".")
	if len(numbers) != len(v.core) {
		return v, bad
	}
	for i, n := range numbers {
		value, err := strconv.ParseUint(n, 10, 63)
		if err != nil || strconv.FormatUint(value, 10) != n {
			return v, bad
		}
		v.core[i] = value
	}
	if hasPre {
		v.pre = strings.Split(pre, ".")
		for _, id := range v.pre {
			if id == "" {
				return v, bad
			}
		}
	}
	return v, nil
}

// Compare is negative, zero or positive as v comes before, with or after o. Build metadata does not count.
func (v Version) Compare(o Version) int {
	for i := range v.core {
		if c := cmp.Compare(v.core[i], o.core[i]); c != 0 {
			return c
		}
	}
	switch {
	case v.pre == nil || o.pre == nil:
		return cmp.Compare(btoi(v.pre == nil), btoi(o.pre == nil))
	}
	for i := range min(len(v.pre), len(o.pre)) {
		if c := compareIdentifiers(v.pre[i], o.pre[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(v.pre), len(o.pre))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// compareIdentifiers: numbers by value and before words, words by their bytes.
func compareIdentifiers(a, b string) int {
	x, errA := strconv.ParseUint(a, 10, 64)
	y, errB := strconv.ParseUint(b, 10, 64)
	switch {
	case errA == nil && errB == nil:
		return cmp.Compare(x, y)
	case errA == nil || errB == nil:
		return cmp.Compare(btoi(errA != nil), btoi(errB != nil))
	}
	return strings.Compare(a, b)
}
