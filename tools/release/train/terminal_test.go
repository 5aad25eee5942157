// SPDX-License-Identifier: MIT

package train

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

// TestTerminal: the line is written over, no wider than the terminal, and taken away; without a terminal there is none.
func TestTerminal(t *testing.T) {
	var screen bytes.Buffer
	ticks, ended, at := make(chan time.Time), false, int64(0)
	shown := &Terminal{&screen, func() int { return 20 }, func() (<-chan time.Time, func()) { return ticks, func() { ended = true } }}
	said, stop := shown.Watch("build", func() time.Time { return time.Unix(at, 0) })
	io.WriteString(said, "[1 / 2] a long line\n")
	at = 7
	ticks <- time.Now()
	stop()
	if got, want := screen.String(), "\r\x1b[Kbuild: 7 s  [1 / 2]\r\x1b[K"; got != want || !ended {
		t.Errorf("the terminal shows %q, want %q; ended: %v", got, want, ended)
	}
	said, stop = (*Terminal)(nil).Watch("build", time.Now)
	io.WriteString(said, "x\n")
	stop()
}

func TestLastLine(t *testing.T) {
	l := &lastLine{}
	for _, part := range []string{"one\ntw", "o\r", "\n  \n", strings.Repeat("x", 2*maxLine), "\n"} {
		if _, err := l.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
		if part == "\n  \n" && l.text() != "two" {
			t.Errorf("the last line is %q", l.text())
		}
	}
	if len(l.text()) != maxLine {
		t.Errorf("%d bytes are kept", len(l.text()))
	}
}
