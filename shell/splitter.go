// SPDX-License-Identifier: MIT

package shell

import (
	"bytes"
	"fmt"

	"github.com/gosqlite/gosqlite/sqlite"
)

// maxStatement bounds one statement of a script, in bytes. It stands below
// SQLITE_MAX_SQL_LENGTH (1,000,000,000) because the text is held in memory.
const maxStatement = 256 << 20

// splitter cuts a script into statements as its lines arrive. It follows quotes
// and comments itself, so that each byte is looked at once, and asks
// sqlite.Complete only at a semicolon outside of them: that is where the body
// of a trigger has to be told from the end of a statement.
type splitter struct {
	buf     []byte // text of the statement that is being collected
	scanned int    // bytes of buf that were looked at
	line    int    // line number of buf[0]
	quote   byte   // closing byte of the open quote or comment, 0 for none
	tokens  bool   // buf holds more than space and comments
}

// Closing bytes that stand for the two kinds of comments.
const (
	inLineComment  = '\n'
	inBlockComment = '*'
)

// add appends one line with its line end. number counts from 1.
func (p *splitter) add(line []byte, number int) error {
	if len(p.buf)+len(line) > maxStatement {
		return fmt.Errorf("statement is longer than %d bytes; is a quote or a semicolon missing?", maxStatement)
	}
	if len(p.buf) == 0 {
		p.line = number
	}
	p.buf = append(p.buf, line...)
	return nil
}

// next returns the next complete statement and its line number.
func (p *splitter) next() (stmt string, line int, ok bool) {
	for p.scanned < len(p.buf) {
		if p.scan() && sqlite.Complete(string(p.buf[:p.scanned])) {
			stmt, line = p.take(p.scanned)
			return stmt, line, true
		}
	}
	if !p.pending() {
		p.reset()
	}
	return "", 0, false
}

// scan goes on to the next semicolon outside quotes and reports whether it
// found one.
func (p *splitter) scan() bool {
	for p.scanned < len(p.buf) {
		c := p.buf[p.scanned]
		p.scanned++
		switch {
		case p.quote == inBlockComment:
			if c == '*' && p.peek() == '/' {
				p.scanned++
				p.quote = 0
			}
		case p.quote != 0:
			if c == p.quote {
				p.quote = 0
			}
		case c == ';':
			p.tokens = true
			return true
		case c == '-' && p.peek() == '-':
			p.quote = inLineComment
		case c == '/' && p.peek() == '*':
			p.scanned++
			p.quote = inBlockComment
		case c == '\'' || c == '"' || c == '`':
			p.quote, p.tokens = c, true
		case c == '[':
			p.quote, p.tokens = ']', true
		case c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f':
			p.tokens = true
		}
	}
	return false
}

func (p *splitter) peek() byte {
	if p.scanned < len(p.buf) {
		return p.buf[p.scanned]
	}
	return 0
}

// take removes n bytes from the front; leading blank lines are left out, so
// that the line number is that of the first text.
func (p *splitter) take(n int) (string, int) {
	text := p.buf[:n]
	trimmed := bytes.TrimLeft(text, " \t\r\n\f")
	line := p.line + bytes.Count(text[:len(text)-len(trimmed)], []byte{'\n'})
	stmt := string(trimmed)
	p.line += bytes.Count(text, []byte{'\n'})
	p.buf = p.buf[n:]
	p.scanned, p.quote, p.tokens = 0, 0, false
	return stmt, line
}

// rest hands out what is left at the end of the input.
func (p *splitter) rest() (stmt string, line int, ok bool) {
	if !p.pending() {
		p.reset()
		return "", 0, false
	}
	stmt, line = p.take(len(p.buf))
	return stmt, line, true
}

// pending reports whether a statement was begun: an open comment counts, one
// that was closed does not.
func (p *splitter) pending() bool {
	return p.tokens || p.quote == inBlockComment
}

func (p *splitter) reset() {
	// A statement of many megabytes should not keep its memory for the run.
	if cap(p.buf) > 1<<20 {
		p.buf = nil
	}
	p.buf, p.scanned, p.quote, p.tokens = p.buf[:0], 0, 0, false
}
