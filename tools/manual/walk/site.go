// SPDX-License-Identifier: MIT

package walk

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A Block is one block of a page of the site that has a mark, with the text that a reader sees and copies.
type Block struct {
	Mark string // what the page's source says in the comment before it, such as "first hour: module"
	Text string // with a newline at its end
}

// Read reads the marked blocks of a page of the site, in its order.
func Read(page string) ([]Block, error) {
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var all []Block
	var open *Block
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read page of the site: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if t.Name.Local != "pre" {
				continue
			}
			for _, a := range t.Attr {
				if a.Name.Local == "data-block" {
					open = &Block{Mark: a.Value}
				}
			}
		case xml.CharData:
			if open != nil {
				open.Text += string(t)
			}
		case xml.EndElement:
			if t.Name.Local == "pre" && open != nil {
				open.Text = strings.TrimSuffix(open.Text, "\n") + "\n"
				all, open = append(all, *open), nil
			}
		}
	}
	if open != nil {
		return nil, errors.New("read page of the site: a block has no end")
	}
	return all, nil
}

// Markdown is the marked blocks as a page's source has them, for a check that reads Markdown: the text is that of the site.
func Markdown(blocks []Block) (string, error) {
	var b strings.Builder
	for _, block := range blocks {
		if strings.Contains(block.Text, "```") || strings.Contains(block.Mark, "--") {
			return "", fmt.Errorf("block %s holds what ends it", block.Mark)
		}
		fmt.Fprintf(&b, "<!-- %s -->\n```sh\n%s```\n\n", block.Mark, block.Text)
	}
	if b.Len() == 0 {
		return "", errors.New("the page has no marked blocks")
	}
	return b.String(), nil
}
