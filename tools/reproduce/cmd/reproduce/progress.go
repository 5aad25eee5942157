// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress prints one line for each step, with the time that the step before took. On a terminal it also shows that
// the step is running.
type progress struct {
	w        io.Writer
	start    time.Time
	last     string
	terminal bool
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

func (p *progress) step(name string) {
	p.done()
	p.last, p.start = name, time.Now()
	if p.terminal {
		fmt.Fprintf(p.w, "reproduce: %s ...", name)
	}
}

func (p *progress) done() {
	if p.last == "" {
		return
	}
	took := time.Since(p.start).Round(100 * time.Millisecond)
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K")
	}
	fmt.Fprintf(p.w, "reproduce: %s (%s)\n", p.last, took)
	p.last = ""
}
