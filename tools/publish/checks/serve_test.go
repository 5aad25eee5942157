// SPDX-License-Identifier: MIT

package checks

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestServeReadsItsOwnLog: that an earlier registry was ready says nothing of one that ends at once.
func TestServeReadsItsOwnLog(t *testing.T) {
	text, err := os.ReadFile("loopback.sh")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "\nserve() {\n")
	serve, _, ends := strings.Cut(rest, "\n}\n")
	if !ok || !ends {
		t.Fatal("loopback.sh has no function serve")
	}
	dir := t.TempDir()
	folder := filepath.Join(dir, "publish", "registry")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{filepath.Join(folder, "run"): "#!/bin/bash\nexit 1\n", filepath.Join(dir, "registry.log"): "the registry is ready\n"} {
		if err := os.WriteFile(name, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// The port takes a while to be told, before the registry's own log is begun.
	script := "set -euo pipefail\nslow=(1) tools=$PWD\ndeclare -n port='slow[$(sleep 0.5; echo 0)]'\nserve() {\n" + serve + "\n}\nif serve registry; then exit 3; fi\n"
	cmd := exec.CommandContext(t.Context(), "/bin/bash", "-c", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
