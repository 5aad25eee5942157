// SPDX-License-Identifier: MIT

package lint

import (
	"path"
	"strings"

	"github.com/gosqlite/gosqlite/tools/manual/page"
)

// fences are the fenced blocks of a page. One that nothing closes is the last; check pages tells of it.
func fences(data []byte) []page.Block {
	all, _ := page.Blocks(string(data))
	return all
}

// isPage says whether a file is documentation for people: Markdown, but for what tests and templates hold.
func isPage(name string) bool {
	return path.Ext(name) == ".md" && !strings.Contains(name, "testdata/")
}
