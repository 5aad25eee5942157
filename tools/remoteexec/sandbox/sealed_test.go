// SPDX-License-Identifier: MIT

package sandbox

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestSealed lets this test's own program look around where an action would run.
func TestSealed(t *testing.T) {
	if os.Getenv("LOOK_AROUND") != "" {
		lookAround(t)
		return
	}
	programs := os.Getenv("PROGRAMS")
	if programs == "" {
		t.Skip("PROGRAMS names no folder of programs/fetch: tools/remoteexec/check.sh server does")
	}
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	stage := t.TempDir()
	if err := os.WriteFile(filepath.Join(stage, "program"), self, 0o700); err != nil {
		t.Fatal(err)
	}
	// What the runner asks for.
	args, err := Arguments([]string{"--unshare-pid", "--unshare-net", "--unshare-user", "--die-with-parent", "--bind", stage, "/", "--dev", "/dev", "--proc", "/proc",
		"--tmpfs", "/tmp", "--chdir", "/", "--setenv", "LOOK_AROUND", "1", "./program", "-test.run=TestSealed$", "-test.v"})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(programs, "debian/usr/bin/bwrap"), args...)
	cmd.Env = []string{}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "looked around") {
		t.Errorf("%v: %s", err, out)
	}
}

func lookAround(t *testing.T) {
	entries, err := os.ReadDir("/")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{"action", "dev", "proc", "tmp"}; !slices.Equal(names, want) {
		t.Errorf("the root holds %q", names)
	}
	if wd, err := os.Getwd(); err != nil || wd != Folder {
		t.Errorf("in %s, %v", wd, err)
	}
	// Two lines of titles, then one for each interface.
	text, err := os.ReadFile("/proc/self/net/dev")
	if interfaces := strings.Split(strings.TrimSpace(string(text)), "\n"); err != nil || len(interfaces) != 3 || !strings.HasPrefix(strings.TrimSpace(interfaces[2]), "lo:") {
		t.Errorf("network: %q, %v", interfaces, err)
	}
	t.Log("looked around")
}
