// SPDX-License-Identifier: MIT

package lint

import (
	"path"
	"strings"
)

// A fence is one fenced block of a Markdown file.
type fence struct {
	page     string
	line     int    // of the opening fence, from 1
	marker   string // the comment in the line before it, without its signs; "" if there is none
	language string
	text     string
}

// fences are the fenced blocks of a page; those in lists are indented.
func fences(page string, data []byte) []fence {
	var all []fence
	var open *fence
	var text []string
	before := ""
	for i, line := range strings.Split(string(data), "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case open == nil && strings.HasPrefix(trimmed, "```"):
			open = &fence{page: page, line: i + 1, language: strings.TrimPrefix(trimmed, "```")}
			if c, ok := strings.CutPrefix(before, "<!--"); ok {
				open.marker = strings.TrimSpace(strings.TrimSuffix(c, "-->"))
			}
			text = nil
		case open != nil && trimmed == "```":
			open.text = strings.Join(text, "\n")
			all, open = append(all, *open), nil
		case open != nil:
			text = append(text, trimmed)
		}
		before = trimmed
	}
	if open != nil { // a fence that nothing closes
		open.text = strings.Join(text, "\n")
		all = append(all, *open)
	}
	return all
}

// isPage says whether a file is documentation for people: Markdown, but for what tests and templates hold.
func isPage(name string) bool {
	return path.Ext(name) == ".md" && !strings.Contains(name, "testdata/")
}
