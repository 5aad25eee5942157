// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/manual/page"
)

// TestManual runs the command of docs/remote-execution.md as it stands there, where Bazel's profile lies as the command before
// it says; and changed ones, which have to fail.
func TestManual(t *testing.T) {
	blocks, err := page.Read("../../../../docs/remote-execution.md")
	if err != nil {
		t.Fatal(err)
	}
	commands, err := page.Of(blocks, "## How many workers", "sh")
	if err != nil || len(commands) != 2 {
		t.Fatalf("%d commands, %v", len(commands), err)
	}
	program := []string{"cd", "tools", "&&", "go", "run", "./remoteexec/cmd/size"}
	words := commands[1].Words
	if len(words) < len(program) || !slices.Equal(words[:len(program)], program) {
		t.Fatalf("the page runs %s", commands[1].Text)
	}
	profile := ""
	for _, w := range commands[0].Words {
		if name, ok := strings.CutPrefix(w, "--profile="); ok {
			profile = name
		}
	}
	t.Chdir(t.TempDir())
	if err := os.Mkdir("tools", 0o755); err != nil {
		t.Fatal(err)
	}
	// Bazel packs a profile of that name; a reader that is given it whole has its own test.
	if err := os.WriteFile(profile, []byte(`{"traceEvents":[{"cat":"action processing","dur":400000000,"args":{"mnemonic":"GoLink"}},{"cat":"critical path component","dur":20000000}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir("tools")
	var stdout, stderr bytes.Buffer
	if code := run(words[len(program):], &stdout, &stderr); code != 0 || !strings.Contains(stdout.String(), "extrapolation") {
		t.Errorf("code %d, %s%s", code, &stdout, &stderr)
	}
	for _, plant := range [][2]string{{"-profile", "-profiles"}, {"../" + profile, profile}, {"-two", "-too"}} {
		changed := slices.Clone(words[len(program):])
		i := slices.Index(changed, plant[0])
		if i < 0 {
			t.Fatalf("the page has no %s", plant[0])
		}
		changed[i] = plant[1]
		if code := run(changed, &stdout, &stderr); code == 0 {
			t.Errorf("%q: nothing sees it", changed)
		}
	}
}
