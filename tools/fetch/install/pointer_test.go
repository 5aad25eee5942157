// SPDX-License-Identifier: MIT

package install

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"
)

// TestPointers switches by a link and by a file: whoever stops at any step leaves the version before or the one after in use.
func TestPointers(t *testing.T) {
	for name, p := range map[string]pointer{"link": link{}, "file": file{os.Rename}} {
		t.Run(name, func(t *testing.T) {
			r := &Root{Dir: t.TempDir(), pointing: p}
			for _, v := range []string{"v1.0.0_windows_amd64", "v1.1.0_windows_amd64"} {
				if err := os.MkdirAll(r.in(versionsName, v), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			is := func(want string) {
				t.Helper()
				if got, err := r.current(); err != nil || got != want {
					t.Errorf("%q is in use, want %q: %v", got, want, err)
				}
			}
			is("")
			if err := r.swap("v1.0.0_windows_amd64"); err != nil {
				t.Fatal(err)
			}
			is("v1.0.0_windows_amd64")
			for step, want := range map[string]string{"link written": "v1.0.0_windows_amd64", "link renamed": "v1.1.0_windows_amd64"} {
				stopAt(r, step, "v1.1.0_windows_amd64")
				is(want)
				r.Step = nil
				if err := r.swap("v1.0.0_windows_amd64"); err != nil { // what was stopped is in nobody's way
					t.Fatal(err)
				}
				is("v1.0.0_windows_amd64")
			}
			if err := r.swap("v1.1.0_windows_amd64"); err != nil {
				t.Fatal(err)
			}
			is("v1.1.0_windows_amd64")
			if err := os.RemoveAll(r.in(versionsName, "v1.1.0_windows_amd64")); err != nil {
				t.Fatal(err)
			}
			if _, err := r.current(); !errors.Is(err, errDangling) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func stopAt(r *Root, step, name string) {
	type end struct{}
	defer func() {
		if p := recover(); p != (end{}) {
			panic(p)
		}
	}()
	r.Step = func(done string) {
		if done == step {
			panic(end{})
		}
	}
	r.swap(name)
}

// TestFilePointer reads what something else may have written.
func TestFilePointer(t *testing.T) {
	r := &Root{Dir: t.TempDir(), pointing: file{os.Rename}}
	name := "v1.0.0_windows_amd64"
	if err := os.MkdirAll(r.in(versionsName, name), 0o755); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"versions/" + name + "\n":    "",
		"versions/" + name + "\r\n":  "",
		"versions/" + name:           "one line",
		"":                           "one line",
		"versions/" + name + "\nx":   "one line",
		"versions/../" + name + "\n": "no installed version",
		"C:/Windows\n":               "no installed version",
		strings.Repeat("x", 1000):    "larger than",
	} {
		if err := os.WriteFile(r.in(currentName), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := r.current()
		if want == "" && (err != nil || got != name) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%.40q: %q, %v", text, got, err)
		}
	}
}

// TestPatiently: a file that is held for a moment is waited for, and nothing else is.
func TestPatiently(t *testing.T) {
	held := errors.New("held")
	for name, test := range map[string]struct {
		fails int
		err   error
		want  error
		tries int
	}{
		"free": {0, held, nil, 1}, "for a moment": {3, held, nil, 4}, "for ever": {1000, held, held, moveTries}, "gone": {1000, fs.ErrNotExist, fs.ErrNotExist, 1},
	} {
		tries, pauses := 0, time.Duration(0)
		err := patiently(func() error {
			if tries++; tries > test.fails {
				return nil
			}
			return test.err
		}, func(err error) bool { return err == held }, func(d time.Duration) { pauses += d })
		if err != test.want || tries != test.tries || pauses != time.Duration(tries-1)*movePause {
			t.Errorf("%s: %v after %d tries and %v", name, err, tries, pauses)
		}
	}
}
