// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
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
			if code := run(context.Background(), test.args, &stdout, &stderr, time.Now, rand.Reader, exec.LookPath); code != test.code {
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
	t.Setenv("TMPDIR", t.TempDir())
	var stdout, stderr bytes.Buffer
	nowhere := func(name string) (string, error) { return "", &exec.Error{Name: name, Err: exec.ErrNotFound} }
	if code := run(context.Background(), nil, &stdout, &stderr, time.Now, rand.Reader, nowhere); code != 1 {
		t.Errorf("code %d, want 1", code)
	}
	if want := "serve: nginx is not installed: apt-get install nginx-light\n"; stderr.String() != want {
		t.Errorf("stderr %q, want %q", &stderr, want)
	}
	nothingLeft(t)
}

func nothingLeft(t *testing.T) {
	t.Helper()
	left, err := os.ReadDir(os.Getenv("TMPDIR")) // which is the test's own
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
