// SPDX-License-Identifier: MIT

package progress

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

// clock advances by a second at each look.
func clock() func() time.Time {
	t := time.Unix(0, 0)
	return func() time.Time { t = t.Add(time.Second); return t }
}

func TestPipeGetsOneLineForEachStep(t *testing.T) {
	var b bytes.Buffer
	l := New(&b, false, clock())
	boom := errors.New("boom")
	if err := l.Step("zig 1", func() error { return nil }); err != nil {
		t.Error(err)
	}
	if err := l.Step("go 2", func() error { return boom }); err != boom {
		t.Error(err)
	}
	l.Say("notice: %d", 3)
	l.Close()
	want := "gosqlite: zig 1 (1.0 s)\ngosqlite: go 2 failed (1.0 s)\ngosqlite: notice: 3\n"
	if b.String() != want {
		t.Errorf("wrote %q, want %q", b.String(), want)
	}
}

func TestTerminalErasesStatus(t *testing.T) {
	var b bytes.Buffer
	l := New(&b, true, clock())
	l.Step(strings.Repeat("long ", 40), func() error { return nil })
	l.Close()
	if !strings.Contains(b.String(), "\r\x1b[K") || !strings.HasSuffix(b.String(), "\x1b[K") {
		t.Errorf("wrote %q", b.String())
	}
	for _, s := range strings.Split(b.String(), "\r\x1b[K") {
		if n := len([]rune(s)); n > 76 && !strings.HasSuffix(s, "\n") {
			t.Errorf("a status of %d columns cannot be erased", n)
		}
	}
}
