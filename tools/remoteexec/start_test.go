// SPDX-License-Identifier: MIT

package remoteexec

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestStartRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	long := filepath.Join(t.TempDir(), strings.Repeat("x", 100))
	for _, test := range []struct {
		name, want string
		o          Options
	}{
		{"not loopback", "listens on loopback only", Options{Address: "192.0.2.1:8980"}},
		{"no port", "give an IP address and a port", Options{Address: "127.0.0.1"}},
		{"a host name", "give an IP address and a port", Options{Address: "localhost:8980"}},
		{"more workers than cores", "this machine has 2 cores", Options{Workers: 3}},
		{"a long folder", "too long for the sockets", Options{Dir: long}},
		{"a folder with a space", "choose one of letters, digits", Options{Dir: "/tmp/a folder"}},
		{"a file for a folder", "make folder", Options{Dir: file}},
		{"no programs", "initdb: no such file", Options{Programs: "/nonexistent"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := test.o
			if o.Dir == "" {
				// The names of tests' folders are long.
				dir, err := os.MkdirTemp("/tmp", "t")
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = os.RemoveAll(dir) })
				o.Dir = dir
			}
			o.Cores, o.Now, o.Random = 2, time.Now, rand.Reader
			s, err := Start(context.Background(), o)
			if err == nil {
				t.Fatal("it started", s.Stop())
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want %q", err, test.want)
			}
		})
	}
}

func TestProcessEndsWithItsChildren(t *testing.T) {
	dir := t.TempDir()
	p, err := start(command{name: "sh", path: "/bin/sh", core: 0, dir: dir, log: filepath.Join(dir, "log"), env: []string{"PATH=/usr/bin:/bin"},
		args: []string{"-c", `trap "" TERM; sleep 1000 & echo $! >child.new; mv child.new child; while :; do wait; done`}})
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "child")); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	group := p.cmd.Process.Pid
	p.limit = 50 * time.Millisecond
	if err := p.stop(); err != nil {
		t.Fatal(err)
	}
	if err := p.stop(); err != nil {
		t.Errorf("the second time: %v", err)
	}
	deadline := time.Now().Add(5 * time.Second)
	for !errors.Is(syscall.Kill(-group, 0), syscall.ESRCH) {
		if time.Now().After(deadline) {
			t.Fatal("a child is left")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestOrphansEnd has a worker that is killed, and a runner of it in a group of its own.
func TestOrphansEnd(t *testing.T) {
	if err := adopt(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	work := filepath.Join(dir, "worker")
	if err := os.Mkdir(work, 0o700); err != nil {
		t.Fatal(err)
	}
	p, err := start(command{name: "worker", path: "/bin/sh", args: []string{"-c", "setsid sleep 1000 & echo ready; wait"}, env: []string{"PATH=/usr/bin:/bin"},
		core: -1, log: filepath.Join(dir, "log"), dir: work})
	if err != nil {
		t.Fatal(err)
	}
	for {
		if text, err := os.ReadFile(filepath.Join(dir, "log")); err != nil || strings.Contains(string(text), "ready") {
			break
		}
		time.Sleep(pollEvery)
	}
	time.Sleep(10 * pollEvery) // setsid
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := p.stop(); err != nil {
		t.Fatal(err)
	}
	if left, err := orphans(dir); err != nil || len(left) != 1 {
		t.Errorf("not exercised: left behind are %v, %v", left, err)
	}
	if left, err := orphans(filepath.Join(dir, "work")); err != nil || len(left) != 0 {
		t.Errorf("of a neighbour's folder: %v, %v", left, err)
	}
	if err := endOrphans(dir); err != nil {
		t.Error(err)
	}
	if left, err := orphans(dir); err != nil || len(left) != 0 {
		t.Errorf("still there: %v, %v", left, err)
	}
}

func TestProcessSaysWhyItEnded(t *testing.T) {
	dir := t.TempDir()
	err := runOnce(command{name: "sh", path: "/bin/sh", core: -1, dir: dir, log: filepath.Join(dir, "log"), args: []string{"-c", "echo first; echo the reason; exit 7"}})
	if err == nil || !strings.Contains(err.Error(), "sh ended (exit status 7): the reason: see "+dir) {
		t.Error(err)
	}
}

// TestOtherUser: PostgreSQL refuses to be root, and the files stay ours.
func TestOtherUser(t *testing.T) {
	dir := t.TempDir()
	c := command{name: "sh", path: "/bin/sh", core: -1, user: true, dir: dir, log: filepath.Join(dir, "log"), env: []string{"PATH=/usr/bin:/bin"},
		args: []string{"-c", "id -u >id; stat -c %u id >owner"}}
	if err := runOnce(c); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"id", "owner"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || strings.TrimSpace(string(text)) != "1" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "id")); err != nil || int(info.Sys().(*syscall.Stat_t).Uid) != os.Getuid() {
		t.Errorf("owner outside: %v, %v", info, err)
	}
}

func TestCredentialHelper(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's a folder")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	token, program := filepath.Join(dir, "token"), filepath.Join(dir, "helper")
	for path, text := range map[string]string{token: "a.b.c", program: credentialHelper(token)} {
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program, "get")
	cmd.Stdin = strings.NewReader(`{"uri":"https://127.0.0.1:9"}`)
	out, err := cmd.Output()
	if want := `{"headers":{"Authorization":["Bearer a.b.c"]}}` + "\n"; err != nil || string(out) != want {
		t.Errorf("%q, %v", out, err)
	}
}
