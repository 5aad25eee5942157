// SPDX-License-Identifier: MIT

package manual

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
)

// Contents is the table of contents: docs/contents.json.
type Contents []Section

// A Section groups entries under a title.
type Section struct {
	Title   string  `json:"title"`
	Entries []Entry `json:"entries"`
}

// An Entry is one page. Exactly one of File, Package and Treemap is set.
type Entry struct {
	Page    string `json:"page"`    // the page's file is PAGE.html
	Title   string `json:"title"`   // in the navigation
	File    string `json:"file"`    // Markdown, relative to the tree's root
	Package string `json:"package"` // folder of a Go package, relative to the module's root
	Treemap string `json:"treemap"` // which program the picture shows
}

// Limits of a table of contents.
const maxEntries = 200

var pageName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// ParseContents reads a table of contents. Fields that it does not know, names that are used twice and entries that name
// no source or two are errors; so is one without the page index.
func ParseContents(text []byte) (Contents, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var c Contents
	if err := decoder.Decode(&c); err != nil {
		return nil, fmt.Errorf("read contents: %w", err)
	}
	pages, sources := map[string]bool{}, map[string]bool{}
	for _, e := range c.entries() {
		source, n := "", 0
		for _, s := range []string{e.File, e.Package, e.Treemap} {
			if s != "" {
				source, n = s, n+1
			}
		}
		switch {
		case !pageName.MatchString(e.Page) || e.Title == "":
			return nil, fmt.Errorf("read contents: entry %q needs a page of lower-case words joined by -, and a title", e.Page)
		case n != 1:
			return nil, fmt.Errorf("read contents: page %s needs one of file, package and treemap", e.Page)
		case pages[e.Page] || sources[source]:
			return nil, fmt.Errorf("read contents: page %s or its source %s is there twice", e.Page, source)
		}
		pages[e.Page], sources[source] = true, true
	}
	if !pages["index"] || len(pages) > maxEntries {
		return nil, fmt.Errorf("read contents: there are %d pages; 1 to %d are needed, one of them index", len(pages), maxEntries)
	}
	return c, nil
}

func (c Contents) entries() []Entry {
	var all []Entry
	for _, s := range c {
		all = append(all, s.Entries...)
	}
	return all
}

// pageOf is the page that is made of a Markdown file or a package.
func (c Contents) pageOf(source string) (string, bool) {
	for _, e := range c.entries() {
		if source != "" && (e.File == source || e.Package == source) {
			return e.Page + ".html", true
		}
	}
	return "", false
}
