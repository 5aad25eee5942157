// SPDX-License-Identifier: MIT

package checks

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")

// elsewhere are the commands of the page that take more than git and Go: Bazel, or a C compiler and the amalgamation. Each has to
// stand on the page as it stands here.
var elsewhere = []string{
	"./bazelw update sqlite NEW",
	"./bazelw run //internal/capi:amalgamation",
	"GOSQLITE_UPDATE_API=1 go test ./internal/golden",
	"./bazelw test //...",
	"./bazelw build //:release_ci",
	`./bazelw run //:sbom -- diff --old "$PWD/changes/next/facts/bill.json" --new "$(readlink -f bazel-bin)"/tools/release/release_ci/gosqlite_*_linux_amd64.cdx.json`,
	"./bazelw run //:scan",
	"./bazelw run //tools/release:build_release -- --version VERSION --out ../release-VERSION --key KEY --chain CHAIN --policy POLICY",
}

// TestUpdatingSQLite carries out docs/updating-sqlite.md, in its order, in a clone: every command that needs no network, no
// Bazel and no C compiler.
func TestUpdatingSQLite(t *testing.T) {
	top, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(top, "docs", "updating-sqlite.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	must(t, dir, gitEnv, "git", "clone", "-q", "file://"+filepath.ToSlash(top), "clone")
	clone := filepath.Join(dir, "clone")
	// Step 7 says to set it.
	edition := filepath.Join(clone, "tools", "release", "version.bzl")
	text, err := os.ReadFile(edition)
	if err != nil {
		t.Fatal(err)
	}
	text = regexp.MustCompile(`(?m)^VERSION = .*$`).ReplaceAll(text, []byte(`VERSION = "0.1.0"`))
	if err := os.WriteFile(edition, text, 0o644); err != nil {
		t.Fatal(err)
	}
	env := append(slices.Clone(gitEnv), "GOFLAGS=-p=1")
	var left []string
	ran := 0
	for _, block := range shellBlock.FindAllStringSubmatch(string(page), -1) {
		for line := range strings.Lines(block[1]) {
			line = strings.TrimSpace(line)
			if slices.Contains(elsewhere, line) {
				left = append(left, line)
				continue
			}
			must(t, clone, env, "sh", "-c", strings.ReplaceAll(line, "VERSION", "v0.1.0"))
			ran++
		}
	}
	if !slices.Equal(left, elsewhere) {
		t.Errorf("commands that are carried out elsewhere: %q, want %q", left, elsewhere)
	}
	if ran < 8 {
		t.Errorf("%d commands were carried out", ran)
	}
	// What the walk leaves behind.
	text, err = os.ReadFile(filepath.Join(dir, "notes", "notes.md"))
	if err != nil || !strings.Contains(string(text), "gosqlite v0.1.0") || strings.Contains(string(text), "not judged") {
		t.Errorf("the notes (%v):\n%s", err, text)
	}
	if out := must(t, clone, gitEnv, "git", "show", "--stat", "--format=%s", "HEAD"); !strings.Contains(out, "changes/next/facts/semver.json") || !strings.HasPrefix(out, "release v0.1.0\n") {
		t.Errorf("the commit:\n%s", out)
	}
	// Plant: a command of the page that does not work is seen.
	if _, code := output(t, clone, env, "sh", "-c", "cd tools && GOWORK=off go run ./release/cmd/notes --root .. --version v0.1.0"); code == 0 {
		t.Error("a command without its flags succeeds")
	}
}
