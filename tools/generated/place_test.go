// SPDX-License-Identifier: MIT

package generated

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestPlace(t *testing.T) {
	for _, test := range []struct{ name, arg, have, want string }{
		{"new file", "new=source", "", "text\n"},
		{"whole file", "page=source", "old", "text\n"},
		{"section", "page#part=source", "a\n<!-- part -->\nold\n<!-- /part -->\nb\n", "a\n<!-- part -->\ntext\n<!-- /part -->\nb\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			runfiles, workspace := t.TempDir(), t.TempDir()
			write(t, runfiles, "source", "text\n")
			if test.have != "" {
				write(t, workspace, "page", test.have)
			}
			target, _, _ := strings.Cut(strings.Split(test.arg, "=")[0], "#")
			if err := Check(workspace, runfiles, "update", []string{test.arg}); !errors.Is(err, ErrStale) || !strings.Contains(err.Error(), "run update") {
				t.Errorf("before: %v, want it to be stale and to name the command", err)
			}
			for _, said := range []string{"wrote " + target + "\n", ""} { // the second time there is nothing to do
				var out bytes.Buffer
				if err := Place(workspace, runfiles, []string{test.arg}, &out); err != nil || out.String() != said {
					t.Fatalf("said %q, %v; want %q", &out, err, said)
				}
			}
			if got, err := os.ReadFile(filepath.Join(workspace, target)); err != nil || string(got) != test.want {
				t.Errorf("placed %q, %v; want %q", got, err, test.want)
			}
			if err := Check(workspace, runfiles, "update", []string{test.arg}); err != nil {
				t.Errorf("after: %v", err)
			}
		})
	}
}

func TestPlaceRefuses(t *testing.T) {
	for _, test := range []struct{ name, workspace, arg, want string }{
		{"no workspace", "", "b=a", "BUILD_WORKSPACE_DIRECTORY"},
		{"no pair", t.TempDir(), "b", "TARGET=SOURCE"},
		{"outside the workspace", t.TempDir(), "../b=a", "TARGET=SOURCE"},
		{"missing source", t.TempDir(), "b=none", "place b"},
		{"missing section", t.TempDir(), "b#part=a", "<!-- part -->"},
	} {
		t.Run(test.name, func(t *testing.T) {
			runfiles := t.TempDir()
			write(t, runfiles, "a", "text")
			err := Place(test.workspace, runfiles, []string{test.arg}, &bytes.Buffer{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want it to say %q", err, test.want)
			}
			if entries, _ := os.ReadDir(test.workspace); len(entries) != 0 {
				t.Errorf("left %v behind", entries)
			}
		})
	}
}
