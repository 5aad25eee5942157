// SPDX-License-Identifier: MIT

package checks

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestLoopbackRefuses: what loopback.sh can't do it says, and a program that is missing is red, never passed by. The whole of it
// needs two real releases: docs/publishing.md has the command.
func TestLoopbackRefuses(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"one/dist/manifest.json", "one/scan/scan.json", "one/semver.json", "policy.json"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{}"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	bin := t.TempDir()
	for _, name := range []string{"bash", "sed", "dirname", "realpath"} {
		path, err := exec.LookPath(name)
		if err == nil {
			err = os.Symlink(path, filepath.Join(bin, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	whole := []string{"--release", filepath.Join(dir, "one"), "--next", filepath.Join(dir, "one"), "--policy", filepath.Join(dir, "policy.json")}
	for _, test := range []struct {
		name, words, path string
		code              int
		args              []string
	}{
		{"no flags", "are needed", "", 2, nil},
		{"a flag that is none", "there is no flag --x", "", 2, []string{"--x", "y"}},
		{"no value", "needs a value", "", 2, []string{"--release"}},
		{"no second release", "are needed", "", 2, append(whole[:2:2], whole[4:]...)},
		{"a release that is not there", "manifest.json is not there", "", 2, append(whole[:3:3], dir, "--policy", whole[5])},
		{"a platform that is none", "a row of the platform list", "", 2, append(whole, "--platform", "../x")},
		{"a folder that is in use", "name an empty folder", "", 2, append(whole, "--dir", dir)},
		{"no servers", "not run: docker-registry is not installed", bin, 1, whole},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "/bin/bash", append([]string{"./loopback.sh"}, test.args...)...)
			if test.path != "" {
				cmd.Env = []string{"PATH=" + test.path}
			}
			out, err := cmd.CombinedOutput()
			if err == nil || cmd.ProcessState.ExitCode() != test.code || !strings.Contains(string(out), test.words) {
				t.Errorf("%v, want exit code %d and %q: %s", err, test.code, test.words, out)
			}
		})
	}
}
