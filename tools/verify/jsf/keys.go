// SPDX-License-Identifier: MIT

package jsf

import (
	"maps"
	"slices"
	"unicode/utf16"
)

// sortedKeys orders keys as RFC 8785 section 3.2.3 does: by their UTF-16 code units.
func sortedKeys(m map[string]any) []string {
	return slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
	})
}
