// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/remotecache"
)

func TestRunRefuses(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, test := range []struct {
		name   string
		args   []string
		code   int
		stderr string
	}{
		{"unknown flag", []string{"-x"}, 2, "not defined"},
		{"an argument", []string{"now"}, 2, "takes flags only"},
		{"no such program", []string{"-nginx", "/nonexistent/nginx"}, 1, "no such file"},
		{"not loopback", []string{"-nginx", "/bin/false", "-address", "0.0.0.0:1"}, 1, "loopback only"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := run(context.Background(), test.args, &stdout, &stderr, time.Now, rand.Reader); code != test.code {
				t.Errorf("code %d, want %d", code, test.code)
			}
			if stdout.Len() > 0 || !strings.Contains(stderr.String(), test.stderr) {
				t.Errorf("stdout %q, stderr %q, want %q", &stdout, &stderr, test.stderr)
			}
		})
	}
	nothingLeft(t)
}

func TestNotInstalled(t *testing.T) {
	if _, err := os.Stat("/usr/sbin/nginx"); err == nil {
		t.Skip("not run: nginx is installed")
	}
	t.Setenv("PATH", t.TempDir())
	t.Setenv("TMPDIR", t.TempDir())
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), nil, &stdout, &stderr, time.Now, rand.Reader); code != 1 {
		t.Errorf("code %d, want 1", code)
	}
	if want := "serve: nginx is not installed: apt-get install nginx-light\n"; stderr.String() != want {
		t.Errorf("stderr %q, want %q", &stderr, want)
	}
	nothingLeft(t)
}

// TestStopped starts a server in a temporary folder and stops it as Ctrl-C does.
func TestStopped(t *testing.T) {
	nginx := os.Getenv("NGINX")
	if nginx == "" {
		var err error
		if nginx, err = remotecache.FindNginx(); err != nil {
			t.Skipf("not run: %v", err)
		}
	}
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithCancel(context.Background())
	var stderr bytes.Buffer
	printed := writer(func(text []byte) { cancel() })
	if code := run(ctx, []string{"-nginx", nginx}, printed, &stderr, time.Now, rand.Reader); code != 0 {
		t.Errorf("code %d: %s", code, &stderr)
	}
	nothingLeft(t)
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}

func nothingLeft(t *testing.T) {
	t.Helper()
	left, err := filepath.Glob(os.Getenv("TMPDIR") + "/gosqlite-cache-*")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
