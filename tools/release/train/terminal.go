// SPDX-License-Identifier: MIT

package train

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/term"
)

// A Terminal shows, in one line that is written over, how long a step has run and what its program said last. Nothing of it
// goes into logs.
type Terminal struct {
	Out   io.Writer
	Width func() int                        // in columns
	Ticks func() (<-chan time.Time, func()) // when the line is written anew, and what ends that
}

// OpenTerminal is the terminal that a file is; nil where it is none.
func OpenTerminal(file *os.File) *Terminal {
	fd := int(file.Fd())
	if !term.IsTerminal(fd) {
		return nil
	}
	width := func() int {
		if w, _, err := term.GetSize(fd); err == nil {
			return w
		}
		return 80
	}
	ticks := func() (<-chan time.Time, func()) {
		t := time.NewTicker(time.Second)
		return t.C, t.Stop
	}
	return &Terminal{file, width, ticks}
}

// Watch shows a step until stop is called, which takes the line away; of what is written to said, the last line. Without a
// terminal it shows nothing.
func (t *Terminal) Watch(step string, now func() time.Time) (said io.Writer, stop func()) {
	if t == nil {
		return io.Discard, func() {}
	}
	last, done, ended := &lastLine{}, make(chan struct{}), make(chan struct{})
	start := now()
	ticks, end := t.Ticks()
	go func() {
		defer close(ended)
		defer end()
		for {
			select {
			case <-ticks:
				fmt.Fprintf(t.Out, "\r\x1b[K%s", cut(fmt.Sprintf("%s: %.0f s  %s", step, now().Sub(start).Seconds(), last.text()), t.Width()-1))
			case <-done:
				fmt.Fprint(t.Out, "\r\x1b[K")
				return
			}
		}
	}()
	return last, func() { close(done); <-ended }
}

// cut shortens a text to a number of letters.
func cut(text string, n int) string {
	if letters := []rune(text); len(letters) > n {
		return string(letters[:max(n, 0)])
	}
	return text
}

// maxLine bounds what is kept of a line, in bytes; no terminal shows more.
const maxLine = 1000

// lastLine keeps the last line with anything in it that was written to it.
type lastLine struct {
	mu           sync.Mutex
	whole, begun string
}

func (l *lastLine) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range string(p) {
		switch {
		case c == '\n' || c == '\r':
			if strings.TrimSpace(l.begun) != "" {
				l.whole = l.begun
			}
			l.begun = ""
		case unicode.IsPrint(c) && len(l.begun) < maxLine:
			l.begun += string(c)
		}
	}
	return len(p), nil
}

func (l *lastLine) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.whole
}
