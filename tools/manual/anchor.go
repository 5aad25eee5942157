// SPDX-License-Identifier: MIT

package manual

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

// anchors gives headings the anchors that GitHub gives them: lower case, blanks become -, and of the rest letters, digits,
// - and _ stay; a second heading of that text gets -1. Goldmark's own differ where a heading has an underscore.
type anchors struct{ seen map[string]int }

// Generate makes the anchor of a heading.
func (a *anchors) Generate(value []byte, _ ast.NodeKind) []byte {
	return []byte(a.unique(slug(string(value))))
}

// Put records an anchor that was given by hand.
func (a *anchors) Put(value []byte) { a.unique(string(value)) }

func (a *anchors) unique(id string) string {
	if a.seen == nil {
		a.seen = map[string]int{}
	}
	n := a.seen[id]
	a.seen[id]++
	if n == 0 {
		return id
	}
	return id + "-" + strconv.Itoa(n)
}

func slug(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(text)) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}
