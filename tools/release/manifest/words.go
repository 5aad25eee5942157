// SPDX-License-Identifier: MIT

package manifest

import "strings"

// The words that Parse accepts. The writer has its own idea of them, in patterns.

const (
	digits    = "0123456789"
	lowerCase = "abcdefghijklmnopqrstuvwxyz"
	letters   = lowerCase + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// consistsOf reports whether s has at least one byte and all its bytes are in set.
func consistsOf(s, set string) bool {
	return s != "" && strings.Trim(s, set) == ""
}

func isName(s string) bool {
	return len(s) <= 128 && consistsOf(s, letters+digits+"._-+") && consistsOf(s[:1], letters+digits) && !strings.HasSuffix(s, ".")
}

func isPlatform(s string) bool {
	for word := range strings.SplitSeq(s, "_") {
		if !consistsOf(word, lowerCase+digits) {
			return false
		}
	}
	return true
}

// isVersion follows https://semver.org/spec/v2.0.0.html, without the rule about leading zeros in pre-release numbers.
func isVersion(s string) bool {
	s, build, hasBuild := strings.Cut(s, "+")
	if hasBuild && !isIdentifiers(build) {
		return false
	}
	core, pre, hasPre := strings.Cut(s, "-")
	if hasPre && !isIdentifiers(pre) {
		return false
	}
	numbers := strings.Split(core, ".")
	for _, n := range numbers {
		if !consistsOf(n, digits) || len(n) > 1 && n[0] == '0' {
			return false
		}
	}
	return len(numbers) == 3
}

func isIdentifiers(s string) bool {
	for word := range strings.SplitSeq(s, ".") {
		if !consistsOf(word, letters+digits+"-") {
			return false
		}
	}
	return true
}
