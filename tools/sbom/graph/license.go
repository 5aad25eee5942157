// SPDX-License-Identifier: MIT

package graph

import (
	"slices"
	"strings"
)

// joinLicenses is the expression of what is under all of several, each a list joined by AND.
func joinLicenses(expressions []string) string {
	var terms []string
	for _, e := range expressions {
		for _, term := range strings.Split(e, " AND ") {
			if term != "" && !slices.Contains(terms, term) {
				terms = append(terms, term)
			}
		}
	}
	slices.Sort(terms)
	return strings.Join(terms, " AND ")
}
