// SPDX-License-Identifier: MIT

package checks

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestWarm: a scan of the same tree asks nobody again and reports the same bytes; after a change it asks those who read what
// changed, and finds what was planted there; and the gate of a release asks everybody.
func TestWarm(t *testing.T) {
	program, root, home := program(t), repository(t, called, ""), t.TempDir()
	goCache, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	scan := func(more ...string) (said, report string) {
		t.Helper()
		out := t.TempDir()
		args := append([]string{"--date", "2026-08-05", "--only", "go-source,shellcheck,gosec", "--root", root, "--db", filepath.Join(root, "whole"), "--out", out}, more...)
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Env = append(offline(), "XDG_CACHE_HOME="+home, "GOCACHE="+strings.TrimSpace(string(goCache)))
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); cmd.ProcessState.ExitCode() != 3 {
			t.Fatalf("%v: %s%s", err, &stdout, &stderr)
		}
		for _, name := range []string{"scan.json", "scan.sarif", "scan.html"} {
			text, err := os.ReadFile(filepath.Join(out, name))
			if err != nil {
				t.Fatal(err)
			}
			report += string(text)
		}
		_, said, _ = strings.Cut(stderr.String(), "kept from an earlier run of the same: ")
		return strings.TrimSpace(said), report
	}
	said, cold := scan()
	if said != "" {
		t.Errorf("the first run kept %q", said)
	}
	for _, again := range []struct {
		name string
		kept string
		args []string
	}{
		{"the same", "go-source, shellcheck, gosec", nil},
		{"fresh", "", []string{"--fresh"}},
	} {
		if said, report := scan(again.args...); said != again.kept || report != cold {
			t.Errorf("%s: kept %q, want %q; the same bytes: %v", again.name, said, again.kept, report == cold)
		}
	}
	if said, _ := scan("--gate", "release"); said != "" {
		t.Errorf("the gate of a release kept %q", said)
	}
	for _, c := range []struct{ name, text, kept, finds string }{
		{"bad.sh", "#!/bin/sh\necho `date`\n", "go-source, gosec", "SC2006"},
		{"key.pem", "planted", "go-source, shellcheck, gosec", ""},
		{"README.md", "# planted\n", "shellcheck", ""}, // a new name, which a package might embed
		{"main.go", required, "shellcheck", ""},
		{"inject/more.go", strings.Replace(strings.Replace(plantedInject, "Find", "More", 2), "password", "secret", 1), "shellcheck", "inject/more.go"},
	} {
		write(t, root, map[string]string{c.name: c.text})
		if said, report := scan(); said != c.kept || !strings.Contains(report, c.finds) {
			t.Errorf("%s changed: kept %q, want %q; found %v", c.name, said, c.kept, strings.Contains(report, c.finds))
		}
	}
	if _, report := scan(); strings.Contains(report, "bad.Bad (main.go") {
		t.Error("a way that is no more was kept")
	}
}
