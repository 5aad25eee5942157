// SPDX-License-Identifier: MIT

package main

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

// A terminal shows, in one line that is written over, how long a step has run and what its program said last. Nothing of it
// goes into logs.
type terminal struct {
	out   io.Writer
	width func() int                        // in columns
	ticks func() (<-chan time.Time, func()) // when the line is written anew, and what ends that
}

// asking are the steps whose programs can ask for a passphrase at the terminal, which a line of ours would write over.
var asking = map[string]bool{"sign": true, "state": true, "publish": true}

// stderrTerminal is the terminal that stderr is; nil where it is none.
func stderrTerminal() *terminal {
	fd := int(os.Stderr.Fd())
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
	return &terminal{os.Stderr, width, ticks}
}

// watch shows a step until stop is called, which takes the line away. What is written to said, or its last line, is shown.
func (t *terminal) watch(step string, now func() time.Time) (said io.Writer, stop func()) {
	if t == nil || asking[step] {
		return io.Discard, func() {}
	}
	last, done, ended := &lastLine{}, make(chan struct{}), make(chan struct{})
	start := now()
	ticks, end := t.ticks()
	go func() {
		defer close(ended)
		defer end()
		for {
			select {
			case <-ticks:
				fmt.Fprintf(t.out, "\r\x1b[K%s", cut(fmt.Sprintf("%s: %.0f s  %s", step, now().Sub(start).Seconds(), last.text()), t.width()-1))
			case <-done:
				fmt.Fprint(t.out, "\r\x1b[K")
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
