// SPDX-License-Identifier: MIT

package secret

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func never(string) ([]byte, error) { return nil, errors.New("asked") }

func write(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, mode); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestRead(t *testing.T) {
	for _, text := range []string{"secret", "secret\n", "secret\r\n"} {
		for _, mode := range []os.FileMode{0o600, 0o400} {
			got, err := (&Reader{Prompt: never}).Read("file:"+write(t, text, mode), "x")
			if err != nil || string(got) != "secret" {
				t.Errorf("%q, %o: %q, %v", text, mode, got, err)
			}
		}
	}
	asked := &Reader{Prompt: func(question string) ([]byte, error) {
		if !strings.Contains(question, "the key") {
			t.Errorf("question %q", question)
		}
		return []byte("secret\n"), nil
	}}
	got, err := asked.Read("", "the key")
	if err != nil || string(got) != "secret" {
		t.Errorf("asked: %q, %v", got, err)
	}
}

// TestReadDescriptor: a descriptor serves several keys, and what came to have its number since is not taken for it.
func TestReadDescriptor(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	w.WriteString("secret\n")
	w.Close()
	defer r.Close()
	fd, err := syscall.Dup(int(r.Fd())) // Read closes it
	if err != nil {
		t.Fatal(err)
	}
	reader := &Reader{Prompt: never}
	got, err := reader.Read("fd:"+strconv.Itoa(fd), "x")
	if err != nil || string(got) != "secret" {
		t.Errorf("%q, %v", got, err)
	}
	clear(got)
	other, err := os.Open(write(t, "something else", 0o600))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if int(other.Fd()) != fd { // the number was not the lowest that was free
		if err := syscall.Dup3(int(other.Fd()), fd, 0); err != nil {
			t.Fatal(err)
		}
		defer syscall.Close(fd)
	}
	if got, err := reader.ReadNew("fd:"+strconv.Itoa(fd), "y"); err != nil || string(got) != "secret" {
		t.Errorf("again: %q, %v", got, err)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, source := range map[string]string{
		"others may read":  "file:" + write(t, "secret", 0o644),
		"group may read":   "file:" + write(t, "secret", 0o640),
		"empty":            "file:" + write(t, "\n", 0o600),
		"too long":         "file:" + write(t, strings.Repeat("x", maxSecret+1), 0o600),
		"missing":          "file:" + filepath.Join(t.TempDir(), "none"),
		"folder":           "file:" + t.TempDir(),
		"standard input":   "fd:0",
		"no descriptor":    "fd:x",
		"the secret":       "hunter2",
		"in environment":   "env:SECRET",
		"no file":          "file:",
		"nobody to ask":    "",
		"closed":           "fd:1000",
		"negative":         "fd:-4",
		"looks like a url": "https://example.org",
	} {
		got, err := (&Reader{Prompt: never}).Read(source, "x")
		if err == nil {
			t.Errorf("%s: %q", name, got)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error tells the secret: %v", name, err)
		}
	}
}

func TestReadNew(t *testing.T) {
	answers := []string{"one", "one", "one", "two"}
	prompt := func(string) ([]byte, error) {
		a := answers[0]
		answers = answers[1:]
		return []byte(a), nil
	}
	if got, err := (&Reader{Prompt: prompt}).ReadNew("", "x"); err != nil || string(got) != "one" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := (&Reader{Prompt: prompt}).ReadNew("", "x"); err == nil {
		t.Errorf("two different answers: %q", got)
	}
}
