// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/client"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/store"
)

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"nothing", nil, "usage: bootstrap"},
		{"unknown command", []string{"fly"}, "usage: bootstrap"},
		{"unknown flag", []string{"fetch", "-workspace", "x", "--bndle", "y"}, "flags: --bundle, --exec, --import"},
		{"no workspace", []string{"doctor"}, "-workspace is required"},
		{"an argument too many", []string{"doctor", "-workspace", "x", "y"}, `unexpected argument "y"`},
		{"both directions", []string{"fetch", "-workspace", "x", "--bundle", "a", "--import", "b"}, "exclude each other"},
		{"a bundle without a name", []string{"fetch", "-workspace", "x", "--bundle="}, "fetch: --bundle is empty"},
		{"an import without a name", []string{"fetch", "-workspace", "x", "--import", ""}, "fetch: --import is empty"},
		{"a machine without a name", []string{"fetch", "-workspace", "x", "--exec="}, "fetch: --exec is empty"},
		{"unknown machine", []string{"fetch", "-workspace", "x", "--exec", "plan9_386"}, "choose linux_amd64"},
		{"no key", []string{"ensure", "-workspace", "x"}, "-key is required"},
		{"a key that leaves", []string{"ensure", "-workspace", "x", "-key", "../y"}, "-key is required"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stderr bytes.Buffer
			if code := run(context.Background(), c.args, nil, &stderr, nil); code != exitUsage || !strings.Contains(stderr.String(), c.want) {
				t.Errorf("exit code %d, stderr %q, want %q", code, stderr.String(), c.want)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	for _, command := range []string{"fetch", "doctor", "update"} {
		var stdout, stderr bytes.Buffer
		if code := run(context.Background(), []string{command, "-workspace", "x", "--help"}, &stdout, &stderr, nil); code != exitOK ||
			!strings.HasPrefix(stdout.String(), "usage: ./bazelw "+command) || stderr.Len() > 0 {
			t.Errorf("%s: exit code %d, %q, %q", command, code, stdout.String(), stderr.String())
		}
	}
}

func TestMissingPins(t *testing.T) {
	var stderr bytes.Buffer
	code := run(context.Background(), []string{"doctor", "-workspace", t.TempDir()}, nil, &stderr, []string{"HOME=" + t.TempDir()})
	if code != exitFailure || !strings.Contains(stderr.String(), "read pins: ") {
		t.Errorf("exit code %d, stderr %q", code, stderr.String())
	}
}

// checkout makes a folder with a small pin file.
func checkout(t *testing.T) (ws, text string) {
	t.Helper()
	ws = t.TempDir()
	pin := `{"version":"1","tree":"` + strings.Repeat("0", 64) + `","tree_sha512":"` + strings.Repeat("0", 128) + `","files":["."],"channels":[{"name":"a","kind":"own","path":"p","verified_by":"git"}]}`
	text = fmt.Sprintf(`{"schema":1,"bazel":{"version":"7","package":"b","revision":"7-1","suite":"sid"},"go_sdk":%s,"zig":%s,"sqlite_amalgamation":%s,"modules":{}}`, pin, pin, pin)
	if err := os.MkdirAll(filepath.Join(ws, "pins"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(ws, "pins/pins.json"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return ws, text
}

func TestUpdateRefusesUnknown(t *testing.T) {
	ws, text := checkout(t)
	var stderr bytes.Buffer
	args := []string{"update", "-workspace", ws, "rust"}
	if code := run(context.Background(), args, nil, &stderr, []string{"HOME=" + t.TempDir()}); code != exitUsage || !strings.Contains(stderr.String(), "choose one of") {
		t.Errorf("exit code %d, stderr %q", code, stderr.String())
	}
	if after, _ := os.ReadFile(filepath.Join(ws, "pins/pins.json")); string(after) != text {
		t.Error("the pin file was written")
	}
}

// waiting is a standard error that calls a function when it reads that a process waits.
type waiting func()

func (w waiting) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "waiting: ") {
		w()
	}
	return len(p), nil
}

// Of two updates at once the second must keep what the first wrote.
func TestUpdateKeepsWhatAnotherWrote(t *testing.T) {
	ws, text := checkout(t)
	home := t.TempDir()
	st, err := store.Open(func(k string) string { return map[string]string{"HOME": home}[k] })
	if err != nil {
		t.Fatal(err)
	}
	unlock, err := st.Lock(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(ws, "pins/pins.json")
	stderr := waiting(func() {
		if err := errors.Join(os.WriteFile(file, []byte(strings.Replace(text, `"7-1"`, `"7-2"`, 1)), 0o644), unlock()); err != nil {
			t.Error(err)
		}
	})
	args := []string{"update", "-workspace", ws, "modules"}
	if code := run(context.Background(), args, io.Discard, stderr, []string{"HOME=" + home}); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	if after, err := os.ReadFile(file); err != nil || !strings.Contains(string(after), `"7-2"`) {
		t.Errorf("pins are %s, %v", after, err)
	}
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
		want string
	}{
		{nil, exitOK, ""},
		{errors.New("x"), exitFailure, "gosqlite: error: x"},
		{fmt.Errorf("fetch: %w", context.Canceled), exitFailure, "run the command again"},
		{fmt.Errorf("zig: %w", client.Check("zig", "a", "b")), exitVerification, "the pin says a"},
		{errors.Join(errors.New("x"), client.Check("zig", "a", "b")), exitVerification, "error: verify zig"},
		{errNotReady, exitFailure, ""},
	} {
		var stderr bytes.Buffer
		if code := report(&stderr, c.err); code != c.code || !strings.Contains(stderr.String(), c.want) {
			t.Errorf("report(%v) = %d, %q", c.err, code, stderr.String())
		}
	}
}
