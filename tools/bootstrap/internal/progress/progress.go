// SPDX-License-Identifier: MIT

// Package progress tells a user what is going on: one line per finished step
// with its seconds and, on a terminal, a line that shows what is running.
package progress

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Log writes the lines. It may be used from several goroutines.
type Log struct {
	mu       sync.Mutex
	w        io.Writer
	terminal bool
	now      func() time.Time
	running  []string
	start    time.Time
	stop     chan struct{}
}

// New returns a log on w; now is the clock.
func New(w io.Writer, terminal bool, now func() time.Time) *Log {
	l := &Log{w: w, terminal: terminal, now: now, start: now(), stop: make(chan struct{})}
	if terminal {
		go l.tick()
	}
	return l
}

// Step runs f as a named step.
func (l *Log) Step(name string, f func() error) error {
	t0 := l.now()
	l.mu.Lock()
	l.running = append(l.running, name)
	l.status()
	l.mu.Unlock()
	err := f()
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, n := range l.running {
		if n == name {
			l.running = append(l.running[:i:i], l.running[i+1:]...)
			break
		}
	}
	verdict := ""
	if err != nil {
		verdict = " failed"
	}
	l.line(fmt.Sprintf("%s%s (%.1f s)", name, verdict, l.now().Sub(t0).Seconds()))
	l.status()
	return err
}

// Say prints a notice.
func (l *Log) Say(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line(fmt.Sprintf(format, args...))
	l.status()
}

// Close ends the running line.
func (l *Log) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.stop)
	if l.terminal {
		fmt.Fprint(l.w, "\r\x1b[K")
		l.terminal = false
	}
}

func (l *Log) line(s string) {
	if l.terminal {
		fmt.Fprint(l.w, "\r\x1b[K")
	}
	fmt.Fprintf(l.w, "gosqlite: %s\n", s)
}

func (l *Log) status() {
	if !l.terminal || len(l.running) == 0 {
		return
	}
	// 76 columns: a status that wraps could not be erased.
	s := fmt.Sprintf("gosqlite: %.0f s: %s", l.now().Sub(l.start).Seconds(), strings.Join(l.running, ", "))
	if r := []rune(s); len(r) > 76 {
		s = string(r[:75]) + "…"
	}
	fmt.Fprintf(l.w, "\r\x1b[K%s", s)
}

func (l *Log) tick() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-t.C:
			l.mu.Lock()
			l.status()
			l.mu.Unlock()
		}
	}
}
