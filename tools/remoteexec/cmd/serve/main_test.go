// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func TestRunRefuses(t *testing.T) {
	dir, err := os.MkdirTemp("/tmp", "t")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	self := func() (string, error) { return "/self", nil }
	for _, c := range []struct {
		name   string
		args   []string
		self   func() (string, error)
		code   int
		stderr string
	}{
		{"nothing", nil, self, 2, "usage: serve -programs FOLDER"},
		{"an argument", []string{"-programs", "/nonexistent", "x"}, self, 2, "usage: serve -programs FOLDER"},
		{"an unknown flag", []string{"-x"}, self, 2, "-x"},
		{"help", []string{"-h"}, self, 0, "-workers"},
		{"no programs", []string{"-programs", "/nonexistent", "-dir", dir}, self, 1, "serve: start initdb: "},
		{"no program of its own", []string{"-programs", "/nonexistent", "-dir", dir}, func() (string, error) { return "", errors.New("lost") }, 1, "serve: lost"},
		{"another's address", []string{"-programs", "/nonexistent", "-dir", dir, "-address", "192.0.2.1:1"}, self, 1, "listens on loopback only"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(context.Background(), c.args, &stdout, &stderr, time.Now, rand.Reader, c.self)
		if code != c.code || !strings.Contains(stderr.String(), c.stderr) || stdout.Len() > 0 {
			t.Errorf("%s: code %d, stdout %q, stderr %q", c.name, code, &stdout, &stderr)
		}
	}
}
