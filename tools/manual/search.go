// SPDX-License-Identifier: MIT

package manual

import (
	"encoding/json"
	"fmt"
	"strings"
)

// indexFile holds what the search looks through. It is a script and not plain JSON so that it can be loaded where the site
// is a folder on a disk: a browser lets no page read a file there.
const indexFile = "search-index.js"

const indexPrefix = "var manualIndex = "

// An entry is one place that a search can find.
type entry struct {
	Page   string `json:"p"`
	Anchor string `json:"a"`
	Title  string `json:"t"`
	Text   string `json:"x"`
}

// collector gathers the words of a page by its headings.
type collector struct {
	list []entry
	b    strings.Builder
}

func (c *collector) begin(anchor, title string) {
	c.end()
	c.list = append(c.list, entry{Anchor: anchor, Title: title})
}

func (c *collector) end() {
	if len(c.list) > 0 {
		c.list[len(c.list)-1].Text = strings.Join(strings.Fields(c.b.String()), " ")
	}
	c.b.Reset()
}

// words adds text that stands for itself.
func (c *collector) words(text string) {
	c.b.WriteByte(' ')
	c.b.WriteString(text)
	c.b.WriteByte(' ')
}

// text adds a piece of running text.
func (c *collector) text(text string, lineEnds bool) {
	c.b.WriteString(text)
	if lineEnds {
		c.b.WriteByte(' ')
	}
}

// entries are the places of a page with this title.
func (c *collector) entries(title string) []entry {
	c.end()
	for i := range c.list {
		if c.list[i].Anchor == "" {
			c.list[i].Title = title
		} else {
			c.list[i].Title = title + " › " + c.list[i].Title
		}
	}
	return c.list
}

func searchIndex(index []entry) ([]byte, error) {
	text, err := json.Marshal(index)
	if err != nil {
		return nil, fmt.Errorf("write search index: %w", err)
	}
	return append([]byte(indexPrefix), append(text, ";\n"...)...), nil
}
