// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/remotecache"
)

// TestStopped starts a server in a temporary folder and stops it as Ctrl-C does.
func TestStopped(t *testing.T) {
	nginx := os.Getenv("NGINX")
	if nginx == "" {
		var err error
		if nginx, err = remotecache.FindNginx(exec.LookPath); err != nil {
			t.Skipf("not run: %v", err)
		}
	}
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithCancel(context.Background())
	var stderr bytes.Buffer
	printed := writer(func(text []byte) { cancel() })
	if code := run(ctx, []string{"-nginx", nginx}, printed, &stderr, time.Now, rand.Reader, exec.LookPath); code != 0 {
		t.Errorf("code %d: %s", code, &stderr)
	}
	nothingLeft(t)
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}
