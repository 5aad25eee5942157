// SPDX-License-Identifier: MIT

// Package walk turns a page of the manual into what a new user does who follows it word for word: a script for sh.
//
// Blocks that take part have a comment in the line before them:
//
//	<!-- first hour: NAME -->  commands, run one after another in one shell
//	<!-- program: NAME -->     Go, written into main.go
//	<!-- output: NAME -->      what the commands before it print, to the letter
//
// Other blocks are left out.
package walk

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

var block = regexp.MustCompile("(?ms)^<!-- (first hour|program|output): (\\w+) -->\n```(\\w*)\n(.*?)^```$")

// end closes a here-document; no page has such a line.
const end = "END_OF_WHAT_THE_PAGE_SAYS"

// Script is the script of a page. It stops at the first command that fails, and where something else is printed than the
// page says. It is to be run by sh in a folder of its own.
func Script(page string) (string, error) {
	var b strings.Builder
	b.WriteString("set -eu\nwalk_folder=$PWD\n")
	blocks := block.FindAllStringSubmatch(page, -1)
	commands := 0
	for i, m := range blocks {
		kind, name, text := m[1], m[2], m[4]
		if strings.Contains(text, end) {
			return "", fmt.Errorf("block %s holds the line that ends here-documents", name)
		}
		fmt.Fprintf(&b, "printf '%%s\\n' '== %s: %s' >&2\n", kind, name)
		switch kind {
		case "first hour":
			commands++
			if i+1 < len(blocks) && blocks[i+1][1] == "output" {
				text = "{\n" + text + "} >\"$walk_folder/printed\"\n"
			}
			b.WriteString(text)
		case "program":
			b.WriteString("cat >main.go <<'" + end + "'\n" + text + end + "\n")
		case "output":
			if i == 0 || blocks[i-1][1] != "first hour" {
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
