// SPDX-License-Identifier: MIT

// Package walk turns a page of the manual's site into what a new user does who follows it word for word: a script for sh.
// It reads the finished page, so that what is carried out is what a reader sees.
//
// Blocks that take part have a mark, which the page's source has as a comment in the line before them, and the site as the
// attribute data-block:
//
//	first hour: NAME  commands, run one after another in one shell
//	program: NAME     Go, written into main.go
//	output: NAME      what the commands before it print, to the letter
//
// Other blocks are left out.
package walk

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

var mark = regexp.MustCompile(`^(first hour|program|output): (\w+)$`)

// end closes a here-document; no page has such a line.
const end = "END_OF_WHAT_THE_PAGE_SAYS"

// Script is the script of a page of the site. It stops at the first command that fails, and where something else is printed
// than the page says. It is to be run by sh in a folder of its own.
func Script(page string) (string, error) {
	blocks, err := Read(page)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("set -eu\nwalk_folder=$PWD\n")
	kindOf := func(i int) string {
		if i < 0 || i >= len(blocks) {
			return ""
		}
		kind, _, _ := strings.Cut(blocks[i].Mark, ":")
		return kind
	}
	commands := 0
	for i, block := range blocks {
		m, text := mark.FindStringSubmatch(block.Mark), block.Text
		if m == nil {
			continue
		}
		kind, name := m[1], m[2]
		if strings.Contains(text, end) {
			return "", fmt.Errorf("block %s holds the line that ends here-documents", name)
		}
		fmt.Fprintf(&b, "printf '%%s\\n' '== %s: %s' >&2\n", kind, name)
		switch kind {
		case "first hour":
			commands++
			if kindOf(i+1) == "output" {
				text = "{\n" + text + "} >\"$walk_folder/printed\"\n"
			}
			b.WriteString(text)
		case "program":
			b.WriteString("cat >main.go <<'" + end + "'\n" + text + end + "\n")
		case "output":
			if kindOf(i-1) != "first hour" {
				return "", fmt.Errorf("output %s: no commands stand before it", name)
			}
			b.WriteString("diff -u - \"$walk_folder/printed\" <<'" + end + "'\n" + text + end + "\n")
		}
	}
	if commands == 0 {
		return "", errors.New("the page has no commands of the first hour")
	}
	return b.String(), nil
}
