// SPDX-License-Identifier: MIT

package shell

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"unicode/utf8"

	"golang.org/x/term"
)

// ErrInterrupted is returned by [Terminal.ReadLine] for Ctrl-C.
var ErrInterrupted = errors.New("interrupted")

// Terminal is what interactive mode needs from a terminal.
type Terminal interface {
	// ReadLine shows prompt and returns one line without its end. It returns
	// io.EOF for Ctrl-D on an empty line and ErrInterrupted for Ctrl-C. Outside
	// of the call the terminal is in its usual mode, so that Ctrl-C is a signal.
	ReadLine(prompt string) (string, error)
	// Restore puts the terminal into its usual mode while ReadLine still waits.
	Restore() error
	// SetHistory sets what the arrow keys recall, SetCompleter what Tab asks.
	SetHistory(History)
	SetCompleter(Completer)
}

// History recalls lines. Its methods are those that x/term asks for; it is no
// name for a type of that module, whose versions promise less than this one's.
type History interface {
	// Add offers the line that was typed last; it may be dropped.
	Add(line string)
	// Len is how many lines there are.
	Len() int
	// At is a line; index 0 is the newest, and one out of range panics.
	At(index int) string
}

// Completer returns line with the word before pos completed, and the new
// position; both positions are byte offsets. ok is false when there is nothing
// to change. several holds the choices when the word is ambiguous.
type Completer func(line string, pos int) (newLine string, newPos int, several []string, ok bool)

// OpenTerminal returns the terminal that in and out are, or nil when one of
// them is none.
func OpenTerminal(in, out *os.File) Terminal {
	if !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) {
		return nil
	}
	return &lineTerminal{in: in, out: out}
}

// maxTyped is the length at which x/term drops further characters, in runes.
const maxTyped = 4096

// lineTerminal is a Terminal on golang.org/x/term.
type lineTerminal struct {
	in, out *os.File
	keys    *keyReader
	editor  *term.Terminal
	history History
	choose  Completer

	mu  sync.Mutex
	old *term.State // mode to go back to while a line is read
}

func (t *lineTerminal) SetHistory(h History)     { t.history = h }
func (t *lineTerminal) SetCompleter(c Completer) { t.choose = c }

func (t *lineTerminal) ReadLine(prompt string) (string, error) {
	state, err := term.MakeRaw(int(t.in.Fd()))
	if err != nil {
		return "", fmt.Errorf("set terminal mode: %w", err)
	}
	t.mu.Lock()
	t.old = state
	t.mu.Unlock()
	defer t.Restore()
	if t.editor == nil {
		t.newEditor()
	}
	if width, height, err := term.GetSize(int(t.out.Fd())); err == nil && width > 0 {
		t.editor.SetSize(width, height)
	}
	t.editor.SetPrompt(prompt)
	t.editor.SetBracketedPasteMode(true)
	defer t.editor.SetBracketedPasteMode(false)
	line, err := t.editor.ReadLine()
	if errors.Is(err, term.ErrPasteIndicator) {
		err = nil
	}
	if errors.Is(err, io.EOF) && t.keys.last == keyInterrupt {
		// The editor keeps Ctrl-C as unread input and would return at once
		// for ever, so the next line gets a new one.
		t.editor = nil
		io.WriteString(t.out, "^C\r\n")
		return "", ErrInterrupted
	}
	if err == nil && utf8.RuneCountInString(line) >= maxTyped {
		return "", fmt.Errorf("a typed line holds at most %d characters; use .read FILE", maxTyped-1)
	}
	return line, err
}

// Restore implements [Terminal].
func (t *lineTerminal) Restore() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.old == nil {
		return nil
	}
	old := t.old
	t.old = nil
	return term.Restore(int(t.in.Fd()), old)
}

func (t *lineTerminal) newEditor() {
	t.keys = &keyReader{in: t.in}
	t.editor = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{t.keys, t.out}, "")
	if t.history != nil {
		t.editor.History = t.history
	}
	t.editor.AutoCompleteCallback = t.complete
}

func (t *lineTerminal) complete(line string, pos int, key rune) (string, int, bool) {
	if key != '\t' || t.choose == nil {
		return "", 0, false
	}
	newLine, newPos, several, ok := t.choose(line, pos)
	if !ok && len(several) > 0 {
		for _, name := range several {
			fmt.Fprintf(t.editor, "  %s\n", name)
		}
	}
	return newLine, newPos, ok
}

const keyInterrupt = 3

// keyReader remembers the last key, since the editor reports Ctrl-C and Ctrl-D
// alike. It never reads past a Ctrl-C, so that last is that key when the editor
// meets it.
type keyReader struct {
	in   io.Reader
	rest []byte
	buf  [256]byte
	last byte
}

func (k *keyReader) Read(p []byte) (int, error) {
	if len(k.rest) == 0 {
		n, err := k.in.Read(k.buf[:])
		if n == 0 {
			return 0, err
		}
		k.rest = k.buf[:n]
	}
	n := 0
	for n < len(p) && n < len(k.rest) {
		p[n] = k.rest[n]
		n++
		if p[n-1] == keyInterrupt {
			break
		}
	}
	k.rest = k.rest[n:]
	if n > 0 {
		k.last = p[n-1]
	}
	return n, nil
}
