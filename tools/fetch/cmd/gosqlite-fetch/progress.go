// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"time"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
)

// pause is the least time between two lines.
const pause = 100 * time.Millisecond

// A progress is one line on a terminal, written anew each time.
type progress struct {
	w    world
	file string
	have int64
	last time.Time
}

func newProgress(w world) *progress { return &progress{w: w} }

// got is told about bytes that came.
func (p *progress) got(f source.File, bytes int64) {
	if f.Name != p.file {
		p.file, p.have = f.Name, 0
	}
	p.have += bytes
	whole := f.Size >= 0 && p.have == f.Size
	if now := p.w.now(); whole || now.Sub(p.last) >= pause {
		p.last = now
		of := ""
		if f.Size > 0 {
			of = fmt.Sprintf(" of %.1f", float64(f.Size)/1e6)
		}
		// Names are plain ASCII: sources are held to that.
		fmt.Fprintf(p.w.stderr, "\r\x1b[K%.1f%s MB  %s", float64(p.have)/1e6, of, p.file)
	}
	if whole {
		fmt.Fprint(p.w.stderr, "\r\x1b[K")
	}
}
