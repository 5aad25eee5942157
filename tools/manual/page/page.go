// SPDX-License-Identifier: MIT

// Package page reads the blocks of a page of the manual, for tests that execute the very text that a reader sees, and for
// tools/lint, which holds that each block has one.
package page

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// maxPage bounds a page, in bytes.
const maxPage = 1 << 20

// A Block is one fenced block.
type Block struct {
	Section  string // the heading that it stands below, with its signs, such as "## TUF"; the last of any level
	Marker   string // the comment in the line before it, without its signs; empty if there is none
	Language string
	Text     string // with the newline at its end, and without what a list indents it by
	Line     int    // of the opening fence, from 1
}

// Read reads the blocks of a page, and has none of a page that is missing or too long.
func Read(file string) ([]Block, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read page: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxPage+1))
	if err == nil && len(text) > maxPage {
		err = fmt.Errorf("it is larger than %d bytes", maxPage)
	}
	if err != nil {
		return nil, fmt.Errorf("read page %s: %w", file, err)
	}
	return Blocks(string(text))
}

// Blocks are the blocks of a page's text. One that nothing closes is the last of them, beside the error.
func Blocks(text string) ([]Block, error) {
	var all []Block
	var open *Block
	section, before, indent := "", "", 0
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case open == nil && strings.HasPrefix(trimmed, "```"):
			open = &Block{Section: section, Language: strings.TrimPrefix(trimmed, "```"), Line: i + 1}
			indent = len(line) - len(strings.TrimLeft(line, " "))
			if c, ok := strings.CutPrefix(before, "<!--"); ok {
				open.Marker = strings.TrimSpace(strings.TrimSuffix(c, "-->"))
			}
		case open != nil && trimmed == "```":
			all, open = append(all, *open), nil
		case open != nil:
			open.Text += line[min(indent, len(line)-len(strings.TrimLeft(line, " "))):] + "\n"
		case strings.HasPrefix(line, "#"):
			section = trimmed
		}
		before = trimmed
	}
	if open != nil {
		open.Text = strings.TrimSuffix(open.Text, "\n") // the page's end is no line
		return append(all, *open), fmt.Errorf("line %d: nothing closes the block", open.Line)
	}
	return all, nil
}

// A Command is one command of a block, as a shell would split it. Variables and patterns stay as they are written.
type Command struct {
	Line  int // where it begins on the page, from 1
	Text  string
	Words []string
}

// Commands are the commands of a block of sh: lines that end with a backslash go on, and a comment behind a command is left
// out. Here-documents, pipes and quotes over several lines are no commands of this form.
func (b Block) Commands() ([]Command, error) {
	var all []Command
	joined, begin := "", 0
	for i, line := range strings.Split(strings.TrimSuffix(b.Text, "\n"), "\n") {
		if joined == "" {
			begin = b.Line + 1 + i
		}
		if rest, ok := strings.CutSuffix(line, "\\"); ok {
			joined += rest
			continue
		}
		text := joined + line
		joined = ""
		words, err := split(text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", begin, err)
		}
		if len(words) > 0 {
			all = append(all, Command{begin, strings.TrimSpace(text), words})
		}
	}
	if joined != "" {
		return nil, fmt.Errorf("line %d: the last command goes on nowhere", begin)
	}
	return all, nil
}

// split splits at blanks outside of quotes, and ends at a comment.
func split(text string) (words []string, err error) {
	var word strings.Builder
	var quote rune
	inside := false // of a word, which may be empty
	end := func() {
		if inside {
			words = append(words, word.String())
		}
		word.Reset()
		inside = false
	}
	for _, c := range text {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(c)
		case c == '\'' || c == '"':
			quote, inside = c, true
		case c == ' ' || c == '\t':
			end()
		case c == '#' && !inside:
			return words, nil
		default:
			inside = true
			word.WriteRune(c)
		}
	}
	if quote != 0 {
		return nil, errors.New("a quote is not closed")
	}
	end()
	return words, nil
}

// Of gives the commands of all blocks of a language in one section, in the page's order; an empty section is the whole page.
func Of(blocks []Block, section, language string) ([]Command, error) {
	var all []Command
	for _, b := range blocks {
		if b.Language != language || section != "" && b.Section != section {
			continue
		}
		commands, err := b.Commands()
		if err != nil {
			return nil, err
		}
		all = append(all, commands...)
	}
	return all, nil
}
