// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"
)

// TestProgress: on a terminal a step shows its time and the last line of its program, and leaves nothing behind; a step whose
// program may ask for a passphrase shows nothing.
func TestProgress(t *testing.T) {
	var screen bytes.Buffer
	ticks := make(chan time.Time)
	ended := 0
	shown := &terminal{&screen, func() int { return 30 }, func() (<-chan time.Time, func()) { return ticks, func() { ended++ } }}
	m := newMachine(t)
	seconds := int64(0)
	w := &world{io.Discard, io.Discard, func(string) string { return "" }, func() time.Time { return time.Unix(seconds, 0) }, nil, shown}
	var asked []string
	w.command = func(ctx context.Context, log io.Writer, dir string, args ...string) (string, error) {
		switch line := strings.Join(args, " "); {
		case strings.Contains(line, " build "):
			seconds += 65
			io.WriteString(log, "first\n[12 / 345] Compiling \x1b[32msqlite3.c of everything\n\n  \nnot yet whole")
			// The second is taken when the first has been shown, before the program says more.
			ticks <- time.Now()
			ticks <- time.Now()
		case strings.Contains(line, "cmd/sign"):
			select {
			case ticks <- time.Now():
				asked = append(asked, line)
			default:
			}
		}
		return m.command(ctx, log, dir, args...)
	}
	args := []string{"--root", m.root, "--version", "v1.2.3", "--out", t.TempDir(), "--key", "k", "--chain", "c", "--policy", "p"}
	if code := run(t.Context(), args, w); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	said := screen.String()
	if want := "\r\x1b[Kbuild: 65 s  [12 / 345] Compi\r\x1b[K"; !strings.Contains(said, want) || !strings.HasSuffix(said, "\r\x1b[K") {
		t.Errorf("the terminal shows %q, not %q", said, want)
	}
	if len(asked) > 0 || ended == 0 {
		t.Errorf("%d ended; a line is shown while %q may ask", ended, asked)
	}
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
