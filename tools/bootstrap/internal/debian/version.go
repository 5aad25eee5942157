// SPDX-License-Identifier: MIT

package debian

import (
	"fmt"
	"strings"
)

// Choose picks the revision to install: the recorded one when it is offered,
// else the newest of the same major version (moved is true then). major is the
// text before the first dot, e.g. "7".
func Choose(recorded, major string, offered []string) (revision string, moved bool, err error) {
	best := ""
	for _, v := range offered {
		if v == recorded {
			return v, false, nil
		}
		if strings.HasPrefix(v, major+".") && (best == "" || Compare(v, best) > 0) {
			best = v
		}
	}
	if best == "" {
		return "", false, fmt.Errorf("choose a revision: %s has gone from the mirror, and no other %s.x is there; bring a bundle with `bazelw fetch --import FILE`, or install bazelisk", recorded, major)
	}
	return best, true, nil
}

// Compare orders Debian versions as deb-version(7) says.
func Compare(a, b string) int {
	ea, ua, ra := split(a)
	eb, ub, rb := split(b)
	for _, pair := range [][2]string{{ea, eb}, {ua, ub}, {ra, rb}} {
		if c := comparePart(pair[0], pair[1]); c != 0 {
			return c
		}
	}
	return 0
}

func split(v string) (epoch, upstream, revision string) {
	epoch, upstream, ok := strings.Cut(v, ":")
	if !ok {
		epoch, upstream = "0", v
	}
	if i := strings.LastIndexByte(upstream, '-'); i >= 0 {
		return epoch, upstream[:i], upstream[i+1:]
	}
	return epoch, upstream, ""
}

// comparePart alternates between a run of non-digits, in which "~" sorts before
// the end and letters before other signs, and a run of digits.
func comparePart(a, b string) int {
	for a != "" || b != "" {
		for (a != "" && !digit(a[0])) || (b != "" && !digit(b[0])) {
			if d := weight(a) - weight(b); d != 0 {
				return d
			}
			a, b = a[1:], b[1:]
		}
		var na, nb string
		na, a = number(a)
		nb, b = number(b)
		if len(na) != len(nb) {
			return len(na) - len(nb)
		}
		if c := strings.Compare(na, nb); c != 0 {
			return c
		}
	}
	return 0
}

func weight(s string) int {
	switch {
	case s == "" || digit(s[0]):
		return 0
	case s[0] == '~':
		return -1
	case s[0] >= 'A' && s[0] <= 'Z' || s[0] >= 'a' && s[0] <= 'z':
		return int(s[0])
	}
	return int(s[0]) + 256
}

func number(s string) (digits, rest string) {
	i := 0
	for i < len(s) && digit(s[i]) {
		i++
	}
	return strings.TrimLeft(s[:i], "0"), s[i:]
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
