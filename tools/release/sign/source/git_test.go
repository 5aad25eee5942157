// SPDX-License-Identifier: MIT

package source

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// TestReadBlobs: that a commit lacks a file is a verdict; that git's answer can't be read is none.
func TestReadBlobs(t *testing.T) {
	const id = "1111111111111111111111111111111111111111"
	for answer, want := range map[string]int{
		id + " blob 1\nx\n":         action.OK,
		"commit:a missing\n":        action.Rejected,
		id + " tree 1\nx\n":         action.Rejected,
		"":                          action.Failure,
		id + " blob 2\nx":           action.Failure,
		id + " blob 1\nxy":          action.Failure,
		id + " blob 99999999999\nx": action.Failure,
	} {
		_, err := readBlobs(bufio.NewReader(strings.NewReader(answer)), "commit", []string{"a"})
		if action.Code(err) != want {
			t.Errorf("%q: %v, want code %d", answer, err, want)
		}
	}
}

// TestGitSays: what git says is in the error.
func TestGitSays(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatalf("git is needed: %v", err)
	}
	g := &Git{Dir: t.TempDir(), Env: append(os.Environ(), "LC_ALL=C")}
	const want = "not a git repository"
	if _, err := g.Object(t.Context(), "HEAD"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Object: %v", err)
	}
	if _, err := g.Files(t.Context(), "HEAD", []string{"a"}); err == nil || !strings.Contains(err.Error(), want) || action.Code(err) != action.Failure {
		t.Errorf("Files: %v", err)
	}
	if _, err := g.Added(t.Context(), "a", "b"); err == nil || !strings.Contains(strings.ToLower(err.Error()), want) {
		t.Errorf("Added: %v", err)
	}
	if err := g.ReplaceTag(t.Context(), "v1.0.0", "a", nil); err == nil || !strings.Contains(err.Error(), "fatal") {
		t.Errorf("ReplaceTag: %v", err)
	}
}
