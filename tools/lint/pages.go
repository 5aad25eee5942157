// SPDX-License-Identifier: MIT

package lint

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/gosqlite/gosqlite/tools/manual/page"
)

// link is a link or picture in Markdown, as far as its target. Code is blanked before.
var (
	link     = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	codeSpan = regexp.MustCompile("`[^`\n]*`")
)

// checkPages refuses links of Markdown files to files that are not in the tree, and blocks that nothing closes. Anchors and the links among the manual's
// pages are held by tools/manual, as the site is made.
func checkPages(ctx context.Context, t *Tree) ([]Finding, error) {
	known := map[string]bool{".": true}
	for _, name := range t.Files {
		for ; name != "." && !known[name]; name = path.Dir(name) {
			known[name] = true
		}
	}
	var findings []Finding
	err := t.each(ctx, isPage, func(name string, data []byte) {
		if _, err := page.Blocks(string(data)); err != nil {
			findings = append(findings, Finding{name, 0, err.Error()})
		}
		text := withoutCode(data)
		for _, m := range link.FindAllStringSubmatchIndex(text, -1) {
			to, _, _ := strings.Cut(text[m[2]:m[3]], "#")
			if to == "" || strings.Contains(to, ":") {
				continue
			}
			if file := path.Join(path.Dir(name), to); !known[file] {
				findings = append(findings, Finding{name, lineOf([]byte(text), m[2]), fmt.Sprintf("links to %s, which is not in the tree", file)})
			}
		}
	})
	return order(findings), err
}

// withoutCode is the page with blank lines in place of its blocks, so that lines keep their numbers.
func withoutCode(data []byte) string {
	lines := strings.Split(string(data), "\n")
	for _, b := range fences(data) {
		for i := b.Line; i < len(lines) && i <= b.Line+strings.Count(b.Text, "\n"); i++ {
			lines[i] = ""
		}
	}
	return codeSpan.ReplaceAllString(strings.Join(lines, "\n"), "")
}
