// SPDX-License-Identifier: MIT

package shell

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// progress draws a bar on a terminal, at most ten times a second. Its zero
// writer draws nothing: in a pipe the shell is quiet.
type progress struct {
	w     io.Writer
	now   func() time.Time
	label string
	next  time.Time
	drawn bool
}

const (
	progressPause = 100 * time.Millisecond
	progressWidth = 30
)

func (s *session) newProgress(label string) *progress {
	p := &progress{now: s.sh.now, label: label}
	if s.sh.StderrIsTerminal {
		p.w = s.sh.Stderr
	}
	return p
}

// update shows done of total; a total of 0 means that it is not known.
func (p *progress) update(done, total int64, detail string) {
	if p.w == nil {
		return
	}
	now := p.now()
	if now.Before(p.next) {
		return
	}
	p.next = now.Add(progressPause)
	p.drawn = true
	if total <= 0 {
		fmt.Fprintf(p.w, "\r\x1b[K%s %s", p.label, detail)
		return
	}
	done = min(done, total)
	filled := int(done * progressWidth / total)
	fmt.Fprintf(p.w, "\r\x1b[K%s [%s%s] %3d%% %s", p.label,
		strings.Repeat("#", filled), strings.Repeat(".", progressWidth-filled), done*100/total, detail)
}

// clear removes the bar, so that messages start on an empty line.
func (p *progress) clear() {
	if p.drawn {
		io.WriteString(p.w, "\r\x1b[K")
		p.drawn = false
	}
}
