// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/gosqlite/gosqlite/tools/fetch/tuf/tuftest"
)

var day = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// TestProtocol goes through what CLIENT-CLI.md says: exit codes, files that are left, and requests that are made.
func TestProtocol(t *testing.T) {
	r := tuftest.New(t, day)
	r.Put(tuftest.StableRole, "stable/v1/v1.2.0/file", []byte("bytes"))
	r.Update()
	s := r.Serve()
	dir := t.TempDir()
	state, targets, root := filepath.Join(dir, "metadata"), filepath.Join(dir, "targets"), filepath.Join(dir, "first.json")
	for _, name := range []string{state, targets} {
		if err := os.Mkdir(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(root, r.Text(metadata.ROOT), 0o644); err != nil {
		t.Fatal(err)
	}
	client := func(want int, args ...string) {
		t.Helper()
		var stderr bytes.Buffer
		code := run(t.Context(), append([]string{"--metadata-dir", state, "--metadata-url", s.URL + "/metadata"}, args...), &stderr, s.Client(), func() time.Time { return day })
		if code != want || (stderr.Len() == 0) != (want == 0) {
			t.Fatalf("%q: exit code %d, want %d: %s", args, code, want, &stderr)
		}
	}
	client(1, "refresh") // before init
	client(0, "init", root)
	if len(s.Asked("metadata/timestamp.json")) != 0 {
		t.Error("init asked the repository")
	}
	client(1, "init", root)
	client(0, "refresh")
	for role, want := range map[string][]byte{"root": r.Text(metadata.ROOT), "timestamp": r.Text(metadata.TIMESTAMP), "snapshot": r.Text(metadata.SNAPSHOT), "targets": r.Text(metadata.TARGETS)} {
		if have, err := os.ReadFile(filepath.Join(state, role+".json")); !bytes.Equal(have, want) {
			t.Errorf("%s is not what the repository has: %v", role, err)
		}
	}
	download := []string{"--target-name", "stable/v1/v1.2.0/file", "--target-base-url", s.URL + "/targets", "--target-dir", targets, "download"}
	client(0, download...)
	client(0, download...)
	if asked := s.Asked(tuftest.TargetPath("stable/v1/v1.2.0/file", []byte("bytes"))); len(asked) != 1 {
		t.Errorf("%d requests for a file that was there", len(asked))
	}
	left, err := os.ReadDir(targets)
	if err != nil || len(left) != 1 {
		t.Fatalf("%v, %v", left, err)
	}
	if text, _ := os.ReadFile(filepath.Join(targets, left[0].Name())); string(text) != "bytes" {
		t.Errorf("the file holds %q", text)
	}
	client(1, "--target-name", "stable/v1/v1.2.0/none", "--target-base-url", s.URL+"/targets", "--target-dir", targets, "download")
	client(1, "download")
	client(1, "eat")
	before := r.Copy()
	r.Root.Signed.Version++
	r.Sign(metadata.ROOT)
	r.Update()
	client(0, "refresh")
	if have, _ := os.ReadFile(filepath.Join(state, "root.json")); !strings.Contains(string(have), `"version":2`) {
		t.Error("the new root was not kept")
	}
	s.Set(before) // a rollback
	client(1, "refresh")
}
