// SPDX-License-Identifier: MIT

package shell

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/sqlite"
)

// usageError says that the command line is wrong; it ends the run with
// ExitUsage.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// exitRequest is how `.exit` unwinds nested scripts.
type exitRequest struct{ code int }

func (e exitRequest) Error() string { return fmt.Sprintf("exit %d", e.code) }

// errReported ends a run whose failures were printed when they happened.
var errReported = errors.New("failures were reported")

// position is where a piece of input came from. An empty name stands for the
// command line.
type position struct {
	name string
	line int
}

func (p position) String() string {
	if p.name == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d: ", p.name, p.line)
}

// placedError is a failure together with the input that caused it.
type placedError struct {
	at    position
	text  string // the SQL handed to SQLite, empty for a command
	cause error
}

func (e *placedError) Unwrap() error { return e.cause }

// Error gives the message with the extended code name and, where SQLite knows
// the place, the line of SQL with a caret under it.
func (e *placedError) Error() string {
	at, message := e.at, describe(e.cause)
	var lite *sqlite.Error
	if e.text == "" || !errors.As(e.cause, &lite) || lite.Offset < 0 || lite.Offset > len(e.text) {
		return at.String() + message
	}
	at.line += strings.Count(e.text[:lite.Offset], "\n")
	return at.String() + message + "\n" + caret(e.text, lite.Offset)
}

// describe is err's text with SQLite's part in the shell's form: the message
// and the name of the extended code, without an offset that a caret shows.
func describe(err error) string {
	var lite *sqlite.Error
	if !errors.As(err, &lite) {
		return err.Error()
	}
	return strings.Replace(err.Error(), lite.Error(), lite.Message+" ("+lite.Code.String()+")", 1)
}

// caretWidth bounds the excerpt of a long line, in bytes either side.
const caretWidth = 60

// caret shows the line of text that holds offset, and a caret below offset.
func caret(text string, offset int) string {
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	end := len(text)
	if i := strings.IndexByte(text[offset:], '\n'); i >= 0 {
		end = offset + i
	}
	before, after := text[start:offset], text[offset:end]
	lead, trail := "", ""
	if len(before) > caretWidth {
		before, lead = strings.ToValidUTF8(before[len(before)-caretWidth:], ""), "..."
	}
	if len(after) > caretWidth {
		after, trail = strings.ToValidUTF8(after[:caretWidth], ""), "..."
	}
	shown := lead + visible(expandTabs(before))
	return "  " + shown + visible(expandTabs(after)) + trail + "\n" +
		"  " + strings.Repeat(" ", displayWidth(shown)) + "^"
}

// expandTabs keeps the caret aligned: a tab has no width of its own.
func expandTabs(s string) string { return strings.ReplaceAll(strings.TrimRight(s, "\r"), "\t", "    ") }
