// SPDX-License-Identifier: MIT

package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func open(t *testing.T) *Store {
	t.Helper()
	s, err := Open(func(k string) string {
		return map[string]string{"XDG_CACHE_HOME": filepath.Join(t.TempDir(), "a b")}[k]
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOpen(t *testing.T) {
	home := t.TempDir()
	for _, c := range []struct{ name, xdg, home, want string }{
		{"cache folder named", home + "/x", "/y", home + "/x/gosqlite"},
		{"home alone", "", home, home + "/.cache/gosqlite"},
		{"neither", "", "", ""},
		{"a relative folder", "x", home, ""},
	} {
		s, err := Open(func(k string) string { return map[string]string{"XDG_CACHE_HOME": c.xdg, "HOME": c.home}[k] })
		if (err == nil) != (c.want != "") || err == nil && s.Root != c.want {
			t.Errorf("%s: %v, %v; want %q", c.name, s, err, c.want)
		}
	}
}

func TestInstallIsAllOrNothing(t *testing.T) {
	s := open(t)
	boom := errors.New("boom")
	fill := func(err error) func(string) error {
		return func(tmp string) error {
			if s.Has("inputs/p") {
				t.Error("the part is there before it is complete")
			}
			return errors.Join(os.WriteFile(filepath.Join(tmp, "f"), nil, 0o644), err)
		}
	}
	if err := s.Install("inputs/p", fill(boom)); !errors.Is(err, boom) || s.Has("inputs/p") {
		t.Errorf("failed build: %v, part there: %v", err, s.Has("inputs/p"))
	}
	if entries, _ := os.ReadDir(s.Path("inputs")); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
	// What a killed run left must not get into the part.
	if err := os.MkdirAll(s.Path("inputs", tmpPrefix+"p", "old"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := s.Install("inputs/p", fill(nil)); err != nil || !s.Has("inputs/p") {
		t.Fatalf("good build: %v", err)
	}
	if _, err := os.Stat(s.Path("inputs/p/old")); err == nil {
		t.Error("a leftover got into the part")
	}
}

func TestInstallExplainsFullDisk(t *testing.T) {
	s := open(t)
	err := s.Install("inputs/p", func(string) error { return fmt.Errorf("write x: %w", syscall.ENOSPC) })
	if err == nil || !strings.Contains(err.Error(), "is full") || !strings.Contains(err.Error(), "XDG_CACHE_HOME") {
		t.Errorf("error %v does not say what to do", err)
	}
}

func TestSweep(t *testing.T) {
	s := open(t)
	sealed := s.Path("inputs", tmpPrefix+"x", "sealed")
	for _, d := range []string{sealed, s.Path("inputs", "kept"), s.Path("registries", tmpPrefix+"y")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(sealed, "f"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(sealed, 0o555); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(); err != nil {
		t.Fatal(err)
	}
	if s.Has("inputs/"+tmpPrefix+"x") || s.Has("registries/"+tmpPrefix+"y") || !s.Has("inputs/kept") {
		t.Error("Sweep removed the wrong folders")
	}
}

func TestLockExcludes(t *testing.T) {
	s := open(t)
	unlock, err := s.Lock(context.Background(), func() { t.Error("the first one waits") })
	if err != nil {
		t.Fatal(err)
	}
	waiting := make(chan bool)
	got := make(chan error)
	go func() {
		second, err := s.Lock(context.Background(), func() { close(waiting) })
		if err == nil {
			err = second()
		}
		got <- err
	}()
	<-waiting
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Lock(ctx, func() {}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third one under a deadline: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Errorf("the second one: %v", err)
	}
}

func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new/f")
	if err := WriteFile(path, []byte("1"), 0o644); err != nil {
		t.Fatal(err)
	}
	before, _ := os.Stat(path)
	if err := WriteFile(path, []byte("1"), 0o644); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.Stat(path); !os.SameFile(before, after) {
		t.Error("equal content was written again")
	}
	if err := WriteFile(path, []byte("2"), 0o644); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(path); string(data) != "2" {
		t.Errorf("content %q", data)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}
